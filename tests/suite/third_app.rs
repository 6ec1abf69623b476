//! A third app is a description and a place in the list: it is costed, fitted, deployed, changed and torn down like the others.
//! `third-app` is the provider with such a list.

use e2e::aws_api::AwsApi;
use e2e::command::{Outcome, Run, program};
use e2e::containers;
use serde_json::Value;

const REGION: &str = "eu-west-1";

/// Images that nobody has to build: moto starts no tasks.
const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/some@sha256:\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[tokio::test(flavor = "multi_thread")]
async fn a_third_app_is_costed_fitted_deployed_and_torn_down() {
    let moto = containers::moto().await;
    let endpoint = moto.url().await;
    let aws = AwsApi::new(&endpoint, REGION);

    let preview = run(&endpoint, "preview", &[]).ends_with(2).await;
    preview.says(&["three-third-app", "three-My-Third-App", "fit: service third: "]);
    let on_fargate = ["third.runs_on=fargate", "third.desired_count=3", "third.cpu_units=512"];
    let on_fargate = [&on_fargate[..], &["third.memory_mib=1024"]].concat();
    run(&endpoint, "preview", &on_fargate)
        .ends_with(2)
        .await
        .says(&["third: 3 Fargate tasks with 512 CPU units"]);

    run(&endpoint, "deploy --yes --no-wait", &[]).ends_with(0).await;
    run(&endpoint, "preview", &[]).ends_with(0).await;
    assert_eq!(counts(&aws).await, [2, 1, 1]);
    let outputs = run(&endpoint, "outputs --json", &[]).ends_with(0).await.json();
    let url = |name: &str| outputs[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(url("third_url"), format!("{}third/", url("url")), "{outputs:#}");
    assert_eq!(url("php_url"), format!("{}php/", url("url")), "{outputs:#}");

    run(&endpoint, "teardown --yes", &[]).ends_with(0).await;
    let left = aws.everything_named("three").await;
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_app_comes_to_a_stack_and_goes_again_without_a_change_of_the_others() {
    let moto = containers::moto().await;
    let endpoint = moto.url().await;
    let without = || async { with_images(e2e::command::provider(WITHOUT).await, &endpoint, &["web", "php"]) };
    without().await.arg("--yes").ends_with(0).await;
    let changes = run(&endpoint, "preview --json", &[]).ends_with(2).await;
    assert_eq!(changed(&changes), ["security-group", "iam-role"], "{changes}");
    run(&endpoint, "deploy --yes --no-wait", &[]).ends_with(0).await;
    without().await.arg("--yes").ends_with(0).await;
    let mut left = AwsApi::new(&endpoint, REGION).everything_named("three").await;
    left.retain(|line| line.to_lowercase().contains("three-third") || line.contains("three-My-Third"));
    assert!(left.is_empty(), "{left:#?}");
}

const WITHOUT: &str = "deploy --no-wait --stack three";

/// The kinds of what a plan changes and does not create: the group of the tasks lets one more port in, and their execution role
/// may pull one more image.
fn changed(plan: &Outcome) -> Vec<String> {
    let plan = plan.json();
    let updates = plan.as_array().into_iter().flatten().filter(|step| step["action"] != "create");
    updates.filter_map(|step| step["kind"].as_str().map(str::to_owned)).collect()
}

/// How many tasks each app's service wants.
async fn counts(aws: &AwsApi) -> [u64; 3] {
    let mut counts = [0; 3];
    for (count, app) in counts.iter_mut().zip(["web", "php", "third"]) {
        let service: Value = aws.service("three", app).await;
        *count = service["desiredCount"].as_u64().unwrap_or_default();
    }
    counts
}

fn run(endpoint: &str, words: &str, settings: &[&str]) -> Run {
    let run = program(env!("CARGO_BIN_EXE_third-app"), &format!("{words} --stack three"));
    let run = if words.starts_with("teardown") {
        run.at(endpoint, REGION)
    } else {
        with_images(run, endpoint, &["web", "php", "third"])
    };
    settings.iter().fold(run, |run, setting| run.arg("--set").arg(setting))
}

fn with_images(run: Run, endpoint: &str, apps: &[&str]) -> Run {
    let run = run.at(endpoint, REGION);
    apps.iter().fold(run, |run, app| run.arg("--set").arg(&format!("{app}.image={IMAGE}")))
}
