//! The two containers of a local AWS: the front, which has the engine's socket, and behind it the emulator, which has not.

use anyhow::Context;
use infra_images::docker::{docker, output};
use infra_images::endpoint::USUAL_SOCKET;
use infra_images::names;
use tokio::process::Command;

use super::engine::{self, says_missing};
use super::network::{self, Addresses, USUAL_PORT, addresses};
use super::{labels, stop_command};
use crate::report::UserError;

/// The containers of the local AWS on a port.
pub struct Containers {
    port: u16,
    /// The front's name.
    pub front: String,
    emulator: String,
}

/// What a front is doing.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    Missing,
    Stopped,
    Running(Front),
}

/// With what a front was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Front {
    /// The one region that it has.
    pub region: String,
    /// How much faster its waits go by.
    pub speed: String,
    /// The image.
    pub image: String,
}

impl Containers {
    pub fn on(port: u16) -> Self {
        let front = format!("{}-{port}", network::NAME);
        Self { port, emulator: format!("{front}-emulator"), front }
    }

    pub async fn state(&self) -> anyhow::Result<State> {
        let format = format!(
            "{{{{.State.Running}}}} {{{{index .Config.Labels {:?}}}}} {{{{index .Config.Labels {:?}}}}} {{{{.Config.Image}}}}",
            labels::REGION,
            labels::SPEED
        );
        let answer = output(docker(&["container", "inspect", "--format", &format, &self.front])).await;
        if answer.as_ref().is_err_and(says_missing) {
            return Ok(State::Missing);
        }
        Ok(state(&answer.with_context(|| format!("cannot look at container {}", self.front))?))
    }

    /// The container that does not run any more, if one does not.
    pub async fn ended(&self) -> anyhow::Result<Option<&str>> {
        for name in [&self.emulator, &self.front] {
            let answer =
                output(docker(&["container", "inspect", "--format", "{{.State.Running}}", name])).await;
            if answer.with_context(|| format!("cannot look at container {name}"))? != "true" {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Refuses a third local AWS: there are addresses for two.
    pub async fn require_addresses(&self) -> anyhow::Result<()> {
        let format = format!("{{{{.Label {:?}}}}}", labels::PORT);
        let filter = format!("label={}", labels::PORT);
        let ports = output(docker(&["container", "ls", "--filter", &filter, "--format", &format])).await;
        let ports = ports.context("cannot list containers")?;
        let mut others = ports.lines().filter_map(|port| port.parse().ok());
        let Some(other) = others.find(|other| share_addresses(self.port, *other)) else { return Ok(()) };
        let message = format!(
            "beside port {USUAL_PORT} there can be one more local AWS, and that runs on port {other}"
        );
        Err(UserError::new(message, format!("use that, or end it with `{}`", stop_command(other))).into())
    }

    /// Starts both. The front first: by it others know that a local AWS is here or on its way, and leave the emulator alone.
    pub async fn start(&self, settings: &Front) -> anyhow::Result<()> {
        network::ensure().await?;
        for run in [self.run_front(settings).await?, self.run_emulator(&settings.region)] {
            output(run).await.context("cannot start a container of the local AWS")?;
        }
        Ok(())
    }

    pub async fn last_lines(&self, container: &str, count: u16) -> anyhow::Result<String> {
        // Docker keeps the container's two outputs apart; a shell brings them together.
        let logs = format!("docker logs --tail {count} {container} 2>&1");
        output(infra_images::docker::command("sh", &["-c", &logs])).await.context("cannot read its log")
    }

    /// Removes both, what the front started, and the network with its last user; returns how many they were.
    pub async fn remove(&self) -> anyhow::Result<usize> {
        // First the front, or it would start its services' tasks again.
        let mut removed = engine::remove("container", &format!("name=^{}$", self.front)).await?;
        for filter in labels::started_by(&self.front, self.port) {
            removed += engine::remove("container", &filter).await?;
            removed += engine::remove("volume", &filter).await?;
        }
        removed += engine::remove("container", &format!("label={}={}", labels::PORT, self.port)).await?;
        Ok(removed + usize::from(network::remove_unused().await?))
    }

    fn run_emulator(&self, region: &str) -> Command {
        let mut run = self.run(&self.emulator, addresses(self.port).emulator);
        // What it says of its own address is right for those who reach it through the front.
        run.args([
            "--env",
            &format!("GATEWAY_PORT={}", self.port),
            "--env",
            &format!("MINISTACK_REGION={region}"),
        ]);
        run.arg(names::MINISTACK);
        run
    }

    async fn run_front(&self, settings: &Front) -> anyhow::Result<Command> {
        let (port, Addresses { front, emulator }) = (self.port, addresses(self.port));
        let Front { region, speed, image } = settings;
        let mut run = self.run(&self.front, front);
        run.args(["--publish", &format!("127.0.0.1:{port}:{port}")]);
        run.args(["--volume", &format!("{}:{USUAL_SOCKET}", engine::socket().await?.display())]);
        run.args(["--label", &format!("{}={region}", labels::REGION)]);
        run.args(["--label", &format!("{}={speed}", labels::SPEED)]);
        run.args([image, "--port", &port.to_string(), "--region", region, "--speed", speed]);
        run.args([
            "--emulator",
            &format!("{emulator}:{port}"),
            "--address",
            front,
            "--network",
            network::NAME,
        ]);
        run.args(["--instance", &labels::instance(&self.front, port)]);
        // It has `sleep`, and is here whatever images the stack has.
        run.args(["--pause-image", names::MINISTACK]);
        Ok(run)
    }

    fn run(&self, name: &str, address: &str) -> Command {
        let mut run =
            docker(&["run", "--detach", "--name", name, "--network", network::NAME, "--ip", address]);
        run.args(["--label", &format!("{}={}", labels::PORT, self.port)]);
        run
    }
}

/// Whether the local AWSs on two ports would have the same addresses.
fn share_addresses(port: u16, other: u16) -> bool {
    port != other && port != USUAL_PORT && other != USUAL_PORT
}

fn state(inspected: &str) -> State {
    let mut words = inspected.split(' ').map(str::to_owned);
    match (words.next().as_deref(), words.next(), words.next(), words.next()) {
        (Some("true"), Some(region), Some(speed), Some(image)) => {
            State::Running(Front { region, speed, image })
        }
        _ => State::Stopped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_is_known_by_its_labels_and_its_image() {
        let front = Front { region: "eu-west-1".into(), speed: "0.5".into(), image: "front:1".into() };
        assert_eq!(state("true eu-west-1 0.5 front:1"), State::Running(front));
        assert_eq!(state("false eu-west-1 0.5 front:1"), State::Stopped);
    }

    #[test]
    fn the_emulator_gets_neither_the_engines_socket_nor_a_port_of_this_machine() {
        let run = Containers::on(4666).run_emulator("us-east-1");
        let arguments: Vec<_> = run.as_std().get_args().map(|it| it.to_string_lossy()).collect();
        for refused in ["--publish", "--volume", USUAL_SOCKET] {
            assert!(!arguments.iter().any(|argument| argument.contains(refused)), "{arguments:?}");
        }
    }

    #[test]
    fn only_one_local_aws_is_beside_that_on_the_usual_port() {
        assert!(share_addresses(4666, 4667));
        assert!(
            !share_addresses(4666, 4666)
                && !share_addresses(4666, USUAL_PORT)
                && !share_addresses(USUAL_PORT, 4666)
        );
    }
}
