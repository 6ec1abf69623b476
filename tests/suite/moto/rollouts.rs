//! Deployments of services as ECS reports them, which moto does not by itself: given up, left behind.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use e2e::aws_api::QueryService::LoadBalancing;
use e2e::command::KILLED;
use e2e::counting_proxy::{Call, CountingProxy};
use e2e::running_services::edit_deployments;
use serde_json::{Value, json};

use super::Moto;

/// What moves the Rust app to another target group and another service.
const MOVED: &[&str] = &["web.container_port=8080"];

/// So long the local load balancer may take to follow a rule.
const SPREADS_LOCALLY_WITHIN: Duration = Duration::from_secs(2);

/// ECS has given up each deployment that there is now; those to come succeed.
fn gives_up_the_first() -> impl Fn(&Call, &[u8], String) -> String + Send + Sync {
    let first: Mutex<Vec<Value>> = Mutex::default();
    let is_over = Mutex::new(false);
    move |call, asked, answer| {
        if !matches!(call.action.as_deref(), Some("DescribeServices" | "UpdateService")) {
            return answer;
        }
        if call.action.as_deref() == Some("UpdateService") {
            *is_over.lock().unwrap_or_else(|error| panic!("{error}")) = true;
            let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
            assert_eq!(asked["forceNewDeployment"], true, "{asked}");
        }
        let is_over = *is_over.lock().unwrap_or_else(|error| panic!("{error}"));
        edit_deployments(&answer, |_, deployment| {
            let mut first = first.lock().unwrap_or_else(|error| panic!("{error}"));
            if !is_over {
                first.push(deployment["id"].clone());
            }
            if first.contains(&deployment["id"]) {
                deployment["rolloutState"] = json!("FAILED");
                deployment["rolloutStateReason"] = json!("circuit breaker: tasks failed to start.");
            }
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_ecs_gave_up_is_a_difference_and_another_one_is_begun() {
    let moto = Moto::start().await;
    moto.deploy("given-up", &[]).await;
    let proxy = CountingProxy::with_edits(gives_up_the_first()).await;
    let run = async |words: &str| {
        let run = moto.run(&format!("{words} --stack given-up"), &[]).await;
        run.env("HTTP_PROXY", proxy.address())
    };
    run("preview").await.ends_with(2).await.says(&["failedDeployment", "tasks failed to start"]);
    run("deploy --yes --no-wait").await.ends_with(0).await;
    run("preview").await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_that_a_rule_led_to_are_left_their_last_requests_also_by_the_run_after_a_killed_one() {
    let moto = Moto::start().await;
    moto.deploy("led", &[]).await;
    let groups = moto.api().query(LoadBalancing, "DescribeTargetGroups", "").await;
    let group = groups.split("<TargetGroupArn>").skip(1).map(|it| it.split('<').next().unwrap_or_default());
    let group = group.clone().find(|arn| arn.contains("/led-web-")).unwrap_or_else(|| panic!("{groups}"));
    let target = format!("TargetGroupArn={group}&Targets.member.1.Id=172.31.0.9&Targets.member.1.Port=80");
    moto.api().query(LoadBalancing, "RegisterTargets", &target).await;
    let killed = moto.run("deploy --yes --no-wait --stack led", MOVED).await;
    killed.with_fault("die-after@ModifyRule").ends_with(KILLED).await;
    let proxy = CountingProxy::start().await;
    let again = moto.run("deploy --yes --no-wait --stack led", MOVED).await;
    again.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let calls = proxy.take_calls();
    let emptied = calls.iter().find(|call| call.action.as_deref() == Some("UpdateService"));
    let emptied = emptied.unwrap_or_else(|| panic!("the old service is not emptied: {calls:#?}")).began;
    let is_look =
        |call: &&Call| call.action.as_deref() == Some("DescribeTargetHealth") && call.began < emptied;
    let looked = calls.iter().filter(is_look).filter_map(|call| call.ended).next_back();
    let waited = looked.map(|looked| emptied - looked);
    assert!(waited.is_some_and(|waited| waited >= SPREADS_LOCALLY_WITHIN), "{waited:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_goes_without_a_number_of_tasks_that_ecs_would_refuse() {
    let moto = Moto::start().await;
    moto.deploy("daemons", &[]).await;
    let api = moto.api();
    let web = api.service("daemons", "web").await;
    let tags = json!([{"key": "ecs-image-app:stack", "value": "daemons"}]);
    let daemon = json!({
        "cluster": web["clusterArn"],
        "serviceName": "daemons-agent",
        "taskDefinition": web["taskDefinition"],
        "schedulingStrategy": "DAEMON",
        "tags": tags,
    });
    api.ecs("CreateService", daemon).await;
    let emptied: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = Arc::clone(&emptied);
    let proxy = CountingProxy::with_edits(move |call, asked, answer| {
        if call.action.as_deref() == Some("UpdateService") {
            let asked = String::from_utf8_lossy(asked).into_owned();
            noted.lock().unwrap_or_else(|error| panic!("{error}")).push(asked);
        }
        answer
    })
    .await;
    let teardown = moto.run("teardown --yes --stack daemons", &[]).await;
    teardown.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let emptied = emptied.lock().unwrap_or_else(|error| panic!("{error}")).clone();
    assert_eq!(emptied.len(), 2, "{emptied:#?}");
    assert!(!emptied.iter().any(|asked| asked.contains("daemons-agent")), "{emptied:#?}");
    let left = api.everything_named("daemons").await;
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_ecs_does_not_delete_at_first_is_asked_for_again() {
    let moto = Moto::start().await;
    moto.deploy("revisions", &[]).await;
    let refused = Mutex::new(Vec::new());
    let proxy = CountingProxy::with_edits(move |call, asked, answer| {
        if call.action.as_deref() != Some("DeleteTaskDefinitions") {
            return answer;
        }
        let asked: Value = serde_json::from_slice(asked).unwrap_or_default();
        let mut refused = refused.lock().unwrap_or_else(|error| panic!("{error}"));
        if refused.contains(&asked) {
            return answer;
        }
        refused.push(asked.clone());
        let arns = asked["taskDefinitions"].as_array().cloned().unwrap_or_default();
        let reason = "The specified task definition is still in ACTIVE status.";
        let failures: Vec<_> = arns.iter().map(|arn| json!({"arn": arn, "reason": reason})).collect();
        json!({"taskDefinitions": [], "failures": failures}).to_string()
    })
    .await;
    let teardown = moto.run("teardown --yes --stack revisions", &[]).await;
    teardown.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let calls = proxy.take_calls().into_iter().filter_map(|call| call.action);
    assert_eq!(calls.filter(|call| call == "DeleteTaskDefinitions").count(), 4);
}
