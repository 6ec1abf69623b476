//! The end of the process: the signals that ask for it, how far it has come, and what is waited for.

use std::future::Future;
use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

/// How far the end of the process has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Nobody has asked for it.
    Serving,
    /// New requests are still taken, as a load balancer may not know of it yet; each answer closes its connection.
    Draining,
    /// What is in flight is finished, and nothing new is taken.
    Finishing,
}

/// How the process is asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// By ECS, Docker or a supervisor (`SIGTERM`): a load balancer may be sending requests.
    ToStop,
    /// By a person at a terminal (`SIGINT`), who does not want to wait.
    ToHurry,
}

/// How long the process may take over its end.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For [`Phase::Draining`].
    pub drain: Duration,
    /// For [`Phase::Finishing`].
    pub finish: Duration,
}

/// The phase that the process is in: each has its turn once, in their order.
#[derive(Clone, Debug)]
pub struct Lifecycle(watch::Sender<Phase>);

/// Tasks that outlive the request that started them, and that the process waits for. `tokio_util::task::TaskTracker` does the
/// same, by a feature of tokio-util that the SDK's crates are built without: all of them would be built anew for it.
#[derive(Clone, Debug)]
pub struct Tasks {
    running: watch::Sender<()>,
}

/// What the process is asked from this call on.
pub fn signals() -> io::Result<mpsc::UnboundedReceiver<Asked>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let asked = tokio::select! {
                _ = terminate.recv() => Asked::ToStop,
                _ = interrupt.recv() => Asked::ToHurry,
            };
            if sender.send(asked).is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}

impl Lifecycle {
    /// Of a process that serves.
    pub fn new() -> Self {
        Self(watch::Sender::new(Phase::Serving))
    }

    /// The phase it is in.
    pub fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Completes when this phase has begun.
    pub async fn reached(&self, phase: Phase) {
        // The value seen is a lock, which must not be held on.
        drop(self.0.subscribe().wait_for(|now| *now >= phase).await);
    }

    /// Goes through the phases from the first time that somebody asks. Whoever asks again ends the one that is on.
    pub async fn end(
        &self,
        asks: &mut mpsc::UnboundedReceiver<Asked>,
        patience: Patience,
        in_flight: impl Future<Output = ()>,
    ) {
        let first = asks.recv().await;
        if first == Some(Asked::ToStop) && !patience.drain.is_zero() {
            tracing::info!(seconds = patience.drain.as_secs(), "stopping: new requests are still taken");
            self.0.send_replace(Phase::Draining);
            tokio::select! {
                () = tokio::time::sleep(patience.drain) => {}
                _ = asks.recv() => {}
            }
        }
        tracing::info!("stopping: requests in flight are finished");
        self.0.send_replace(Phase::Finishing);
        tokio::select! {
            () = in_flight => {}
            () = tokio::time::sleep(patience.finish) => {
                tracing::warn!("requests were still in flight at the deadline: stopping anyway");
            }
            _ = asks.recv() => tracing::warn!("asked to stop once more: requests in flight are cut off"),
        }
    }
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self::new()
    }
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
