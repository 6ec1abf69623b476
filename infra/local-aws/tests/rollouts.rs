//! Rollouts as clients see them: the local ECS and its load balancer, with tasks that are small servers in this process.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

#[path = "rollouts/here.rs"]
mod here;
#[path = "rollouts/load.rs"]
mod load;
#[path = "rollouts/servers.rs"]
mod servers;

use here::Here;
use load::Load;
use serde_json::{Value, json};

/// Waits of minutes take a tenth of a second for each.
const SPEED: f64 = 600.0;

fn canary() -> Value {
    let canary = json!({"canaryPercent": 20.0, "canaryBakeTimeInMinutes": 20});
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

#[tokio::test(flavor = "multi_thread")]
async fn a_blue_green_revision_that_dies_never_gets_a_request() {
    let here = Here::with_service(SPEED, json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1})).await;
    let load = Load::start(&here);
    let deployment = here.deploy(servers::DIES).await;
    here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    assert_eq!(here.weights(), [100, 0]);
    let after = load.answers(50).await;
    assert_eq!(after.keys().collect::<Vec<_>>(), ["old"]);
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
async fn a_rolling_update_that_never_becomes_healthy_is_rolled_back_and_no_request_fails() {
    let breaker = json!({"enable": true, "rollback": true});
    let here =
        Here::with_service(SPEED, json!({"strategy": "ROLLING", "deploymentCircuitBreaker": breaker})).await;
    let load = Load::start(&here);
    let deployment = here.deploy(servers::ANSWERS_503).await;
    here.until(&deployment, "ROLLBACK_SUCCESSFUL").await;
    let service = here.service().await;
    let events = service["events"].to_string();
    assert!(events.contains("due to (reason Health checks failed with these codes: [503])"), "{events}");
    assert_eq!(load.end().await, [""; 0]);
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
