//! The local AWS: MiniStack in a container that only this machine can reach. One port is one local AWS.

mod container;
mod health;

use std::time::{Duration, Instant};

use infra_images::Endpoint;
use infra_images::endpoint::endpoint;
use infra_options::{DEFAULT_REGION, StackOptions};

use crate::interrupt::unless_interrupted;
use crate::port;
use crate::progress::Step;
use crate::report::UserError;

use container::{Container, State};

const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// How long it is asked before its container is looked at again.
const ONE_LOOK: Duration = Duration::from_secs(1);
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A file in which there is nothing.
const NO_FILE: &str = "/dev/null";

/// A local AWS that answers.
#[derive(Debug)]
pub struct LocalAws {
    port: u16,
    region: String,
}

/// What the removal of a local AWS came to.
pub struct Removed {
    /// How many containers and networks it removed.
    pub count: usize,
    /// The images that stay, as containers of somebody else use them.
    pub images_in_use: Vec<String>,
}

impl LocalAws {
    /// What a command that starts nothing works on: the running local AWS with `--local`, none without.
    pub async fn wanted(options: &StackOptions) -> anyhow::Result<Option<Self>> {
        if !options.local {
            return Ok(None);
        }
        match Self::running(options.local_port, options.region.as_deref()).await? {
            Some(local) => Ok(Some(local)),
            None => Err(UserError::new(
                format!("no local AWS is running on port {}", options.local_port),
                "start it with `cargo xtask deploy --local`",
            )
            .into()),
        }
    }

    /// The local AWS on a port, if it runs. A region that is asked for must be its own.
    pub async fn running(port: u16, region: Option<&str>) -> anyhow::Result<Option<Self>> {
        let container = Container::on(port);
        let State::Running { region: actual } = container.state().await? else { return Ok(None) };
        if let Some(wanted) = region.filter(|wanted| *wanted != actual) {
            return Err(other_region(port, wanted, &actual).into());
        }
        if !unless_interrupted(health::within(ANSWERS_WITHIN, port)).await? {
            let message = format!("the local AWS on port {port} runs but does not answer");
            let hint = format!(
                "look at `docker logs {0}`; `docker rm --force {0}` ends it, with all that is in it",
                container.name
            );
            return Err(UserError::new(message, hint).into());
        }
        Ok(Some(Self { port, region: actual }))
    }

    /// The local AWS on a port, started where it does not run yet.
    pub async fn running_or_started(port: u16, region: Option<&str>) -> anyhow::Result<Self> {
        if let Some(running) = Self::running(port, region).await? {
            return Ok(running);
        }
        // Its state lived in memory: what a stopped one left behind belongs to nothing any more.
        Container::on(port).remove().await?;
        port::require_free(port).await?;
        let region = region.map(str::to_owned).unwrap_or_else(default_region);
        Self::start(port, region).await
    }

    /// Removes a local AWS with everything it started here, and the apps' images.
    pub async fn remove(port: u16) -> anyhow::Result<Removed> {
        let count = Container::on(port).remove().await?;
        let images_in_use = container::remove_images(port).await?;
        Ok(Removed { count, images_in_use })
    }

    /// What leads a program with the AWS SDK here, and away from the user's own profiles.
    pub fn environment(&self) -> [(&'static str, String); 9] {
        // A company's proxy does not reach this machine's own address.
        let past_proxies = "127.0.0.1,localhost".to_owned();
        [
            ("NO_PROXY", past_proxies.clone()),
            ("no_proxy", past_proxies),
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", self.region.clone()),
            ("AWS_DEFAULT_REGION", self.region.clone()),
            ("AWS_CONFIG_FILE", NO_FILE.to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", NO_FILE.to_owned()),
        ]
    }

    async fn start(port: u16, region: String) -> anyhow::Result<Self> {
        let step = Step::start(format!("local AWS on port {port}"));
        step.line("starting");
        let container = Container::on(port);
        let started = unless_interrupted(async {
            container.start(&region).await?;
            let deadline = Instant::now() + STARTS_WITHIN;
            while !health::within(ONE_LOOK, port).await? {
                let why = match container.state().await? {
                    State::Running { .. } if Instant::now() < deadline => continue,
                    State::Running { .. } => format!("did not come up in {} s", STARTS_WITHIN.as_secs()),
                    State::Stopped | State::Missing => "ended while it came up".to_owned(),
                };
                let log = container.last_lines(20).await?;
                let message = format!("the local AWS on port {port} {why}");
                return Err(anyhow::anyhow!("the end of its log:\n{log}").context(message));
            }
            Ok(())
        })
        .await;
        if let Err(error) = started {
            // Nothing half-started stays; what failed first is what the user needs to know.
            if let Err(left) = container.remove().await {
                infra_options::say!("could not clean up after it: {left:#}");
            }
            return Err(error);
        }
        step.done(&format!("answers, region {region}"));
        Ok(Self { port, region })
    }
}

/// Refuses an engine on another machine: the local AWS's ports would be that one's.
pub async fn require_engine_here() -> anyhow::Result<()> {
    // A docker command that knows no contexts has no other engine either.
    let Ok(Endpoint::Elsewhere(address)) = endpoint().await else { return Ok(()) };
    Err(UserError::new(
        format!("the Docker engine at {address} is on another machine, where a local AWS can't be reached from here"),
        "choose an engine on this machine: `docker context use default`, or unset DOCKER_HOST and DOCKER_CONTEXT",
    )
    .into())
}

fn default_region() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION")).unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

fn other_region(port: u16, wanted: &str, actual: &str) -> UserError {
    UserError::new(
        format!("the local AWS on port {port} is one of region {actual}, not {wanted}"),
        format!("leave out --region, give --region {actual}, or use another --local-port"),
    )
}
