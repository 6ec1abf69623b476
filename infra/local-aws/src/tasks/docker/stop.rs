//! The end of a task: the stop signal, the stop timeout, then a kill; those that depend on others go first.

use super::health::{End, Happening};
use super::life::{Life, Phase};
use super::running::Running;
use super::{Inner, volumes};
use bollard::query_parameters::KillContainerOptionsBuilder;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const DEFAULT_TIMEOUT: u64 = 30;
/// How long a killed process may still be seen.
const KILLED_WITHIN: Duration = Duration::from_secs(15);

/// How often, and for how long, removal is tried again when the engine is gone.
const REMOVE_AGAIN_AFTER: Duration = Duration::from_secs(1);
const REMOVAL_ATTEMPTS: u32 = 120;

/// How far the stop of a container is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stopping {
    NotAsked,
    Asked { kill_at: Instant },
    Killed { gone_at: Instant },
}

impl Life {
    /// Stops all containers that run.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html>
    pub(super) async fn stop_containers(&mut self) {
        let mut stopping = vec![Stopping::NotAsked; self.containers.len()];
        loop {
            let running: Vec<_> = (0..stopping.len()).filter(|&it| self.runs(it)).collect();
            if running.is_empty() {
                return;
            }
            for &index in &running {
                self.advance(index, &mut stopping[index]).await;
            }
            let next = running.iter().filter_map(|&index| match stopping[index] {
                Stopping::NotAsked => None,
                Stopping::Asked { kill_at: at } | Stopping::Killed { gone_at: at } => Some(at),
            });
            let next = next.min().unwrap_or_else(|| Instant::now() + KILLED_WITHIN);
            tokio::select! {
                Some(happening) = self.happenings.recv() => {
                    if let Happening::Ended(index, end) = happening {
                        // Whether it is essential no longer matters.
                        self.end(index, end).ok();
                    }
                }
                () = tokio::time::sleep_until(next) => {}
            }
        }
    }

    async fn advance(&mut self, index: usize, stopping: &mut Stopping) {
        let now = Instant::now();
        match *stopping {
            Stopping::NotAsked if !self.is_needed(index) => {
                let signal = self.containers[index].stop_signal.clone();
                self.signal(index, signal.as_deref().unwrap_or("SIGTERM")).await;
                let timeout = self.task.containers[index].definition.stop_timeout;
                let seconds = timeout.and_then(|it| u64::try_from(it).ok()).unwrap_or(DEFAULT_TIMEOUT);
                *stopping = Stopping::Asked { kill_at: now + Duration::from_secs(seconds) };
            }
            Stopping::Asked { kill_at } if kill_at <= now => {
                self.signal(index, "SIGKILL").await;
                *stopping = Stopping::Killed { gone_at: now + KILLED_WITHIN };
            }
            Stopping::Killed { gone_at } if gone_at <= now => {
                self.end(index, End::unknown("the container did not stop")).ok();
            }
            _ => {}
        }
    }

    fn runs(&self, index: usize) -> bool {
        self.containers[index].phase == Phase::Running
    }

    /// Whether a container that runs depends on it.
    fn is_needed(&self, index: usize) -> bool {
        let name = self.task.containers[index].definition.name();
        let mut others = (0..self.containers.len()).filter(|&it| it != index && self.runs(it));
        others.any(|it| {
            let dependencies = self.task.containers[it].dependencies();
            dependencies.iter().any(|dependency| dependency.container_name == name)
        })
    }

    async fn signal(&self, index: usize, signal: &str) {
        let options = KillContainerOptionsBuilder::default().signal(signal).build();
        if let Some(id) = &self.containers[index].id {
            // It may have ended just now, or the engine is gone: who watches it says so.
            self.inner.docker.kill_container(id, Some(options)).await.ok();
        }
    }
}

/// Removes all containers of a task, and its volumes.
pub(super) async fn remove_all(inner: &Arc<Inner>, task: &Arc<Running>) {
    if try_remove(inner, task).await {
        return;
    }
    let (inner, task) = (Arc::clone(inner), Arc::clone(task));
    // The task has stopped, whether or not the engine is there; when it is back, the containers may be, too.
    tokio::spawn(async move {
        for _ in 0..REMOVAL_ATTEMPTS {
            tokio::time::sleep(REMOVE_AGAIN_AFTER).await;
            if try_remove(&inner, &task).await {
                return;
            }
        }
        eprintln!("task {}: its containers could not be removed", task.task.id);
    });
}

async fn try_remove(inner: &Inner, task: &Running) -> bool {
    let pause = task.state().pause.clone();
    // Last the one whose network the others are in.
    let removals = task.containers.iter().map(|it| inner.remove_container(&it.docker_name));
    let mut removed = futures::future::join_all(removals).await.iter().all(Result::is_ok);
    if let Some(pause) = pause {
        removed &= inner.remove_container(&pause).await.is_ok();
    }
    volumes::remove(inner, task).await;
    removed
}
