//! Changes by hand that moto can't make or does not report, and MiniStack does; all others are in `moto::drift`.

use e2e::aws_api::AwsApi;
use e2e::command::{Run, provider};
use e2e::containers;
use serde_json::{Value, json};

const REGION: &str = "us-east-1";

/// An image that nobody has to build: here no task starts.
const IMAGE: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com/some@sha256:\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[tokio::test(flavor = "multi_thread")]
async fn what_moto_does_not_report_is_named_and_repaired() {
    let container = containers::ministack(REGION).await;
    let endpoint = container.url().await;
    run(&endpoint, "deploy --yes --no-wait").await.ends_with(0).await;

    let aws = AwsApi::new(&endpoint, REGION);
    let cluster = "hand-ecs-cluster";
    let insights = json!([{ "name": "containerInsights", "value": "enhanced" }]);
    aws.ecs("UpdateClusterSettings", json!({ "cluster": cluster, "settings": insights })).await;
    let described = aws.ecs("DescribeClusters", json!({ "clusters": [cluster] })).await;
    let providers = described["clusters"][0]["capacityProviders"].as_array().into_iter().flatten();
    let own = providers.filter_map(Value::as_str).find(|name| name.starts_with("hand-"));
    let draining = json!({ "managedDraining": "DISABLED" });
    aws.ecs("UpdateCapacityProvider", json!({ "name": own, "autoScalingGroupProvider": draining })).await;

    let drift = run(&endpoint, "drift").await.ends_with(3).await;
    drift.says(&["containerInsights: enhanced -> enabled", "managedDraining: DISABLED -> ENABLED"]);
    run(&endpoint, "deploy --yes --no-wait").await.ends_with(0).await;
    run(&endpoint, "drift").await.ends_with(0).await;
}

/// MiniStack alone has no Application Auto Scaling.
async fn run(endpoint: &str, command: &str) -> Run {
    let run = provider(&format!("{command} --stack hand --local")).await.at(endpoint, REGION);
    let images = e2e::command::given_images(IMAGE);
    let settings = images.iter().map(String::as_str).chain([
        "cluster.container_insights=true",
        "web.scaling.enabled=false",
        "php.scaling.enabled=false",
    ]);
    settings.fold(run, |run, setting| run.arg("--set").arg(setting))
}
