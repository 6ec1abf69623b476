//! Why each rule about services is there, and what breaks it.

use super::{Explanation, Rule};

explanations! {
    S01 "fargate" r#"serviceName = "web app""#
        "the name is part of the service's ARN";
    S02 "fargate" "taskDefinition = -"
        "ECS starts tasks of it; with EXTERNAL, task sets name it";
    S03 "daemon" "desiredCount = 0"
        "a daemon has as many tasks as instances";
    S04 "daemon" r#"deploymentController = {"type": "CODE_DEPLOY"} ; loadBalancers = [{"targetGroupArn": "arn", "containerName": "web", "containerPort": 80}]"#
        "Fargate has no instances on each of which one task could run";
    S05 "daemon" "d/maximumPercent = 101"
        "one task an instance leaves nothing to spread and nothing to start beside";
    S07 "fargate" "networkConfiguration = -"
        "with awsvpc every task gets a network interface, for which ECS has to know the subnets";
    S08 "fargate" r#"networkConfiguration = {"awsvpcConfiguration": {"subnets": []}}"#
        "the interface is made in one of these";
    S10 "bridge" r#"platformVersion = "1.4.0""#
        "Fargate alone has platform versions; 1.3.0 has been retired";
    S11 "bridge" r#"placementConstraints = [{"type": "memberOf"}]"#
        "ECS filters instances by it, and Fargate has none of yours";
    S12 "bridge" r#"placementStrategy = [{"type": "binpack", "field": "disk"}]"#
        "ECS sorts instances by it, and Fargate has none of yours";
    S13 "bridge" r#"launchType = "FARGATE""#
        "the revision was registered for other places, and would not start there";
    S14 "fargate" r#"loadBalancers = [{"targetGroupArn": "arn", "containerName": "web", "containerPort": 8080}]"#
        "the load balancer finds the tasks by that container and its port mapping";
    S15 "fargate" r#"loadBalancers = [{"loadBalancerName": "classic", "containerName": "web", "containerPort": 80}]"#
        "a Classic Load Balancer knows instances, not network interfaces";
    S16 "bridge" r#"role = "lb""#
        "with awsvpc ECS's own role registers the targets";
    S17 "fargate" r#"deploymentController = {"type": "CODE_DEPLOY"}"#
        "CodeDeploy moves the traffic between target groups; with EXTERNAL, task sets have the load balancer";
    S18 "fargate" "healthCheckGracePeriodSeconds = 30"
        "it is about a load balancer's health checks";
    S19 "bridge" r#"serviceRegistries = [{"registryArn": "a"}]"#
        "names of tasks behind bridge or host are found by container and port";
    S20 "disk" "volumeConfigurations = []"
        "ECS makes the volume by this description when the task starts";
    S21 "fargate" r#"availabilityZoneRebalancing = "ENABLED" ; placementStrategy = [{"type": "random"}]"#
        "ECS moves a task by starting the new one first, so more than 100 percent must be allowed";
    S22 "fargate" r#"serviceConnectConfiguration = {"enabled": true}"#
        "the names live in a namespace, and each leads to one port";
    S23 "fargate" "enableExecuteCommand = true"
        "the session's channel is opened with the rights of the task role";
    S24 "run-task" r#"propagateTags = "SERVICE""#
        "a one-off task has no service whose tags it could take";
}
