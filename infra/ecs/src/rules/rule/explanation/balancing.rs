//! Why each rule about load balancers and target groups is there, and what breaks it.

use super::{Explanation, Rule};

explanations! {
    L01 "target-group" r#"TargetType = "instance""#
        "with awsvpc a task has an address of its own; else it is reached at its instance";
    L02 "target-group" r#"Name = "-web""#
        "the name is part of the target group's ARN";
    L03 "load-balancer" r#"Name = "internal-web""#
        "the name is part of the DNS name; AWS puts `internal-` before private ones";
    L04 "target-group" "deregistration_delay.timeout_seconds = 3601"
        "so long a target may finish its requests after it was taken out";
    L05 "target-group" "HealthCheckIntervalSeconds = 10 ; HealthCheckTimeoutSeconds = 10"
        "the load balancer's own limits; an answer must come before the next check";
    L08 "target-group" "Port = 0"
        "targets listen there";
    L09 "fargate" r#"d/strategy = "BLUE_GREEN" ; d/bakeTimeInMinutes = 5 ; loadBalancers = [{"targetGroupArn": "arn", "containerName": "web", "containerPort": 80}]"#
        "green's tasks have to be registered beside blue's";
}
