//! Chapters of the story: a rollout that waits for somebody, is stopped, fails, or is undone, and what is said of it.

use std::time::Duration;

use e2e::app_client::AppClient;
use e2e::aws_api::AwsApi;
use e2e::command::Run;
use e2e::terminal::Terminal;
use serde_json::{Value, json};

use super::{CHANGE, CLUSTER, ENDPOINT, Outputs, REGION, chapter, local, task_definition, text, under_load};

const SHOWN_WITHIN: Duration = Duration::from_secs(120);
/// Long enough to be met in it: three minutes at the local AWS's speed.
const LONG_BAKE: &str = "bake_time_minutes=60";
/// The new tasks are behind the test listener, and no user has reached them.
const STAGE: &str = "pause_at=POST_TEST_TRAFFIC_SHIFT";
const TEST_PORT: &str = "test_port=8080";

/// The deploy of a blue/green app with another stop timeout, and so of another revision.
fn deploy(stop_timeout: u32, more: &str) -> Run {
    let settings =
        [format!("stop_timeout_seconds={stop_timeout}"), "deployment.strategy=blue-green".to_owned()];
    let more = (!more.is_empty()).then(|| format!("deployment.{more}"));
    let run = local("deploy --yes").arg("--set").arg(CHANGE);
    settings.iter().chain(&more).fold(run, |run, setting| run.arg("--set").arg(&format!("web.{setting}")))
}

/// One more setting of the app's deployment.
fn with(run: Run, setting: &str) -> Run {
    run.arg("--set").arg(&format!("web.deployment.{setting}"))
}

async fn page(url: &str) -> String {
    AppClient::new(url).fetch("").await.has(200).text()
}

async fn until_it_bakes() {
    e2e::wait::until("the bake time", SHOWN_WITHIN, async || {
        let status = status().await;
        if status["stage"] == "BAKE_TIME" { Ok(()) } else { Err(status.to_string()) }
    })
    .await;
}

async fn status() -> Value {
    local("status web --json").ends_with(0).await.json()[0].clone()
}

/// Who deploys decides at a pause: on, or back. Meanwhile each page says which revision answers: users reach the one before,
/// the test listener leads to the new one.
pub async fn a_paused_rollout_goes_on_or_back(outputs: &Outputs) {
    chapter("pause, continue, abort");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let before = task_definition(&aws).await;
    let paused = with(deploy(55, STAGE), TEST_PORT).ends_with(24).await;
    paused.says(&["paused:", "POST_TEST_TRAFFIC_SHIFT", "cargo xtask continue"]);
    assert_eq!(status().await["paused"]["stage"], "POST_TEST_TRAFFIC_SHIFT");
    let urls =
        with(with(local("outputs --json"), "strategy=blue-green"), TEST_PORT).ends_with(0).await.json();
    let (blue, green) = (page(&outputs.url).await, page(&text(&urls["web_test_url"])).await);
    local("continue web").ends_with(0).await.says(&["goes on from POST_TEST_TRAFFIC_SHIFT"]);
    assert_eq!(status().await["state"], "SUCCESSFUL");
    let kept = task_definition(&aws).await;
    for (page, revision, other) in [(blue, &before, &kept), (green, &kept, &before)] {
        let shows = |it: &str| page.contains(&format!(">{}<", it.rsplit('/').next().unwrap_or_default()));
        assert!(shows(revision) && !shows(other), "{revision}: {page}");
    }
    with(deploy(56, STAGE), TEST_PORT).ends_with(24).await;
    local("abort web").ends_with(0).await.says(&["goes back to the revision before"]);
    assert_eq!(task_definition(&aws).await, kept);
    local("abort web").ends_with(1).await.says(&["nothing of web is being deployed"]);
    local("wait").ends_with(0).await.says(&["web: ", "My-Web-App:"]);
}

/// A pipeline that is cancelled sends SIGTERM: the revision before is back when the deploy ends.
pub async fn a_deploy_that_is_stopped_goes_back(outputs: &Outputs) {
    chapter("SIGTERM");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let kept = task_definition(&aws).await;
    under_load(outputs, async || {
        let running = deploy(57, LONG_BAKE).start();
        until_it_bakes().await;
        running.signal("TERM").await;
        let outcome = running.end().await;
        outcome.says(&["stopping this deployment", "stopped:"]);
        assert_eq!(outcome.code, Some(22), "{outcome}");
    })
    .await;
    assert_eq!(task_definition(&aws).await, kept);
}

/// At a terminal Ctrl-C asks first. Pressed again it leaves ECS to it, and `wait` attaches again.
pub async fn who_presses_ctrl_c_is_asked() {
    chapter("Ctrl-C");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let kept = task_definition(&aws).await;
    let mut terminal = Terminal::start(deploy(58, LONG_BAKE));
    terminal.shows("bake time").await;
    terminal.press_ctrl_c().await;
    terminal.shows("stop this deployment and go back").await;
    terminal.type_line("no").await;
    terminal.shows("the deployment goes on").await;
    terminal.press_ctrl_c().await;
    terminal.shows("stop this deployment and go back").await;
    terminal.press_ctrl_c().await;
    let (code, shown) = terminal.ends().await;
    assert_eq!(code, Some(130), "{shown}");
    let mut waiting = Terminal::start(local("wait web"));
    waiting.shows("bake time").await;
    waiting.press_ctrl_c().await;
    waiting.shows("stop this deployment and go back").await;
    waiting.type_line("y").await;
    let (code, shown) = waiting.ends().await;
    assert_eq!(code, Some(22), "{shown}");
    assert_eq!(task_definition(&aws).await, kept);
}

/// Somebody else's deployment takes the place of ours: that is no success of ours.
pub async fn a_deployment_that_is_superseded_says_so() {
    chapter("superseded");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let service = aws.service("e2e", "web").await;
    let kept = task_definition(&aws).await;
    let running = deploy(59, LONG_BAKE).start();
    until_it_bakes().await;
    let update = json!({ "cluster": CLUSTER, "service": service["serviceName"], "forceNewDeployment": true });
    aws.ecs("UpdateService", update).await;
    let outcome = running.end().await;
    outcome.says(&["was superseded", "cargo xtask status"]);
    assert_eq!(outcome.code, Some(21), "{outcome}");
    local("abort web").ends_with(0).await;
    assert_eq!(task_definition(&aws).await, kept);
}

/// The code is ahead afterwards, and the next deploy brings it again.
pub async fn the_revision_before_comes_back_on_request() {
    chapter("rollback");
    let aws = AwsApi::new(ENDPOINT, REGION);
    let before = task_definition(&aws).await;
    local("rollback web --yes").ends_with(0).await.says(&["takes the place of", "the code is ahead"]);
    let after = task_definition(&aws).await;
    assert_ne!(after, before);
    let number = before.rsplit(':').next().unwrap_or_default();
    local(&format!("rollback web {number} --yes")).ends_with(0).await;
    assert_eq!(task_definition(&aws).await, before);
    local(&format!("rollback web {number} --yes")).ends_with(1).await.says(&["what runs already"]);
    local("rollback web 999 --yes").ends_with(1).await.says(&["is not registered"]);
}
