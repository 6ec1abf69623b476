//! Ctrl-C: work in this process stops and cleans up, a running provider ends in its own way.

use anyhow::Context;
use tokio::signal::unix::{SignalKind, signal};

/// The user pressed Ctrl-C.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

/// From now on Ctrl-C no longer ends this process by itself.
pub fn listen() -> anyhow::Result<()> {
    // Once registered, tokio keeps its handler for the life of the process.
    signal(SignalKind::interrupt()).map(drop).context("cannot listen for Ctrl-C")
}

/// Does some work until it ends or Ctrl-C is pressed; commands that the work started end with it.
pub async fn unless_interrupted<T, E: Into<anyhow::Error>>(
    work: impl Future<Output = Result<T, E>>,
) -> anyhow::Result<T> {
    tokio::select! {
        result = work => result.map_err(Into::into),
        _ = tokio::signal::ctrl_c() => Err(Interrupted.into()),
    }
}
