//! Rollouts as clients see them: the local ECS and its load balancer, with tasks that are small servers in this process.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

#[path = "rollouts/emulator.rs"]
mod emulator;
#[path = "rollouts/here.rs"]
mod here;
#[path = "rollouts/load.rs"]
mod load;
#[path = "rollouts/servers.rs"]
mod servers;

use here::Here;
use load::Load;
use serde_json::{Value, json};

/// The images that no deployment succeeds with, of each kind.
const BAD: [&str; 3] = [servers::DIES, servers::ANSWERS_503, servers::IS_NOWHERE];
/// Waits of minutes take a tenth of a second for each.
const SPEED: f64 = 600.0;

fn canary() -> Value {
    let canary = json!({"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 60});
    json!({"strategy": "CANARY", "canaryConfiguration": canary, "bakeTimeInMinutes": 2})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_gets_its_share_then_all_and_no_request_fails() {
    let here = Here::with_service(SPEED, canary()).await;
    let load = Load::start(&here);
    let deployment = here.deploy("new").await;
    here.until_weights([80, 20]).await;
    let during = load.answers(800).await;
    let share = during["new"] as f64 / during.values().sum::<usize>() as f64;
    assert!((0.13..0.27).contains(&share), "the canary got {share} of the requests");
    here.until_weights([0, 100]).await;
    here.until(&deployment, "SUCCESSFUL").await;
    let after = load.answers(50).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["new"]);
    assert_eq!(load.end().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn linear_traffic_moves_in_equal_steps_and_no_request_fails() {
    let linear = json!({"stepPercent": 25.0, "stepBakeTimeInMinutes": 3});
    let configuration = json!({"strategy": "LINEAR", "linearConfiguration": linear, "bakeTimeInMinutes": 1});
    let here = Here::with_service(SPEED, configuration).await;
    let load = Load::start(&here);
    let deployment = here.deploy("new").await;
    for weights in [[75, 25], [50, 50], [25, 75], [0, 100]] {
        here.until_weights(weights).await;
    }
    here.until(&deployment, "SUCCESSFUL").await;
    assert_eq!(load.end().await, [""; 0]);
}

/// A deployment of this image is rolled back; no request fails, none is answered by a task of it. Returns the service.
async fn is_rolled_back(configuration: Value, image: &str) -> Value {
    let here = Here::with_service(SPEED, configuration).await;
    let load = Load::start(&here);
    let deployment = here.deploy(image).await;
    here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    assert_eq!(load.answered(), ["old"], "{image}");
    load.answers(50).await;
    assert_eq!(load.answered(), ["old"], "{image}");
    assert_eq!(load.end().await, [""; 0], "{image}");
    assert_eq!(here.weights(), [100, 0], "{image}");
    here.service().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_revision_of_each_kind_never_gets_a_request_blue_green() {
    for image in BAD {
        is_rolled_back(json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1}), image).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_revision_of_each_kind_never_gets_a_request_rolling() {
    let mut reasons = Vec::new();
    for image in BAD {
        let service = is_rolled_back(json!({"strategy": "ROLLING"}), image).await;
        reasons.push(service["events"].to_string());
    }
    let unhealthy = "due to (reason Health checks failed with these codes: [503])";
    assert!(reasons[1].contains(unhealthy), "{}", reasons[1]);
}

/// Waits for a person at this stage. A service's first deployment would, too.
fn paused(stage: &str) -> Value {
    let timeout = json!({"timeoutInMinutes": 10080, "action": "ROLLBACK"});
    let hook = json!({"targetType": "PAUSE", "lifecycleStages": [stage], "timeoutConfiguration": timeout});
    json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1, "lifecycleHooks": [hook]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_waits_for_a_person_goes_on_when_continued() {
    let here = Here::with_service(SPEED, json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})).await;
    let load = Load::start(&here);
    let deployment = here.deploy_as("new", paused("POST_SCALE_UP")).await;
    let hook = here.until_paused(&deployment).await;
    load.answers(50).await;
    assert_eq!((load.answered(), here.weights()), (vec!["old".to_owned()], [100, 0]));
    here.answer_hook(&deployment, &hook, "CONTINUE").await;
    here.until(&deployment, "SUCCESSFUL").await;
    load.answers(50).await;
    assert_eq!((load.answered(), here.weights()), (vec!["new".to_owned()], [0, 100]));
    assert_eq!(load.end().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_a_person_aborts_gives_all_traffic_back() {
    let here = Here::with_service(SPEED, json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})).await;
    let load = Load::start(&here);
    let deployment = here.deploy_as("new", paused("POST_PRODUCTION_TRAFFIC_SHIFT")).await;
    let hook = here.until_paused(&deployment).await;
    here.until_weights([0, 100]).await;
    here.answer_hook(&deployment, &hook, "ROLLBACK").await;
    here.until_weights([100, 0]).await;
    here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    load.answers(50).await;
    assert_eq!(load.answered(), ["old"]);
    assert_eq!(load.end().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_that_is_stopped_gives_all_traffic_back_at_once() {
    let here = Here::with_service(SPEED, canary()).await;
    let load = Load::start(&here);
    let deployment = here.deploy("new").await;
    here.until_weights([80, 20]).await;
    here.call("StopServiceDeployment", json!({"serviceDeploymentArn": deployment, "stopType": "ROLLBACK"}))
        .await;
    here.until_weights([100, 0]).await;
    here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    let after = load.answers(50).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["old"]);
    assert_eq!(load.end().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_that_goes_off_rolls_back_unless_it_was_on_before() {
    let here = Here::with_service(SPEED, json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})).await;
    let load = Load::start(&here);
    here.alarm("known", 1.0, &[]);
    let alarms = json!({"alarmNames": ["known", "slow"], "enable": true, "rollback": true});
    let watched = json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1440, "alarms": alarms});
    let deployment = here.deploy_as("new", watched).await;
    here.until_weights([0, 100]).await;
    here.alarm("slow", 1.0, &[]);
    let ended = here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    assert_eq!(ended["alarms"]["triggeredAlarmNames"], json!(["slow"]));
    assert_eq!(load.end().await, [""; 0]);
}

/// What a deploy sends when an app's strategy changes: the service stays, and so does the group that serves.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_goes_from_rolling_to_a_canary_and_back_and_no_request_fails() {
    let here = Here::with_service(SPEED, json!({"strategy": "ROLLING"})).await;
    let load = Load::start(&here);
    let at_once = json!({"strategy": "CANARY", "bakeTimeInMinutes": 0,
        "canaryConfiguration": {"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 1}});
    let to_canary = here.changed(at_once, here.two_groups(), "old").await;
    here.until(&to_canary, "SUCCESSFUL").await;
    let first_serves = here.weights() == [100, 0];
    let deployment = here.deploy("new").await;
    here.until(&deployment, "SUCCESSFUL").await;
    assert_eq!(here.weights(), if first_serves { [0, 100] } else { [100, 0] });
    if first_serves {
        let back = json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0, "lifecycleHooks": []});
        let back = here.changed(back, here.two_groups(), "newer").await;
        here.until(&back, "SUCCESSFUL").await;
    }
    assert_eq!(here.weights(), [100, 0]);
    let rolling = here.changed(json!({"strategy": "ROLLING"}), here.one_group(), "newer").await;
    here.until(&rolling, "SUCCESSFUL").await;
    let after = load.answers(50).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["newer"]);
    assert_eq!(load.end().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_scales_by_the_step_that_its_metric_is_in() {
    let here = Here::with_service(SPEED, json!({"strategy": "ROLLING"})).await;
    let of = json!({
        "ServiceNamespace": "ecs", "ResourceId": "service/demo/web", "ScalableDimension": "ecs:service:DesiredCount",
    });
    let call = |operation: &str, more: Value| {
        let mut body = of.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        here.scaling.call(operation, body).unwrap()
    };
    call("RegisterScalableTarget", json!({"MinCapacity": 2, "MaxCapacity": 9}));
    let steps = json!([
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 10.0, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 10.0, "ScalingAdjustment": 3},
    ]);
    let steps = json!({"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps, "Cooldown": 86400});
    let policy =
        json!({"PolicyName": "up", "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": steps});
    let policy = call("PutScalingPolicy", policy)["PolicyARN"].clone();
    here.alarm("busy", 15.0, &[&policy]);
    here.until_count(5).await;
    let activities = call("DescribeScalingActivities", json!({}));
    let cause = "monitor alarm busy in state ALARM triggered policy up";
    assert_eq!(activities["ScalingActivities"][0]["Cause"], cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_whose_rule_is_gone_is_rolled_back_and_says_so() {
    let here = Here::with_service(SPEED, json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})).await;
    here.delete_rule();
    let deployment = here.deploy("new").await;
    let ended = here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    let expected = "because of invalid networking configuration. One or more rules not found";
    assert!(ended["statusReason"].as_str().is_some_and(|reason| reason.contains(expected)), "{ended:#}");
}
