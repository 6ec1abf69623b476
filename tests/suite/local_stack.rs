//! The whole stack on this machine, with real containers: one story, from the first deploy to the last trace gone.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use e2e::app_client::{AppClient, PNG};
use e2e::aws_api::AwsApi;
use e2e::command::{Run, provider, xtask};
use e2e::counting_proxy::CountingProxy;
use e2e::exclusive;
use e2e::load::Load;
use e2e::objects::Bucket;
use e2e::repository;
use infra_images::docker::{docker, output};
use serde::Deserialize;
use serde_json::{Value, json};

const PORT: &str = "4599";
const ENDPOINT: &str = "http://127.0.0.1:4599";
const REGION: &str = "us-east-1";
const CLUSTER: &str = "e2e-ecs-cluster";
const WEB_SERVICE: &str = "e2e-web";
const CHANGE: &str = "web.memory_mib=3072";
const CLIENTS: usize = 8;
const OLD_TASKS_END_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_deployed_used_changed_under_load_and_torn_down() {
    let _images = exclusive::removes_app_images().await;
    let cleanup = Cleanup;
    let outputs = one_command_deploys_the_stack().await;
    uploads_through_the_load_balancer_arrive_in_the_bucket(&outputs).await;
    a_second_deploy_makes_no_write_call().await;
    preview_after_a_deploy_shows_no_change().await;
    preview_of_a_change_names_what_differs().await;
    a_change_rolls_out_with_no_failed_request(&outputs).await;
    tasks_that_cannot_start_fail_the_deploy_and_the_old_ones_stay(&outputs).await;
    teardown_leaves_no_resource().await;
    teardown_of_the_last_stack_leaves_nothing_on_this_machine().await;
    drop(cleanup);
}

/// What `outputs --json` prints, as far as the issue promises it.
#[derive(Deserialize)]
struct Outputs {
    url: String,
    php_url: String,
    bucket: String,
    cluster: String,
    region: String,
    endpoint: String,
}

impl Outputs {
    fn apps(&self) -> [AppClient; 2] {
        [AppClient::new(&self.url), AppClient::new(&self.php_url)]
    }
}

async fn one_command_deploys_the_stack() -> Outputs {
    chapter("deploy");
    local("deploy --yes").ends_with(0).await;
    let printed = local("outputs --json").ends_with(0).await.json();
    let outputs: Outputs =
        serde_json::from_value(printed.clone()).unwrap_or_else(|error| panic!("{error}: {printed:#}"));
    assert_eq!(
        [&outputs.cluster, &outputs.region, &outputs.endpoint],
        [CLUSTER, REGION, ENDPOINT],
        "outputs are not as expected"
    );
    outputs
}

async fn uploads_through_the_load_balancer_arrive_in_the_bucket(outputs: &Outputs) {
    chapter("uploads");
    let bucket = Bucket::at(&outputs.endpoint, &outputs.region, &outputs.bucket);
    for app in outputs.apps() {
        let stored = app.upload("local.png").await;
        assert_eq!(bucket.object(&stored.key).await, PNG);
        assert_eq!(app.download(&stored).await, PNG);
    }
}

async fn a_second_deploy_makes_no_write_call() {
    chapter("second deploy");
    let proxy = CountingProxy::start().await;
    let deploy = local_provider("deploy --yes --local").await;
    deploy.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let (reads, writes): (Vec<_>, Vec<_>) = proxy.take_calls().into_iter().partition(|call| call.is_read());
    assert!(writes.is_empty(), "{writes:#?}");
    assert!(!reads.is_empty(), "the proxy has seen no call at all");
}

async fn preview_after_a_deploy_shows_no_change() {
    chapter("preview");
    assert_eq!(local("preview --json").ends_with(0).await.json(), json!([]));
}

async fn preview_of_a_change_names_what_differs() {
    chapter("preview of a change");
    let preview = local("preview --json").arg("--set").arg(CHANGE).ends_with(2).await;
    let changes = preview.json();
    let mut list = changes.as_array().into_iter().flatten();
    let task = list.find(|change| change["kind"] == "task-definition");
    let task = task.unwrap_or_else(|| panic!("the task definition is not among the changes: {changes:#}"));
    assert!(task["changes"].to_string().contains("memory"), "{task:#}");
}

async fn a_change_rolls_out_with_no_failed_request(outputs: &Outputs) {
    chapter("change under load");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let before = task_definition(&aws).await;
    let load = Load::start(&outputs.apps(), CLIENTS);
    load.answers(CLIENTS * 5).await;
    local("deploy --yes").arg("--set").arg(CHANGE).ends_with(0).await;
    load.answers(CLIENTS * 5).await;
    let answers = load.end().await;
    let failures: BTreeSet<_> = answers.failed.iter().collect();
    assert!(
        failures.is_empty(),
        "{} requests failed, {} were served: {failures:#?}",
        answers.failed.len(),
        answers.served
    );
    let after = task_definition(&aws).await;
    assert_ne!(after, before);
    e2e::wait::until("only tasks of the new revision to run", OLD_TASKS_END_WITHIN, async || {
        let running = running_tasks(&aws).await;
        if running == [after.clone(), after.clone()] { Ok(()) } else { Err(format!("{running:?}")) }
    })
    .await;
}

async fn tasks_that_cannot_start_fail_the_deploy_and_the_old_ones_stay(outputs: &Outputs) {
    chapter("tasks that cannot start");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let before = running_tasks(&aws).await;
    let broken = format!("web.image=127.0.0.1:{PORT}/e2e-web-app:not-there");
    let deploy = local("deploy --yes").arg("--set").arg(CHANGE).arg("--set").arg(&broken);
    deploy.ends_with(1).await.says(&[WEB_SERVICE, "not-there"]);
    for app in outputs.apps() {
        app.upload("still-here.png").await;
    }
    let after = running_tasks(&aws).await;
    assert!(before.iter().all(|task| after.contains(task)), "before: {before:?}, after: {after:?}");
}

async fn teardown_leaves_no_resource() {
    chapter("teardown");
    let aws = AwsApi::new(ENDPOINT, REGION);
    assert!(!aws.everything_named("e2e").await.is_empty(), "the listing does not find what is there");
    // The provider alone: `cargo xtask teardown` would end the local AWS, which is asked afterwards.
    local_provider("teardown --yes --local").await.ends_with(0).await;
    let left = aws.everything_named("e2e").await;
    assert!(left.is_empty(), "{left:#?}");
}

async fn teardown_of_the_last_stack_leaves_nothing_on_this_machine() {
    chapter("end of the local AWS");
    local("teardown --yes").ends_with(0).await;
    let own = format!("label=image-app.local-aws={PORT}");
    let tasks = format!("label=ministack.instance=image-app-local-aws-{PORT}:{PORT}");
    for filter in [own, tasks] {
        assert_eq!(docker_lines(&["ps", "--all", "--quiet", "--filter", &filter]).await, [""; 0]);
    }
    let registry = format!("127.0.0.1:{PORT}/");
    let images = docker_lines(&["image", "ls", "--format", "{{.Repository}}:{{.Tag}}@{{.Digest}}"]).await;
    let left: Vec<_> = images.iter().filter(|image| image.starts_with(&registry)).collect();
    assert!(left.is_empty(), "images: {left:?}");
    // Local AWSs on other ports share the network.
    let others = docker_lines(&["ps", "--all", "--filter", "label=image-app.local-aws", "--quiet"]).await;
    if others.is_empty() {
        let networks =
            docker_lines(&["network", "ls", "--filter", "label=image-app.local-aws", "--quiet"]).await;
        assert_eq!(networks, [""; 0]);
    }
}

/// The chapters show which part of the story took how long.
fn chapter(name: &str) {
    eprintln!("local_stack: {name}");
}

fn local(words: &str) -> Run {
    xtask(&format!("{words} --stack e2e --local --local-port {PORT}"))
}

async fn local_provider(words: &str) -> Run {
    provider(&format!("{words} --stack e2e")).await.at(ENDPOINT, REGION)
}

/// The task definition that the service runs.
async fn task_definition(aws: &AwsApi) -> String {
    let services = json!({ "cluster": CLUSTER, "services": [WEB_SERVICE] });
    let answer = aws.ecs("DescribeServices", services).await;
    text(&answer["services"][0]["taskDefinition"])
}

/// The task definition of each running task of the service.
async fn running_tasks(aws: &AwsApi) -> Vec<String> {
    let wanted = json!({ "cluster": CLUSTER, "serviceName": WEB_SERVICE, "desiredStatus": "RUNNING" });
    let listed = aws.ecs("ListTasks", wanted).await;
    let arns = &listed["taskArns"];
    if arns.as_array().is_none_or(Vec::is_empty) {
        return Vec::new();
    }
    let described = aws.ecs("DescribeTasks", json!({ "cluster": CLUSTER, "tasks": arns })).await;
    let tasks = described["tasks"].as_array().unwrap_or_else(|| panic!("no tasks: {described}"));
    let running = tasks.iter().filter(|task| task["lastStatus"] == "RUNNING");
    running.map(|task| text(&task["taskDefinitionArn"])).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

async fn docker_lines(arguments: &[&str]) -> Vec<String> {
    let text = output(docker(arguments)).await.unwrap_or_else(|error| panic!("{error}"));
    text.lines().map(str::to_owned).collect()
}

/// Takes the local AWS down also when the story has failed.
struct Cleanup;

impl Drop for Cleanup {
    fn drop(&mut self) {
        let mut teardown = Command::new(env!("CARGO"));
        teardown.args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--",
            "teardown",
            "--stack",
            "e2e",
            "--local",
        ]);
        teardown.args(["--local-port", PORT, "--yes"]).current_dir(repository()).stdin(Stdio::null());
        match teardown.output() {
            Ok(output) if output.status.success() => {}
            Ok(output) => eprintln!("cannot clean up: {}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => eprintln!("cannot clean up: {error}"),
        }
    }
}
