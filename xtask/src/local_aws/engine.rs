//! The Docker engine that a local AWS runs on.

use std::path::PathBuf;

use anyhow::Context;
use infra_images::docker::{docker, output};
use infra_images::endpoint::{USUAL_SOCKET, endpoint, socket_for_containers};
use infra_images::{CommandFailure, Endpoint};

use crate::report::UserError;

/// Refuses an engine on another machine: the local AWS's ports would be that one's.
pub async fn require_here() -> anyhow::Result<()> {
    // A docker command that knows no contexts has no other engine either.
    let Ok(Endpoint::Elsewhere(address)) = endpoint().await else { return Ok(()) };
    Err(UserError::new(
        format!("the Docker engine at {address} is on another machine, where a local AWS can't be reached from here"),
        "choose an engine on this machine: `docker context use default`, or unset DOCKER_HOST and DOCKER_CONTEXT",
    )
    .into())
}

/// By which the front starts tasks.
pub async fn socket() -> anyhow::Result<PathBuf> {
    // A docker command that knows no contexts has no other engine either.
    let Ok(endpoint) = endpoint().await else { return Ok(PathBuf::from(USUAL_SOCKET)) };
    socket_for_containers(&endpoint).await.context("cannot ask the engine for its name")
}

/// Containers or volumes (`container`, `volume`) by a filter.
pub async fn list(kind: &str, filter: &str) -> anyhow::Result<Vec<String>> {
    let mut list = docker(&[kind, "ls", "--quiet", "--filter", filter]);
    if kind == "container" {
        list.arg("--all");
    }
    let list = output(list).await.with_context(|| format!("cannot list {kind}s"))?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// Removes containers or volumes by a filter until there are none: one that was about to be made may come meanwhile.
/// Returns how many they were.
pub async fn remove(kind: &str, filter: &str) -> anyhow::Result<usize> {
    let mut removed = 0;
    loop {
        let found = list(kind, filter).await?;
        if found.is_empty() {
            return Ok(removed);
        }
        removed += found.len();
        let mut remove = docker(&[kind, "rm", "--force"]);
        if kind == "container" {
            remove.arg("--volumes");
        }
        remove.args(&found);
        output(remove).await.with_context(|| format!("cannot remove the local AWS's {kind}s"))?;
    }
}

/// Whether the engine has no such container or network.
pub fn says_missing(failure: &CommandFailure) -> bool {
    let CommandFailure::Status { tail, .. } = failure else { return false };
    tail.iter().any(|line| line.contains("No such") || line.contains("not found"))
}
