//! The order in which a task's containers start: each after what it depends on.

use super::health::End;
use super::life::{Life, Phase};
use super::logs::Known;
use super::running::Stop;
use crate::tasks::HealthStatus;
use infra_ecs::container::{ContainerCondition, ContainerDependency};
use std::time::Duration;
use tokio::time::Instant;

/// What the agent reports of a container that it has not started, because of another one.
const NOT_STARTED: i64 = 143;

/// Whether what a container depends on is there.
enum Readiness {
    Ready,
    NotYet(Option<Instant>),
    Never(String),
}

impl Life {
    /// Starts all containers that can; returns when one will have waited too long.
    pub(super) async fn start_ready(&mut self) -> Result<Option<Instant>, Stop> {
        let mut deadline: Option<Instant> = None;
        let mut index = 0;
        while index < self.containers.len() {
            let waits = self.containers[index].phase == Phase::Waiting;
            index = match waits.then(|| self.readiness(index)) {
                // Those before it may have waited for it.
                Some(Readiness::Ready) => {
                    self.start(index, Known::default()).await?;
                    0
                }
                Some(Readiness::Never(why)) => {
                    self.end(
                        index,
                        End { exit_code: Some(NOT_STARTED), reason: Some(why), ..End::default() },
                    )?;
                    0
                }
                Some(Readiness::NotYet(until)) => {
                    deadline = deadline.into_iter().chain(until).min();
                    index + 1
                }
                None => index + 1,
            };
        }
        Ok(deadline)
    }

    fn readiness(&self, index: usize) -> Readiness {
        let mut all = Readiness::Ready;
        for dependency in self.task.containers[index].dependencies() {
            all = match (all, self.readiness_of(index, &dependency)) {
                (_, never @ Readiness::Never(_)) => return never,
                (Readiness::NotYet(a), Readiness::NotYet(b)) => {
                    Readiness::NotYet(a.into_iter().chain(b).min())
                }
                (not_yet @ Readiness::NotYet(_), _) | (_, not_yet) => not_yet,
            };
        }
        all
    }

    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>
    fn readiness_of(&self, index: usize, dependency: &ContainerDependency) -> Readiness {
        let Some(other) = self.task.index_of(&dependency.container_name) else { return Readiness::Ready };
        let live = &self.containers[other];
        let healthy = self.task.state().containers[other].health == HealthStatus::Healthy;
        let ready = match dependency.condition {
            ContainerCondition::Complete => matches!(live.phase, Phase::Ended(_)),
            ContainerCondition::Success => live.phase == Phase::Ended(Some(0)),
            ContainerCondition::Healthy => healthy,
            _ => live.phase != Phase::Waiting,
        };
        if ready {
            return Readiness::Ready;
        }
        let target = self.task.containers[index].definition.name();
        let name = &dependency.container_name;
        if matches!(live.phase, Phase::Ended(_)) {
            let why = match dependency.condition {
                ContainerCondition::Healthy => "dependency is not healthy and has stopped",
                _ => "dependency did not exit successfully",
            };
            return Readiness::Never(format!(
                "dependency graph: failed to resolve the container ordering dependency [{name}] for target [{target}] as {why}"
            ));
        }
        let timeout = self.task.containers[other].definition.start_timeout;
        let timeout = timeout.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        let until = live.started.zip(timeout).map(|(started, timeout)| started + timeout);
        if until.is_some_and(|until| until <= Instant::now()) {
            return Readiness::Never(format!(
                "dependency graph: container ordering dependency [{name}] for target [{target}] has timed out."
            ));
        }
        Readiness::NotYet(until)
    }
}
