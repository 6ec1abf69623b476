//! Who decides on the number of tasks: an autoscaler within limits, or the settings.

use e2e::aws_api::AwsApi;
use serde_json::{Value, json};

use super::Moto;

const OFF: &[&str] = &["web.scaling.enabled=false", "php.scaling.enabled=false"];

/// Two policies more, other limits, and other ones at certain times.
const RICH: &[&str] = &[
    "web.scaling.memory_percent=80",
    "web.scaling.requests_per_task=1000",
    "web.scaling.max_tasks=8",
    r#"web.scaling.schedule=[
        {"name":"morning","at":"cron(0 8 ? * MON-FRI *)","timezone":"Asia/Kolkata","min_tasks":3,"max_tasks":8},
        {"name":"once","at":"at(2027-01-01T00:00:00)","min_tasks":2,"max_tasks":6}]"#,
];

#[tokio::test(flavor = "multi_thread")]
async fn each_service_is_scaled_within_limits_and_a_second_deploy_leaves_that_as_it_is() {
    let moto = Moto::start().await;
    moto.deploy("scaled", &[]).await;
    let (targets, policies) = (targets(&moto.api()).await, policies(&moto.api()).await);
    let limits: Vec<_> =
        targets.iter().map(|it| (app_of(it), &it["MinCapacity"], &it["MaxCapacity"])).collect();
    assert_eq!(limits, [("php", &json!(1), &json!(2)), ("web", &json!(2), &json!(4))]);
    for (policy, app) in policies.iter().zip(["php", "web"]) {
        let tracking = &policy["TargetTrackingScalingPolicyConfiguration"];
        assert_eq!((app_of(policy), &tracking["TargetValue"]), (app, &json!(70.0)), "{policy:#}");
        let metric = &tracking["PredefinedMetricSpecification"]["PredefinedMetricType"];
        assert_eq!(metric, "ECSServiceAverageCPUUtilization");
    }
    moto.deploys_without_a_write("scaled", &[]).await;
    assert_eq!(self::targets(&moto.api()).await, targets);
    assert_eq!(self::policies(&moto.api()).await, policies);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_tasks_that_the_autoscaler_chose_stays() {
    let moto = Moto::start().await;
    moto.deploy("kept", &[]).await;
    set_desired_count(&moto.api(), "kept", "web", 3).await;
    moto.run("preview --stack kept", &[]).await.ends_with(0).await;
    moto.deploys_without_a_write("kept", &[]).await;
    // Another change of the service does not reset it either.
    moto.deploy("kept", &["web.health_check_grace_period_seconds=90"]).await;
    assert_eq!(desired_count(&moto.api(), "kept", "web").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_autoscaler_the_settings_number_of_tasks_comes_back() {
    let moto = Moto::start().await;
    moto.deploy("reset", OFF).await;
    assert_eq!(targets(&moto.api()).await, [Value::Null; 0]);
    set_desired_count(&moto.api(), "reset", "web", 3).await;
    let preview = moto.run("preview --json --stack reset", OFF).await.ends_with(2).await;
    assert!(preview.stdout.contains("desiredCount"), "{preview}");
    moto.deploy("reset", OFF).await;
    assert_eq!(desired_count(&moto.api(), "reset", "web").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_autoscaler_that_is_switched_off_goes_with_its_policies() {
    let moto = Moto::start().await;
    moto.deploy("off", RICH).await;
    set_desired_count(&moto.api(), "off", "web", 4).await;
    moto.deploy("off", OFF).await;
    assert_eq!(targets(&moto.api()).await, [Value::Null; 0]);
    assert_eq!(policies(&moto.api()).await, [Value::Null; 0]);
    assert_eq!(listed(&moto.api(), "DescribeScheduledActions", "ScheduledActions").await, [Value::Null; 0]);
    assert_eq!(desired_count(&moto.api(), "off", "web").await, 2);
    moto.run("preview --stack off", OFF).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedules_and_requests_for_each_task_are_read_as_they_were_written() {
    let moto = Moto::start().await;
    moto.deploy("rich", RICH).await;
    moto.run("preview --stack rich", RICH).await.ends_with(0).await;
    moto.deploys_without_a_write("rich", RICH).await;
    let policies = policies(&moto.api()).await;
    let names: Vec<_> = policies.iter().map(|it| (app_of(it), text(&it["PolicyName"]))).collect();
    assert_eq!(names, [("php", "cpu"), ("web", "cpu"), ("web", "memory"), ("web", "requests")]);
    let requests = &policies[3]["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"];
    let label = text(&requests["ResourceLabel"]);
    assert!(label.starts_with("app/rich-alb/") && label.contains("/targetgroup/rich-web-"), "{label}");
    let actions = listed(&moto.api(), "DescribeScheduledActions", "ScheduledActions").await;
    assert_eq!(actions.len(), 2, "{actions:#?}");
    // Back to one policy and no schedule.
    moto.deploy("rich", &[]).await;
    assert_eq!(self::policies(&moto.api()).await.len(), 2);
    assert_eq!(listed(&moto.api(), "DescribeScheduledActions", "ScheduledActions").await, [Value::Null; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_that_an_autoscaler_owns_is_pointed_out_where_its_service_is_there() {
    let moto = Moto::start().await;
    let (three, command) = (["web.desired_count=3"], "`cargo xtask scale web 3 --stack owned`");
    let first = moto.run("preview --stack owned", &three).await.ends_with(2).await;
    assert!(!first.stderr.contains(command), "{first}");
    moto.deploy("owned", &[]).await;
    let later = moto.run("preview --stack owned", &three).await.ends_with(0).await;
    assert!(later.stderr.contains(command), "{later}");
    let json = moto.run("preview --json --stack owned", &three).await.ends_with(0).await.json();
    let [kept] = json.as_array().map(Vec::as_slice).unwrap_or_default() else { panic!("{json}") };
    assert_eq!((&kept["action"], &kept["kind"]), (&json!("keep"), &json!("service")), "{json}");
    assert!(text(&kept["note"]).contains(command), "{json}");
    // The setting that is named as well does change something.
    let kept = moto.run("preview --stack owned", &["web.scaling.min_tasks=3"]).await.ends_with(2).await;
    assert!(kept.stderr.contains("minTasks: 2 -> 3"), "{kept}");
}

async fn targets(aws: &AwsApi) -> Vec<Value> {
    listed(aws, "DescribeScalableTargets", "ScalableTargets").await
}

async fn policies(aws: &AwsApi) -> Vec<Value> {
    listed(aws, "DescribeScalingPolicies", "ScalingPolicies").await
}

/// By service and name.
async fn listed(aws: &AwsApi, operation: &'static str, list: &str) -> Vec<Value> {
    let answer = aws.scaling(operation, json!({ "ServiceNamespace": "ecs" })).await;
    let mut all = answer[list].as_array().cloned().unwrap_or_default();
    all.sort_by_key(|it| {
        [&it["ResourceId"], &it["PolicyName"], &it["ScheduledActionName"]].map(Value::to_string)
    });
    all
}

/// From `service/scaled-ecs-cluster/scaled-web-5e0c`.
fn app_of(scaled: &Value) -> &str {
    let service = text(&scaled["ResourceId"]).rsplit('/').next().unwrap_or_default();
    service.split('-').nth(1).unwrap_or_default()
}

async fn set_desired_count(aws: &AwsApi, stack: &str, app: &str, count: u32) {
    let (cluster, service) = (format!("{stack}-ecs-cluster"), aws.service(stack, app).await);
    let body = json!({ "cluster": cluster, "service": service["serviceName"], "desiredCount": count });
    aws.ecs("UpdateService", body).await;
}

async fn desired_count(aws: &AwsApi, stack: &str, app: &str) -> u64 {
    aws.service(stack, app).await["desiredCount"].as_u64().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
