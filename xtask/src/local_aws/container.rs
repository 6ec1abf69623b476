//! The local AWS's container, its network, and what it starts: all known by names and labels, nothing is remembered.

use std::path::PathBuf;

use anyhow::Context;
use infra::apps;
use infra::names::is_repository;
use infra_images::docker::{docker, output};
use infra_images::endpoint::{USUAL_SOCKET, endpoint, socket_for_containers};
use infra_images::{CommandFailure, names};

use crate::images::repository;

const NAME: &str = "image-app-local-aws";
const PORT_LABEL: &str = "image-app.local-aws";
const REGION_LABEL: &str = "image-app.local-aws.region";

// AWS SDKs take credentials over plain http only from the addresses at which ECS and EKS serve them. MiniStack serves
// them at its own address, so it gets one of these two; tasks get the upper half of the subnet. The subnet is no
// larger, as 169.254.169.254 next to it is where a cloud machine finds its own metadata.
const SUBNET: &str = "169.254.170.0/24";
const GATEWAY: &str = "169.254.170.1";
const TASK_ADDRESSES: &str = "169.254.170.128/25";
const ECS_CREDENTIALS_ADDRESS: &str = "169.254.170.2";
const EKS_CREDENTIALS_ADDRESS: &str = "169.254.170.23";
const USUAL_PORT: u16 = 4566;

/// The container of the local AWS on a port.
pub struct Container {
    pub name: String,
    port: u16,
}

/// What a container is doing.
#[derive(Debug, PartialEq, Eq)]
pub enum State {
    Missing,
    Stopped,
    Running { region: String },
}

impl Container {
    pub fn on(port: u16) -> Self {
        Self { name: format!("{NAME}-{port}"), port }
    }

    pub async fn state(&self) -> anyhow::Result<State> {
        let format = format!("{{{{.State.Running}}}} {{{{index .Config.Labels {REGION_LABEL:?}}}}}");
        let answer = output(docker(&["container", "inspect", "--format", &format, &self.name])).await;
        if answer.as_ref().is_err_and(says_missing) {
            return Ok(State::Missing);
        }
        let answer = answer.with_context(|| format!("cannot look at container {}", self.name))?;
        Ok(match answer.split_once(' ') {
            Some(("true", region)) => State::Running { region: region.to_owned() },
            _ => State::Stopped,
        })
    }

    pub async fn start(&self, region: &str) -> anyhow::Result<()> {
        ensure_network().await?;
        let port = self.port;
        let address = if port == USUAL_PORT { ECS_CREDENTIALS_ADDRESS } else { EKS_CREDENTIALS_ADDRESS };
        let mut run = docker(&["run", "--detach", "--name", &self.name, "--network", NAME, "--ip", address]);
        // It looks itself up by its host name to find the network that its tasks join.
        run.args(["--hostname", &self.name]);
        run.args(["--publish", &format!("127.0.0.1:{port}:{port}")]);
        let socket = engine_socket().await?;
        run.args(["--volume", &format!("{}:{USUAL_SOCKET}", socket.display())]);
        run.args(["--env", &format!("GATEWAY_PORT={port}"), "--env", &format!("MINISTACK_REGION={region}")]);
        run.args([
            "--label",
            &format!("{PORT_LABEL}={port}"),
            "--label",
            &format!("{REGION_LABEL}={region}"),
        ]);
        run.arg(names::MINISTACK);
        output(run).await.with_context(|| format!("cannot start container {}", self.name))?;
        Ok(())
    }

    pub async fn last_lines(&self, count: u16) -> anyhow::Result<String> {
        // Docker keeps the container's two outputs apart; a shell brings them together.
        let logs = format!("docker logs --tail {count} {} 2>&1", self.name);
        output(infra_images::docker::command("sh", &["-c", &logs])).await.context("cannot read its log")
    }

    /// Removes the container, its tasks' containers, and the network with its last user; returns how many they were.
    pub async fn remove(&self) -> anyhow::Result<usize> {
        let mut removed = 0;
        // First itself, or it would start its services' tasks again.
        let own = format!("label={PORT_LABEL}={}", self.port);
        let tasks = format!("label=ministack.instance={}:{}", self.name, self.port);
        for filter in [own, tasks] {
            let ids = containers(&filter).await?;
            removed += ids.len();
            if !ids.is_empty() {
                let mut remove = docker(&["container", "rm", "--force", "--volumes"]);
                remove.args(&ids);
                output(remove).await.context("cannot remove the local AWS's containers")?;
            }
        }
        Ok(removed + usize::from(remove_unused_network().await?))
    }
}

/// Removes the apps' images: those named for this local AWS's registry, and where no other one runs, those built here.
/// Returns the names that stay, as containers that are not the local AWS's use them.
pub async fn remove_images(port: u16) -> anyhow::Result<Vec<String>> {
    let registries = [format!("127.0.0.1:{port}/"), format!("localhost:{port}/")];
    let mut built_here = Vec::new();
    if containers(&format!("label={PORT_LABEL}")).await?.is_empty() {
        built_here.extend(apps::images(repository()).iter().map(|app| app.local_name("")));
    }
    let format = "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}";
    let all = output(docker(&["image", "ls", "--digests", "--format", format]))
        .await
        .context("cannot list images")?;
    // The registry's first: where a container uses an image, the last name stays, and that is the one it was run by.
    let in_registry = all.lines().filter(|line| registries.iter().any(|it| is_of_an_app(line, it)));
    let ours = in_registry.chain(all.lines().filter(|line| built_here.iter().any(|it| line.starts_with(it))));
    // What a task pulled by its digest has no tag, and what was built here has no digest.
    let names = ours.flat_map(|line| line.split(' ')).filter(|name| !name.ends_with("<none>"));
    let names: Vec<_> = names.map(str::to_owned).collect();
    Ok(infra_images::remove(&names).await?)
}

/// Whether an image is one of the apps' in this registry: somebody may have pushed others there, or have a registry of their own
/// at its address.
fn is_of_an_app(image: &str, registry: &str) -> bool {
    let repository = image.strip_prefix(registry).and_then(|rest| rest.split([':', '@']).next());
    repository.is_some_and(|name| is_repository(name, apps::ALL))
}

/// By which the local AWS starts its tasks.
async fn engine_socket() -> anyhow::Result<PathBuf> {
    // A docker command that knows no contexts has no other engine either.
    let Ok(endpoint) = endpoint().await else { return Ok(PathBuf::from(USUAL_SOCKET)) };
    socket_for_containers(&endpoint).await.context("cannot ask the engine for its name")
}

async fn containers(filter: &str) -> anyhow::Result<Vec<String>> {
    let list = output(docker(&["container", "ls", "--all", "--quiet", "--filter", filter])).await;
    Ok(list.context("cannot list containers")?.lines().map(str::to_owned).collect())
}

async fn ensure_network() -> anyhow::Result<()> {
    if attached_to_network().await?.is_some() {
        return Ok(());
    }
    let mut create = docker(&["network", "create", "--subnet", SUBNET, "--gateway", GATEWAY]);
    create.args(["--ip-range", TASK_ADDRESSES, "--label", PORT_LABEL]);
    // Host ports of tasks are for this machine alone, as the local AWS itself is.
    create.args(["--opt", "com.docker.network.bridge.host_binding_ipv4=127.0.0.1", NAME]);
    output(create).await.with_context(|| format!("cannot create docker network {NAME} ({SUBNET})"))?;
    Ok(())
}

async fn remove_unused_network() -> anyhow::Result<bool> {
    if attached_to_network().await? != Some(0) {
        return Ok(false);
    }
    output(docker(&["network", "rm", NAME]))
        .await
        .with_context(|| format!("cannot remove docker network {NAME}"))?;
    Ok(true)
}

/// How many containers are attached to the network, if there is one.
async fn attached_to_network() -> anyhow::Result<Option<usize>> {
    let answer = output(docker(&["network", "inspect", "--format", "{{len .Containers}}", NAME])).await;
    if answer.as_ref().is_err_and(says_missing) {
        return Ok(None);
    }
    let count = answer.with_context(|| format!("cannot look at docker network {NAME}"))?;
    count
        .parse()
        .map(Some)
        .with_context(|| format!("docker network {NAME}: `{count}` is not a valid number of containers"))
}

fn says_missing(failure: &CommandFailure) -> bool {
    let CommandFailure::Status { tail, .. } = failure else { return false };
    tail.iter().any(|line| line.contains("No such") || line.contains("not found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_apps_images_go_with_a_registry() {
        let registry = "localhost:4566/";
        for tag in [":src-1", ":<none>", "@sha256:0123"] {
            assert!(is_of_an_app(&format!("localhost:4566/demo-web-app{tag}"), registry), "{tag}");
        }
        for others in
            ["localhost:4566/theirs:1", "localhost:4566/web-app-demo:1", "localhost:4567/demo-web-app:1"]
        {
            assert!(!is_of_an_app(others, registry), "{others}");
        }
    }
}
