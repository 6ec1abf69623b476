//! What was shown is what runs: a plan that is another one by the time the lease is there is shown, and asked about anew.

use std::process::Stdio;
use std::time::Duration;

use e2e::aws_api::QueryService::AutoScaling;
use e2e::command::Run;
use e2e::counting_proxy::CountingProxy;
use e2e::fake_docker::FakeDocker;
use e2e::wait::until;
use hyper::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::Moto;
use super::ownership::{RESOURCE_TAG, STACK_TAG};
use super::two_runs::holder_elsewhere;

const ONE: &str = "logs.retention_in_days=30";
const SOON: Duration = Duration::from_secs(60);
/// How long the other run holds the lease.
const SECONDS: u64 = 8;
const CHANGED: &str = "the stack has changed since this";

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_nobody_is_asked_about_shows_what_is_new_in_its_plan() {
    let moto = Moto::start().await;
    moto.deploy("anew", &[]).await;
    moto.is_held_elsewhere("anew").await;
    let deploy = moto.run("deploy --yes --no-wait --stack anew", &[ONE]).await;
    let (deploy, proxy) = waits_for_the_lease(deploy).await;
    moto.is_changed("anew").await;
    let outcome = deploy.end().await;
    drop(proxy);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.says(&[CHANGED, "maxSize: 7 -> 2"]);
    assert_eq!(outcome.stderr.matches("retention").count(), 2, "{outcome}");
    // The same plan is not shown twice.
    moto.is_held_elsewhere("anew").await;
    let again = moto.run("deploy --yes --no-wait --stack anew", &[]).await.ends_with(0).await;
    assert!(!again.stderr.contains(CHANGED), "{again}");
    assert_eq!(again.stderr.matches("retention").count(), 1, "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_plan_that_is_declined_changes_nothing_and_gives_the_lease_back() {
    let moto = Moto::start().await;
    moto.deploy("anew", &[]).await;
    moto.is_held_elsewhere("anew").await;
    let deploy = moto.run("deploy --no-wait --stack anew", &[ONE]).await;
    let mut deploy = Talk::with(deploy);
    deploy.answers("Deploy?", "y").await;
    deploy.hears("someone@elsewhere").await;
    moto.is_changed("anew").await;
    deploy.answers("Deploy?", "n").await;
    assert_eq!(deploy.ends().await, Some(1), "{}", deploy.heard);
    for text in [CHANGED, "maxSize: 7 -> 2", "nothing was changed"] {
        assert!(deploy.heard.contains(text), "{text}: {}", deploy.heard);
    }
    moto.run("preview --stack anew", &[ONE]).await.ends_with(2).await.says(&["maxSize: 7 -> 2", "retention"]);
    moto.run("deploy --yes --no-wait --wait-for-lease 0 --stack anew", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_only_the_new_plan_needs_is_built_before_anything_is_written() {
    let (moto, no_engine) = (Moto::start().await, FakeDocker::new(""));
    moto.deploy("anew", &[]).await;
    moto.has_built_images("anew").await;
    let deploy =
        || async { no_engine.used_by(moto.run_building("deploy --yes --no-wait --stack anew").await) };
    deploy().await.ends_with(0).await;
    moto.is_held_elsewhere("anew").await;
    let (deploy, proxy) = waits_for_the_lease(deploy().await.arg("--set").arg(ONE)).await;
    moto.has_no_built_image("anew", "php").await;
    let outcome = deploy.end().await;
    assert_eq!(outcome.code, Some(69), "{outcome}");
    outcome.says(&[CHANGED, "no Docker engine answers it"]);
    let writes = proxy.take_calls().into_iter().filter(|call| !call.is_read());
    let writes: Vec<_> = writes.filter(|call| !call.path.contains("lease.json")).collect();
    assert!(writes.is_empty(), "{writes:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teardown_shows_what_it_deletes_more_than_it_has_shown() {
    let moto = Moto::start().await;
    moto.deploy("anew", &[]).await;
    moto.is_held_elsewhere("anew").await;
    let mut declined = Talk::with(moto.run("teardown --stack anew", &[]).await);
    declined.answers("Delete everything of stack anew", "anew\n").await;
    declined.hears("someone@elsewhere").await;
    moto.has_one_more("anew", "one").await;
    declined.answers("Delete everything of stack anew", "n\n").await;
    assert_eq!(declined.ends().await, Some(1), "{}", declined.heard);
    for text in [CHANGED, "/ecs/anew/one", "nothing was deleted"] {
        assert!(declined.heard.contains(text), "{text}: {}", declined.heard);
    }
    moto.run("preview --stack anew", &[]).await.ends_with(2).await.says(&["/ecs/anew/one", "1 to delete"]);

    moto.is_held_elsewhere("anew").await;
    let teardown = moto.run("teardown --yes --stack anew", &[]).await;
    let (teardown, proxy) = waits_for_the_lease(teardown).await;
    moto.has_one_more("anew", "two").await;
    let outcome = teardown.end().await;
    drop(proxy);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.says(&[CHANGED, "/ecs/anew/two"]);
    let left = moto.api().everything_named("anew").await;
    assert!(left.is_empty(), "{left:#?}");
}

impl Moto {
    async fn is_held_elsewhere(&self, stack: &str) {
        let lease = holder_elsewhere(SECONDS).to_string();
        self.put_object(&format!("{stack}-lease-123456789012-eu-west-1"), "lease.json", &lease).await;
    }

    async fn is_changed(&self, stack: &str) {
        let change = format!("AutoScalingGroupName={}&MaxSize=7", self.group_of(stack).await);
        self.api().query(AutoScaling, "UpdateAutoScalingGroup", &change).await;
    }

    async fn has_one_more(&self, stack: &str, name: &str) {
        let tags = json!({ STACK_TAG: stack, RESOURCE_TAG: format!("log-group/{name}") });
        self.api().create_log_group(&format!("/ecs/{stack}/{name}"), tags).await;
    }
}

/// Starts it; it has made its plan when it looks at the lease for the second time.
async fn waits_for_the_lease(run: Run) -> (e2e::command::Running, CountingProxy) {
    let proxy = CountingProxy::start().await;
    let running = run.env("HTTP_PROXY", proxy.address()).start();
    let mut looks = 0;
    until("the run to wait for the lease", SOON, async || {
        let calls = proxy.take_calls();
        looks += calls.iter().filter(|it| it.method == Method::GET && it.path.contains("lease.json")).count();
        if looks > 1 { Ok(()) } else { Err(format!("it has looked {looks} times")) }
    })
    .await;
    (running, proxy)
}

/// A command at a terminal, and what it has said.
struct Talk {
    child: Child,
    heard: String,
    /// How much of that is answered.
    answered: usize,
}

impl Talk {
    fn with(run: Run) -> Self {
        let command = run.into_command();
        let words = [command.as_std().get_program()].into_iter().chain(command.as_std().get_args());
        let words: Vec<_> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
        // It gives a command a terminal of its own, and ends with its exit code.
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &words.join(" "), "/dev/null"]);
        for (name, value) in command.as_std().get_envs() {
            match value {
                Some(value) => script.env(name, value),
                None => script.env_remove(name),
            };
        }
        script.current_dir(e2e::repository()).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let child = script.spawn().unwrap_or_else(|error| panic!("cannot start `script`: {error}"));
        Self { child, heard: String::new(), answered: 0 }
    }

    /// Reads on until it says this, beyond what was answered.
    async fn hears(&mut self, text: &str) {
        let output = self.child.stdout.as_mut().unwrap_or_else(|| panic!("there is no output"));
        let mut piece = [0; 4096];
        while !self.heard[self.answered..].contains(text) {
            let read = tokio::time::timeout(SOON, output.read(&mut piece)).await;
            let Ok(Ok(1..)) = read else { panic!("it never says `{text}`: {}", self.heard) };
            let length = read.map_or(0, |read| read.unwrap_or(0));
            self.heard.push_str(&String::from_utf8_lossy(&piece[..length]));
        }
    }

    async fn answers(&mut self, question: &str, answer: &str) {
        self.hears(question).await;
        self.answered = self.heard.len();
        let input = self.child.stdin.as_mut().unwrap_or_else(|| panic!("there is no input"));
        input
            .write_all(answer.as_bytes())
            .await
            .unwrap_or_else(|error| panic!("it takes no answer: {error}"));
    }

    async fn ends(&mut self) -> Option<i32> {
        let output = self.child.stdout.as_mut().unwrap_or_else(|| panic!("there is no output"));
        let mut rest = Vec::new();
        output.read_to_end(&mut rest).await.unwrap_or_else(|error| panic!("it can't be heard: {error}"));
        self.heard.push_str(&String::from_utf8_lossy(&rest));
        self.child.wait().await.unwrap_or_else(|error| panic!("it does not end: {error}")).code()
    }
}
