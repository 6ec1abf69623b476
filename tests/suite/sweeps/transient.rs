//! Faults that pass: every call fails once, in one way or another, or what was just made is not known yet, and one run goes
//! through without help.

use std::time::Duration;

use e2e::aws_api::QueryService::Ec2;
use e2e::counting_proxy::CountingProxy;
use futures::StreamExt;

use super::Emulator;

/// What happens to every call when it is made for the first time, each in a stack of its own.
const FAULTS: [(&str, &str); 7] = [
    ("broken", "reset@every"),
    ("failing", "500@every"),
    ("busy", "503@every"),
    ("hurried", "throttle@every"),
    ("tardy", "timeout@every"),
    ("cut-off", "truncate@every"),
    ("gateway", "502@every"),
];
/// What was just made is not known for a while, each time twice.
const UNKNOWN: [&str; 12] = [
    "refuse@PutRolePolicy/NoSuchEntity/2",
    "refuse@PutLifecyclePolicy/RepositoryNotFoundException/2",
    "refuse@PutRetentionPolicy/ResourceNotFoundException/2",
    "refuse@ModifyTargetGroupAttributes/TargetGroupNotFound/2",
    "refuse@CreateListener/LoadBalancerNotFound/2",
    "refuse@CreateRule/ListenerNotFound/2",
    "refuse@CreateCapacityProvider/ResourceNotFoundException/2",
    "refuse@AuthorizeSecurityGroupIngress/InvalidGroup.NotFound/2",
    "refuse@AddRoleToInstanceProfile/NoSuchEntity/2",
    "refuse@CreateService/InvalidParameterException/2",
    "refuse@PutClusterCapacityProviders/UpdateInProgressException/2",
    "refuse@RegisterScalableTarget/FailedResourceAccessException/2",
];
/// What replaces service, target group and instances.
const REPLACING: &[&str] = &["web.container_port=8080", "ec2.instance_type=t3.micro"];
/// When an answer comes that never does.
const NEVER: Duration = Duration::from_secs(3600);
const LANES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn every_call_fails_once_and_one_run_goes_through() {
    let moto = Emulator::moto().await;
    let goes_through = |(name, fault)| {
        let stack = moto.stack(name);
        async move {
            stack.goes_through("deploy", &[], fault).await;
            stack.goes_through("deploy", REPLACING, fault).await;
            stack.run("preview", REPLACING).await.ends_with(0).await;
            stack.goes_through("teardown", &[], fault).await;
            stack.is_gone(None).await;
        }
    };
    futures::stream::iter(FAULTS).map(goes_through).buffer_unordered(LANES).collect::<Vec<()>>().await;
}

/// AWS does not delete a group that another one's rule names; moto does.
#[tokio::test(flavor = "multi_thread")]
async fn rules_that_name_a_deleted_group_go_though_no_answer_to_that_arrives_at_first() {
    let moto = Emulator::moto().await;
    let stack = moto.stack("dangling");
    stack.deploy(&[]).await;
    stack.api().query(Ec2, "DeleteSecurityGroup", "GroupName=dangling-alb-sg").await;
    stack.goes_through("deploy", &[], "502@every").await;
    stack.run("preview", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_just_made_is_not_known_for_a_while_and_one_run_goes_through() {
    let moto = Emulator::moto().await;
    let stack = moto.stack("unknown");
    stack.goes_through("deploy", &[], &UNKNOWN.join(";")).await;
    stack.run("preview", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_creation_is_ever_answered_and_one_run_goes_through() {
    let moto = Emulator::moto().await;
    let stack = moto.stack("unheard");
    let proxy = CountingProxy::with_latency(|call| match call.action.as_deref() {
        Some(action) if action.starts_with("Create") => NEVER,
        _ => Duration::ZERO,
    });
    let proxy = proxy.await;
    let deploy = stack.run("deploy", &[]).await.env("HTTP_PROXY", proxy.address());
    deploy.with_answers_within(1).ends_with(0).await;
    stack.run("preview", &[]).await.ends_with(0).await;
}
