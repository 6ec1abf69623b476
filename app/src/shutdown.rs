//! The end of the process: the signal that asks for it, and what is waited for.

use std::future::Future;
use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Completes when the process is asked to end, by ECS (`SIGTERM`) or from a terminal (`SIGINT`).
/// Signals count from this call on, not from the first poll.
pub fn requested() -> io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping: requests in flight are finished first");
    })
}

/// Tasks that outlive the request that started them, and that the process waits for.
#[derive(Clone, Debug)]
pub struct Tasks {
    running: watch::Sender<()>,
}

impl Tasks {
    /// No tasks yet.
    pub fn new() -> Self {
        Self { running: watch::Sender::new(()) }
    }

    /// Starts a task.
    pub fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        // Each task holds a receiver, so "no receiver left" means "no task left".
        let running = self.running.subscribe();
        tokio::spawn(async move {
            let output = task.await;
            drop(running);
            output
        })
    }

    /// Completes when no task is left.
    pub async fn finished(&self) {
        self.running.closed().await;
    }
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}
