//! The whole stack on this machine, with real containers: one story, from the first deploy to the last trace gone.

mod bad_images;
mod image_in_use;
mod look;
mod moves;
mod rollouts;
mod run_task;
mod strategies;
mod third_app;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::time::Duration;

use e2e::app_client::{AppClient, PNG};
use e2e::aws_api::AwsApi;
use e2e::command::{KILLED, Run, provider, xtask};
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
/// Names of services end in a hash.
const WEB_SERVICE: &str = "e2e-web-";
const CHANGE: &str = "web.memory_mib=3072";
const SPEED: u32 = 20;
const CLIENTS: usize = 8;
const OLD_TASKS_END_WITHIN: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_is_deployed_used_changed_under_load_and_torn_down() {
    let _images = exclusive::removes_app_images().await;
    let cleanup = Cleanup;
    let outputs = one_command_deploys_the_stack().await;
    each_app_runs_where_its_settings_say().await;
    host_ports_are_for_this_machine_alone().await;
    uploads_through_the_load_balancer_arrive_in_the_bucket(&outputs).await;
    let aws = AwsApi::new(ENDPOINT, REGION);
    run_task::a_one_off_task_prints_its_log_and_ends_with_its_exit_code().await;
    run_task::several_tasks_are_told_apart().await;
    run_task::what_ecs_would_refuse_starts_no_task(&aws).await;
    run_task::a_service_is_scaled_and_scaled_back(&aws).await;
    a_second_deploy_makes_no_write_call().await;
    preview_after_a_deploy_shows_no_change().await;
    preview_of_a_change_names_what_differs().await;
    a_change_rolls_out_with_no_failed_request(&outputs).await;
    look::log_lines_are_behind_their_tasks().await;
    look::revisions_say_what_became_of_them().await;
    look::what_a_rollout_needs_is_there().await;
    look::a_command_runs_in_a_task().await;
    look::an_app_is_opened_by_its_url(&outputs).await;
    moves::an_app_moves_by_killed_deploys_with_no_failed_request(&outputs).await;
    strategies::traffic_moves_by_each_strategy_with_no_failed_request(&outputs).await;
    rollouts::a_paused_rollout_goes_on_or_back(&outputs).await;
    rollouts::a_deploy_that_is_stopped_goes_back(&outputs).await;
    rollouts::who_presses_ctrl_c_is_asked().await;
    rollouts::a_deployment_that_is_superseded_says_so().await;
    strategies::an_app_goes_back_to_rolling_with_no_failed_request(&outputs).await;
    rollouts::the_revision_before_comes_back_on_request().await;
    third_app::a_third_app_is_reached_beside_the_others_and_goes_again(&aws).await;
    the_readmes_pictures_are_made_from_this_stack().await;
    bad_images::a_bad_image_is_rolled_back_with_its_cause(&outputs).await;
    a_killed_teardown_is_finished_and_leaves_no_resource().await;
    image_in_use::a_container_of_somebody_else_keeps_its_image_which_is_named().await;
    nothing_of_the_local_aws_is_left_on_this_machine().await;
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
    // Waits for targets to drain and the like are those of ECS; nobody has to sit through them here.
    local(&format!("deploy --yes --local-speed {SPEED}")).ends_with(0).await;
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

async fn each_app_runs_where_its_settings_say() {
    chapter("launch types");
    let aws = AwsApi::new(ENDPOINT, REGION);
    for (app, launch_type, count) in [("web", "FARGATE", 2), ("php", "EC2", 1)] {
        let tasks = running_tasks(&aws, app).await;
        let launch_types: Vec<_> = tasks.iter().map(|task| &task["launchType"]).collect();
        assert_eq!(launch_types, vec![launch_type; count], "{app}: {tasks:#?}");
    }
}

async fn host_ports_are_for_this_machine_alone() {
    chapter("host ports");
    let filter = format!("label=image-app.local-aws.task=image-app-local-aws-{PORT}:{PORT}");
    let tasks = docker_lines(&["ps", "--quiet", "--filter", &filter]).await;
    let mut inspect = vec!["inspect", "--format", "{{json .NetworkSettings.Ports}}"];
    inspect.extend(tasks.iter().map(String::as_str));
    let mut addresses = BTreeSet::new();
    for line in docker_lines(&inspect).await {
        let ports: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let bindings = ports.as_object().into_iter().flat_map(|ports| ports.values());
        let bindings = bindings.filter_map(Value::as_array).flatten();
        addresses.extend(bindings.map(|binding| text(&binding["HostIp"])));
    }
    assert_eq!(addresses, BTreeSet::from(["127.0.0.1".to_owned()]));
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
    under_load(outputs, async || {
        local("deploy --yes").arg("--set").arg(CHANGE).ends_with(0).await;
    })
    .await;
    let after = task_definition(&aws).await;
    assert_ne!(after, before);
    e2e::wait::until("only tasks of the new revision to run", OLD_TASKS_END_WITHIN, async || {
        let running = task_definitions(&running_tasks(&aws, "web").await);
        // Under load the autoscaler may have asked for more.
        let is_new = running.len() >= 2 && running.iter().all(|revision| *revision == after);
        if is_new { Ok(()) } else { Err(format!("{running:?}")) }
    })
    .await;
}

/// Requests to both apps go on before, during and after something; none may fail.
async fn under_load(outputs: &Outputs, something: impl AsyncFnOnce()) {
    let load = Load::start(&outputs.apps(), CLIENTS);
    load.answers(CLIENTS * 5).await;
    something().await;
    load.answers(CLIENTS * 5).await;
    let answers = load.end().await;
    let failures: BTreeSet<_> = answers.failed.iter().collect();
    assert!(
        failures.is_empty(),
        "{} requests failed, {} were served: {failures:#?}",
        answers.failed.len(),
        answers.served
    );
}

async fn the_readmes_pictures_are_made_from_this_stack() {
    chapter("pictures");
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder: {error}"));
    let run = xtask(&format!("pictures --stack e2e --local-port {PORT} --yes --into"));
    run.arg(&folder.path().to_string_lossy()).ends_with(0).await;
    for (file, texts) in [
        ("deploy.svg", ["cargo xtask deploy", "~ update", "task-definition", "e2e-alb"]),
        ("rollout.svg", ["revision state", "in progress", "has begun draining", "2/2"]),
        (
            "rolled-back.svg",
            ["~ update", "ends instead of serving", "was rolled back", "runs with 2 of 2 tasks"],
        ),
    ] {
        let terminal = std::fs::read_to_string(folder.path().join(file)).unwrap_or_default();
        for text in texts {
            assert!(terminal.contains(text), "{file} does not show `{text}`: {terminal}");
        }
    }
    let page = image::image_dimensions(folder.path().join("page.png"));
    assert!(page.as_ref().is_ok_and(|(width, _)| *width > 1000), "{page:?}");
}

async fn a_killed_teardown_is_finished_and_leaves_no_resource() {
    chapter("teardown");
    let aws = AwsApi::new(ENDPOINT, REGION);
    assert!(!aws.everything_named("e2e").await.is_empty(), "the listing does not find what is there");
    // The provider alone: `cargo xtask teardown` would end the local AWS, which is asked afterwards.
    let killed = local_provider("teardown --yes --local").await.with_fault("die-after@DeleteService");
    killed.ends_with(KILLED).await;
    local_provider("teardown --yes --local").await.ends_with(0).await;
    let left = aws.everything_named("e2e").await;
    assert!(left.is_empty(), "{left:#?}");
}

async fn nothing_of_the_local_aws_is_left_on_this_machine() {
    let own = format!("label=image-app.local-aws={PORT}");
    let tasks = format!("label=image-app.local-aws.task=image-app-local-aws-{PORT}:{PORT}");
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

/// The task definition that the Rust app's service runs.
async fn task_definition(aws: &AwsApi) -> String {
    text(&aws.service("e2e", "web").await["taskDefinition"])
}

/// The running tasks of an app's service.
async fn running_tasks(aws: &AwsApi, app: &str) -> Vec<Value> {
    let service = aws.service("e2e", app).await;
    let wanted =
        json!({ "cluster": CLUSTER, "serviceName": service["serviceName"], "desiredStatus": "RUNNING" });
    let listed = aws.ecs("ListTasks", wanted).await;
    let arns = &listed["taskArns"];
    if arns.as_array().is_none_or(Vec::is_empty) {
        return Vec::new();
    }
    let described = aws.ecs("DescribeTasks", json!({ "cluster": CLUSTER, "tasks": arns })).await;
    let tasks = described["tasks"].as_array().unwrap_or_else(|| panic!("no tasks: {described}"));
    tasks.iter().filter(|task| task["lastStatus"] == "RUNNING").cloned().collect()
}

fn task_definitions(tasks: &[Value]) -> Vec<String> {
    tasks.iter().map(|task| text(&task["taskDefinitionArn"])).collect()
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
