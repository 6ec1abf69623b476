//! What becomes of a container that was started: its health, and its end.

use super::{Inner, is_missing};
use crate::tasks::HealthStatus;
use bollard::models::{ContainerInspectResponse, HealthStatusEnum};
use bollard::query_parameters::WaitContainerOptionsBuilder;
use futures::StreamExt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How often a health check's result is read.
const READ_EVERY: Duration = Duration::from_millis(500);
/// How long the engine may be gone until its containers count as stopped.
const GONE_AFTER: Duration = Duration::from_secs(10);
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Something happened to the container of this index.
pub(super) enum Happening {
    /// Its health check has another result.
    Health(usize, HealthStatus),
    /// It has ended.
    Ended(usize, End),
}

/// How a container has ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    /// None if nobody knows.
    pub exit_code: Option<i64>,
    /// Why, where that is known.
    pub reason: Option<String>,
    /// When.
    pub finished_at: Option<SystemTime>,
}

/// Watches a container to its end.
pub(super) async fn watch(
    inner: Arc<Inner>,
    index: usize,
    id: String,
    has_check: bool,
    happenings: mpsc::UnboundedSender<Happening>,
) {
    let mut read = tokio::time::interval(READ_EVERY);
    let mut last = HealthStatus::Unknown;
    let ended = ended(&inner, &id);
    tokio::pin!(ended);
    loop {
        tokio::select! {
            end = &mut ended => {
                // Nobody listens if the task was given up.
                happenings.send(Happening::Ended(index, end)).ok();
                return;
            }
            _ = read.tick(), if has_check => {
                let now = inner.docker.inspect_container(&id, None).await.ok().as_ref().map_or(last, health);
                if now != last {
                    last = now;
                    happenings.send(Happening::Health(index, now)).ok();
                }
            }
        }
    }
}

fn health(inspected: &ContainerInspectResponse) -> HealthStatus {
    let health = inspected.state.as_ref().and_then(|state| state.health.as_ref());
    match health.and_then(|health| health.status) {
        Some(HealthStatusEnum::HEALTHY) => HealthStatus::Healthy,
        Some(HealthStatusEnum::UNHEALTHY) => HealthStatus::Unhealthy,
        _ => HealthStatus::Unknown,
    }
}

async fn ended(inner: &Inner, id: &str) -> End {
    let mut gone_since: Option<Instant> = None;
    loop {
        let options = WaitContainerOptionsBuilder::default().condition("not-running").build();
        // Whatever it answers, how the container is now counts: the engine may have gone and come back.
        inner.docker.wait_container(id, Some(options)).next().await;
        match inner.docker.inspect_container(id, None).await {
            Ok(inspected) => match End::of(&inspected) {
                Some(end) => return end,
                None => gone_since = None,
            },
            Err(error) if is_missing(&error) => return End::unknown("the container was removed"),
            Err(_) if gone_since.get_or_insert_with(Instant::now).elapsed() > GONE_AFTER => {
                return End::unknown("the container engine does not answer");
            }
            Err(_) => {}
        }
        tokio::time::sleep(ASK_AGAIN_AFTER).await;
    }
}

impl End {
    /// None while it runs.
    fn of(inspected: &ContainerInspectResponse) -> Option<Self> {
        let state = inspected.state.as_ref()?;
        if state.running == Some(true) || state.restarting == Some(true) {
            return None;
        }
        let out_of_memory = state.oom_killed == Some(true);
        Some(Self {
            exit_code: state.exit_code,
            reason: out_of_memory
                .then(|| "OutOfMemoryError: Container killed due to memory usage".to_owned()),
            finished_at: Some(SystemTime::now()),
        })
    }

    /// Nobody has seen its end.
    pub fn unknown(why: &str) -> Self {
        Self {
            exit_code: None,
            reason: Some(format!("ContainerRuntimeError: {why}")),
            finished_at: Some(SystemTime::now()),
        }
    }
}
