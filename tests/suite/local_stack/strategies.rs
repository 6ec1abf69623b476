//! A chapter of the story: ECS moves an app's traffic between two target groups, by each strategy, and gives it up again.

use e2e::aws_api::AwsApi;
use e2e::command::Run;
use e2e::counting_proxy::CountingProxy;
use serde_json::json;

use super::{CHANGE, ENDPOINT, Outputs, REGION, chapter, local, local_provider, task_definition, under_load};

/// Each deployment is one of another revision, and leaves the traffic at the other target group.
const DEPLOYMENTS: [(&str, &[&str]); 3] = [
    ("canary", &["canary_percent=20", "canary_bake_minutes=1", "test_port=8080"]),
    ("linear", &["step_percent=50", "step_bake_minutes=1", "test_port=8080"]),
    ("blue-green", &[]),
];

/// From rolling to each of the others. The last one leaves the traffic at the second target group.
pub async fn traffic_moves_by_each_strategy_with_no_failed_request(outputs: &Outputs) {
    let aws = AwsApi::new(ENDPOINT, REGION);
    for (number, (strategy, steps)) in DEPLOYMENTS.into_iter().enumerate() {
        chapter(&format!("{strategy} under load"));
        let stop_timeout = format!("web.stop_timeout_seconds={}", 50 + number);
        let of_strategy = [format!("strategy={strategy}"), "bake_time_minutes=1".to_owned()];
        let of_strategy = of_strategy.into_iter().chain(steps.iter().map(|&step| step.to_owned()));
        let of_strategy = of_strategy.map(|setting| format!("web.deployment.{setting}"));
        let settings: Vec<String> =
            [CHANGE.to_owned(), stop_timeout].into_iter().chain(of_strategy).collect();
        let set = |run: Run| settings.iter().fold(run, |run, setting| run.arg("--set").arg(setting));
        let before = task_definition(&aws).await;
        under_load(outputs, async || drop(set(local("deploy --yes")).ends_with(0).await)).await;
        assert_ne!(task_definition(&aws).await, before, "{strategy}");
        let proxy = CountingProxy::start().await;
        let again = set(local_provider("deploy --yes --local").await);
        let again = again.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
        let writes: Vec<_> = proxy.take_calls().into_iter().filter(|call| !call.is_read()).collect();
        assert!(writes.is_empty(), "{strategy}: {writes:#?}\n{again}");
    }
}

/// The second target group serves until then.
pub async fn an_app_goes_back_to_rolling_with_no_failed_request(outputs: &Outputs) {
    chapter("back to rolling under load");
    let set = |run: Run| run.arg("--set").arg(CHANGE);
    under_load(outputs, async || drop(set(local("deploy --yes")).ends_with(0).await)).await;
    assert_eq!(set(local("preview --json")).ends_with(0).await.json(), json!([]));
}
