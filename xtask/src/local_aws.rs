//! The local AWS: our front and behind it an emulator, in containers that only this machine can reach. One port is one local AWS.

mod containers;
pub mod engine;
mod health;
mod images;
mod labels;
mod network;

use std::time::{Duration, Instant};

use infra_images::BaseImage;
use infra_options::{DEFAULT_REGION, Speed, StackOptions};

use crate::interrupt::unless_interrupted;
use crate::port;
use crate::progress::Step;
use crate::report::UserError;

use containers::{Containers, Front, State};
pub use images::front as front_image;

const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// How long it is asked before its container is looked at again.
const ONE_LOOK: Duration = Duration::from_secs(1);
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// A file in which there is nothing.
const NO_FILE: &str = "/dev/null";

/// Which local AWS, and what it must be where that is asked for.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its port.
    pub port: u16,
    /// Its region.
    pub region: Option<String>,
    /// How much faster its waits go by.
    pub speed: Option<Speed>,
}

/// A local AWS that answers.
#[derive(Debug)]
pub struct LocalAws {
    port: u16,
    front: Front,
}

/// What the removal of a local AWS came to.
pub struct Removed {
    /// How many containers and networks it removed.
    pub count: usize,
    /// The images that stay, as containers of somebody else use them.
    pub images_in_use: Vec<String>,
}

impl Choice {
    /// That of a command that works on a stack.
    pub fn of_stack(options: &StackOptions) -> Self {
        Self { port: options.local_port, region: options.region.clone(), speed: None }
    }
}

impl LocalAws {
    /// What a command that starts nothing works on: the running local AWS with `--local`, none without.
    pub async fn wanted(options: &StackOptions) -> anyhow::Result<Option<Self>> {
        if !options.local {
            return Ok(None);
        }
        match Self::running(&Choice::of_stack(options)).await? {
            Some(local) => Ok(Some(local)),
            None => Err(UserError::new(
                format!("no local AWS is running on port {}", options.local_port),
                "start it with `cargo xtask deploy --local`",
            )
            .into()),
        }
    }

    /// The local AWS on a port, if it runs. What is asked for must be its own.
    pub async fn running(choice: &Choice) -> anyhow::Result<Option<Self>> {
        let port = choice.port;
        let containers = Containers::on(port);
        let State::Running(front) = containers.state().await? else { return Ok(None) };
        require_same(choice, &front)?;
        if !unless_interrupted(health::within(ANSWERS_WITHIN, port)).await? {
            let message = format!("the local AWS on port {port} runs but does not answer");
            let hint = format!(
                "look at `docker logs {}`; `{}` ends it, with all that is in it",
                containers.front,
                stop_command(port)
            );
            return Err(UserError::new(message, hint).into());
        }
        Ok(Some(Self { port, front }))
    }

    /// Makes sure that a local AWS can start where none runs: its place, its images, and these base images.
    pub async fn prepare(port: u16, bases: &[BaseImage], yes: bool) -> anyhow::Result<()> {
        Self::make_room(port).await?;
        images::ensure(bases, yes).await
    }

    /// The local AWS on a port, started where it does not run yet. What it needs must be [prepared](Self::prepare).
    pub async fn running_or_started(choice: &Choice) -> anyhow::Result<Self> {
        if let Some(running) = Self::running(choice).await? {
            return Ok(running);
        }
        Self::make_room(choice.port).await?;
        let front = Front {
            region: choice.region.clone().unwrap_or_else(default_region),
            speed: choice.speed.unwrap_or_default().to_string(),
            image: images::front_name()?,
        };
        Self::start(choice.port, front).await
    }

    async fn make_room(port: u16) -> anyhow::Result<()> {
        let containers = Containers::on(port);
        // Its state lived in memory: what a stopped one left behind belongs to nothing any more.
        containers.remove().await?;
        containers.require_addresses().await?;
        port::require_free(port).await
    }

    /// Removes a local AWS with everything it started here, and the apps' images.
    pub async fn remove(port: u16) -> anyhow::Result<Removed> {
        let count = Containers::on(port).remove().await?;
        let images_in_use = images::remove(port).await?;
        Ok(Removed { count, images_in_use })
    }

    /// Where it answers.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its region.
    pub fn region(&self) -> &str {
        &self.front.region
    }

    /// How much faster its waits go by.
    pub fn speed(&self) -> &str {
        &self.front.speed
    }

    /// Says so where it was started from other sources than these: it is kept, as it has stacks in its memory.
    pub fn note_other_sources(&self) -> anyhow::Result<()> {
        if self.front.image != images::front_name()? {
            infra_options::say!(
                "the local AWS on port {} was built from other sources than these and goes on as it is; `{}` ends it with all \
                 that is in it, and what starts next is built from these",
                self.port,
                stop_command(self.port)
            );
        }
        Ok(())
    }

    /// What leads a program with the AWS SDK here, and away from the user's own profiles.
    pub fn environment(&self) -> [(&'static str, String); 9] {
        // A company's proxy does not reach this machine's own address.
        let past_proxies = "127.0.0.1,localhost".to_owned();
        [
            ("NO_PROXY", past_proxies.clone()),
            ("no_proxy", past_proxies),
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", "test".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
            ("AWS_REGION", self.front.region.clone()),
            ("AWS_DEFAULT_REGION", self.front.region.clone()),
            ("AWS_CONFIG_FILE", NO_FILE.to_owned()),
            ("AWS_SHARED_CREDENTIALS_FILE", NO_FILE.to_owned()),
        ]
    }

    async fn start(port: u16, front: Front) -> anyhow::Result<Self> {
        let step = Step::start(format!("local AWS on port {port}"));
        step.line("starting");
        let containers = Containers::on(port);
        let started = unless_interrupted(async {
            containers.start(&front).await?;
            let deadline = Instant::now() + STARTS_WITHIN;
            while !health::within(ONE_LOOK, port).await? {
                let (container, why) = match containers.ended().await? {
                    Some(ended) => (ended, format!("container {ended} ended")),
                    None if Instant::now() < deadline => continue,
                    None => (&*containers.front, format!("no answer in {} s", STARTS_WITHIN.as_secs())),
                };
                let log = containers.last_lines(container, 20).await?;
                let message = format!("the local AWS on port {port} did not come up: {why}");
                return Err(anyhow::anyhow!("the end of its log:\n{log}").context(message));
            }
            Ok(())
        })
        .await;
        if let Err(error) = started {
            // Nothing half-started stays; what failed first is what the user needs to know.
            if let Err(left) = containers.remove().await {
                infra_options::say!("could not clean up after it: {left:#}");
            }
            return Err(error);
        }
        let faster =
            if front.speed == "1" { String::new() } else { format!(", {} times as fast", front.speed) };
        step.done(&format!("answers, region {}{faster}", front.region));
        Ok(Self { port, front })
    }
}

fn default_region() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION")).unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

/// The command that ends a local AWS.
pub fn stop_command(port: u16) -> String {
    let port = if port == network::USUAL_PORT { String::new() } else { format!(" --local-port {port}") };
    format!("cargo xtask local --stop{port}")
}

/// Refuses what is asked for where a local AWS that runs is another.
fn require_same(choice: &Choice, front: &Front) -> Result<(), UserError> {
    let port = choice.port;
    if let Some(wanted) = choice.region.as_ref().filter(|wanted| **wanted != front.region) {
        let actual = &front.region;
        return Err(UserError::new(
            format!("the local AWS on port {port} is one of region {actual}, not {wanted}"),
            format!("leave out --region, give --region {actual}, or use another --local-port"),
        ));
    }
    if let Some(wanted) = choice.speed.map(|speed| speed.to_string()).filter(|wanted| *wanted != front.speed)
    {
        let actual = &front.speed;
        return Err(UserError::new(
            format!("the local AWS on port {port} runs with --local-speed {actual}, not {wanted}"),
            format!(
                "leave out --local-speed, use another --local-port, or end it with `{}` and all that is in it",
                stop_command(port)
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(region: Option<&str>, speed: Option<&str>) -> Option<String> {
        let front = Front { region: "us-east-1".into(), speed: "60".into(), image: "front:1".into() };
        let speed = speed.map(|speed| speed.parse().unwrap());
        let choice = Choice { port: 4666, region: region.map(str::to_owned), speed };
        require_same(&choice, &front).err().map(|error| error.to_string())
    }

    #[test]
    fn what_runs_is_taken_as_it_is_unless_asked_otherwise() {
        assert_eq!(refusal(None, None), None);
        assert_eq!(refusal(Some("us-east-1"), Some("60.0")), None);
    }

    #[test]
    fn another_region_or_speed_than_the_running_ones_is_refused() {
        assert!(
            refusal(Some("eu-west-1"), None).is_some_and(|error| error.contains("us-east-1, not eu-west-1"))
        );
        assert!(refusal(None, Some("1")).is_some_and(|error| error.contains("--local-speed 60, not 1")));
    }

    #[test]
    fn the_command_that_ends_it_names_another_port_than_the_usual_one() {
        assert_eq!(stop_command(4566), "cargo xtask local --stop");
        assert_eq!(stop_command(4666), "cargo xtask local --stop --local-port 4666");
    }
}
