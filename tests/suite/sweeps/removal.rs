//! A service that is no longer in the code: deploy deletes it with all that was its own, also when it is killed meanwhile.

use e2e::aws_api::QueryService::{Ec2, LoadBalancing};
use serde_json::{Value, json};

use super::{Cuts, Emulator, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_was_killed_is_finished_by_the_next_deploy_on_moto() {
    converges(&Emulator::moto().await, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_was_killed_is_finished_by_the_next_deploy_on_ministack() {
    converges(&Emulator::ministack().await, 5).await;
}

async fn converges(emulator: &Emulator, stride: usize) {
    let (stack, cuts) = (emulator.stack("removal"), Cuts::one_in(stride));
    stack.deploy(&[]).await;
    let expected = stack.found().await;
    while cuts.are_left() {
        add_a_service(&stack).await;
        let cut = stack.killed_and_run_again("deploy", &[], &cuts).await;
        stack.is_as_expected(&expected, &[], cut).await;
    }
    stack.run("teardown", &[]).await.ends_with(0).await;
    stack.is_gone(None).await;
}

/// A third service as a deploy of other code would have left it, tagged as the stack's.
async fn add_a_service(stack: &Stack<'_>) {
    let (aws, name) = (stack.api(), stack.name());
    let group = target_group(stack).await;
    aws.create_log_group(&format!("/ecs/{name}-extra"), tags_by_key(name, "log-group/extra")).await;
    let family = format!("{name}-extra");
    let container =
        json!({ "name": "app", "image": "some", "memory": 64, "portMappings": [{ "containerPort": 80 }] });
    let task = json!({
        "family": family,
        "networkMode": "bridge",
        "containerDefinitions": [container],
        "tags": tags(name, "task-definition/extra"),
    });
    aws.ecs("RegisterTaskDefinition", task).await;
    let service = json!({
        "cluster": format!("{name}-ecs-cluster"),
        "serviceName": family,
        "taskDefinition": family,
        "desiredCount": 1,
        "launchType": "EC2",
        "loadBalancers": [{ "targetGroupArn": group, "containerName": "app", "containerPort": 80 }],
        "tags": tags(name, "service/extra"),
    });
    aws.ecs("CreateService", service).await;
    let found = stack.found().await;
    for it in ["DescribeServices", "DescribeTargetGroups", "DescribeLogGroups", "ListTaskDefinitions"] {
        let is_there = found.iter().any(|line| line.starts_with(it) && line.contains("-extra"));
        assert!(is_there, "the extra service has nothing in {it}: {found:#?}");
    }
}

/// The ARN of its target group, to which a rule of the listener leads.
async fn target_group(stack: &Stack<'_>) -> String {
    let (aws, name) = (stack.api(), stack.name());
    let vpcs = aws.query(Ec2, "DescribeVpcs", "").await;
    let tagged = |kind: &str| {
        format!(
            "Tags.member.1.Key=ecs-image-app:stack&Tags.member.1.Value={name}\
             &Tags.member.2.Key=ecs-image-app:resource&Tags.member.2.Value={kind}/extra"
        )
    };
    let group = format!(
        "Name={name}-extra&Protocol=HTTP&Port=80&VpcId={}&TargetType=instance&{}",
        first(&vpcs, "vpcId"),
        tagged("target-group")
    );
    let group = first(&aws.query(LoadBalancing, "CreateTargetGroup", &group).await, "TargetGroupArn");
    let balancers =
        aws.query(LoadBalancing, "DescribeLoadBalancers", &format!("Names.member.1={name}-alb")).await;
    let balancer = format!("LoadBalancerArn={}", first(&balancers, "LoadBalancerArn"));
    let listeners = aws.query(LoadBalancing, "DescribeListeners", &balancer).await;
    let rule = format!(
        "ListenerArn={}&Priority=50&Conditions.member.1.Field=path-pattern\
         &Conditions.member.1.PathPatternConfig.Values.member.1=/extra&Actions.member.1.Type=forward\
         &Actions.member.1.TargetGroupArn={group}&{}",
        first(&listeners, "ListenerArn"),
        tagged("listener-rule")
    );
    aws.query(LoadBalancing, "CreateRule", &rule).await;
    group
}

fn tags(stack: &str, resource: &str) -> Value {
    json!([
        { "key": "ecs-image-app:stack", "value": stack },
        { "key": "ecs-image-app:resource", "value": resource },
    ])
}

fn tags_by_key(stack: &str, resource: &str) -> Value {
    json!({ "ecs-image-app:stack": stack, "ecs-image-app:resource": resource })
}

/// What the first element of a name holds.
fn first(xml: &str, element: &str) -> String {
    let after = xml.split_once(&format!("<{element}>")).map(|(_, rest)| rest);
    let value = after.and_then(|rest| rest.split('<').next());
    value.unwrap_or_else(|| panic!("there is no {element}: {xml}")).to_owned()
}
