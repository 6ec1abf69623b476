//! The containers of `run`: the app, and where it has no bucket of its own an S3 beside it. All of them have a label, by which
//! those of a run that was killed go with the next one.

use std::time::Duration;

use anyhow::{Context, bail};
use infra::apps::Scratch;
use infra_images::docker::{docker, output};
use infra_images::names;
use rustix::process::{Pid, test_kill_process};
use tokio::process::{Child, Command};

use crate::http;
use crate::local_aws::engine;

/// Its value is the process that made the container or network.
const LABEL: &str = "image-app.run";
/// The S3's name in the network, and its port.
const STORAGE: &str = "s3";
const STORAGE_PORT: u16 = 4566;
const STORAGE_STARTS_WITHIN: Duration = Duration::from_secs(60);
/// Above 1024, so that no image needs a right to listen there.
const APP_PORT: u16 = 8080;

/// What this process has started.
pub struct Containers {
    process: u32,
}

/// Where the app keeps images.
pub struct Storage {
    words: String,
    /// `NAME=VALUE`, or the name of a variable of this process.
    variables: Vec<String>,
}

/// The app as it is run.
pub struct AppContainer<'a> {
    /// Its image.
    pub image: &'a str,
    /// The port of this machine.
    pub port: u16,
    /// Where it writes.
    pub scratch: &'a [Scratch],
    /// Its variables.
    pub variables: &'a [String],
}

impl Storage {
    /// A bucket in an account, with the credentials of these variables.
    pub fn own(bucket: &str, region: &str, credentials: &[&str]) -> Self {
        let set = credentials.iter().filter(|name| std::env::var_os(name).is_some());
        let mut variables: Vec<_> = set.map(|&name| name.to_owned()).collect();
        variables.extend(in_bucket(bucket, region));
        Self { words: format!("{bucket} in {region}"), variables }
    }

    /// In words.
    pub fn in_words(&self) -> &str {
        &self.words
    }
}

fn in_bucket(bucket: &str, region: &str) -> [String; 2] {
    [format!("S3_BUCKET={bucket}"), format!("AWS_REGION={region}")]
}

impl Containers {
    /// Nothing is started yet.
    pub fn of_this_process() -> Self {
        Self { process: std::process::id() }
    }

    /// Starts an S3 with an empty bucket, which only this machine and the app reach.
    pub async fn start_storage(&self, bucket: &str, region: &str) -> anyhow::Result<Storage> {
        let network = self.name("network");
        let create = output(docker(&["network", "create", "--label", &self.label(), &network])).await;
        create.context("cannot make a network for the app and its S3")?;
        let mut run = self.run("storage");
        run.args(["--network", &network, "--network-alias", STORAGE]);
        run.args(["--publish", &format!("127.0.0.1::{STORAGE_PORT}")]);
        run.args(["--env", &format!("MINISTACK_REGION={region}"), names::MINISTACK]);
        output(run).await.context("cannot start the S3 on this machine")?;
        let port = self.published_port().await?;
        if !http::succeeds_within(STORAGE_STARTS_WITHIN, port, "PUT", &format!("/{bucket}")).await {
            bail!("the S3 on this machine makes no bucket within {} s", STORAGE_STARTS_WITHIN.as_secs());
        }
        let mut variables = vec![
            format!("AWS_ENDPOINT_URL_S3=http://{STORAGE}:{STORAGE_PORT}"),
            "AWS_ACCESS_KEY_ID=test".to_owned(),
            "AWS_SECRET_ACCESS_KEY=test".to_owned(),
        ];
        variables.extend(in_bucket(bucket, region));
        Ok(Storage { words: format!("{bucket} of an S3 on this machine"), variables })
    }

    async fn published_port(&self) -> anyhow::Result<u16> {
        let port = output(docker(&["port", &self.name("storage"), &STORAGE_PORT.to_string()])).await;
        let port = port.context("cannot ask for the port of the S3 on this machine")?;
        let port = port.lines().next().and_then(|line| line.rsplit(':').next()?.parse().ok());
        port.context("the S3 on this machine has no port")
    }

    /// Starts the app with a file system that is read-only, as its task has one.
    pub async fn start_app(&self, app: &AppContainer<'_>, storage: &Storage) -> anyhow::Result<()> {
        let mut run = self.run("app");
        if storage.variables.iter().any(|variable| variable.starts_with("AWS_ENDPOINT_URL")) {
            run.args(["--network", &self.name("network")]);
        }
        run.args(["--publish", &format!("127.0.0.1:{}:{APP_PORT}", app.port), "--read-only", "--init"]);
        for scratch in app.scratch {
            run.args(["--tmpfs", scratch.path]);
        }
        // Nobody waits for a load balancer here; what was given comes last and so goes before.
        let own = [format!("PORT={APP_PORT}"), "DRAIN_SECONDS=0".to_owned()];
        for variable in own.iter().chain(&storage.variables).chain(app.variables) {
            run.args(["--env", variable]);
        }
        run.arg(app.image);
        output(run).await.map(drop).context("cannot start the app")
    }

    /// Writes its log to the outputs of this process; ends with the container.
    pub fn follow_app(&self) -> anyhow::Result<Child> {
        docker(&["logs", "--follow", &self.name("app")]).spawn().context("cannot follow the app's log")
    }

    /// The exit code of the app, which has ended.
    pub async fn exit_code(&self) -> anyhow::Result<i32> {
        let code = output(docker(&["inspect", "--format", "{{.State.ExitCode}}", &self.name("app")])).await?;
        code.parse().context("docker inspect gives no exit code")
    }

    /// Removes all of it.
    pub async fn remove(&self) -> anyhow::Result<()> {
        remove(self.process).await
    }

    /// Removes what runs left that were killed.
    pub async fn remove_abandoned() -> anyhow::Result<()> {
        let format = format!("{{{{.Label {LABEL:?}}}}}");
        let filter = format!("label={LABEL}");
        let list = docker(&["container", "ls", "--all", "--filter", &filter, "--format", &format]);
        let processes = output(list).await.context("cannot list containers")?;
        for process in processes.lines().filter_map(|process| process.parse().ok()).filter(|it| !lives(*it)) {
            remove(process).await?;
        }
        Ok(())
    }

    fn run(&self, what: &str) -> Command {
        let mut run = docker(&["run", "--detach", "--name", &self.name(what)]);
        run.args(["--label", &self.label()]);
        run
    }

    fn name(&self, what: &str) -> String {
        format!("image-app-run-{}-{what}", self.process)
    }

    fn label(&self) -> String {
        format!("{LABEL}={}", self.process)
    }
}

async fn remove(process: u32) -> anyhow::Result<()> {
    let filter = format!("label={LABEL}={process}");
    engine::remove("container", &filter).await?;
    let networks = output(docker(&["network", "ls", "--quiet", "--filter", &filter])).await;
    for network in networks.context("cannot list networks")?.lines() {
        output(docker(&["network", "rm", network])).await.context("cannot remove the network of the app")?;
    }
    Ok(())
}

fn lives(process: u32) -> bool {
    let id = i32::try_from(process).ok().and_then(Pid::from_raw);
    // One of another user can't be signalled, and is there.
    id.is_some_and(|id| test_kill_process(id) != Err(rustix::io::Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_lives_and_one_that_can_not_be_does_not() {
        assert!(lives(std::process::id()));
        assert!(!lives(u32::MAX) && !lives(0));
    }

    #[test]
    fn credentials_of_an_account_are_on_no_command_line() {
        // Every process has a PATH; it stands for a variable with a secret.
        let storage = Storage::own("mine", "eu-west-1", &["PATH", "NOBODY_HAS_THIS_SET"]);
        assert_eq!(storage.variables, ["PATH", "S3_BUCKET=mine", "AWS_REGION=eu-west-1"]);
    }
}
