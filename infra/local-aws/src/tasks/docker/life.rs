//! A task's life: its containers start in order, are watched, and stop together.

use super::health::{self, End, Happening};
use super::running::{Running, Stop};
use super::start::{self, Failure, Made, Prepared};
use super::{Inner, logs, network, volumes};
use crate::tasks::{ContainerState, HealthStatus, TaskNews};
use infra_ecs::container::{ContainerCondition, ContainerDependency};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// ECS's `stopCode` of a task that never ran.
pub(super) const FAILED_TO_START: &str = "TaskFailedToStart";
const EXITED: &str = "EssentialContainerExited";
const DEFAULT_RESTART_PERIOD: i32 = 300;
/// What the agent reports of a container that it has not started, because of another one.
const NOT_STARTED: i64 = 143;
/// How long the last lines of output may take.
const LAST_OUTPUT_WITHIN: Duration = Duration::from_secs(15);
/// How often, and for how long, removal is tried again when the engine is gone.
const REMOVE_AGAIN_AFTER: Duration = Duration::from_secs(1);
const REMOVAL_ATTEMPTS: u32 = 120;

/// A task whose containers are made.
pub(super) struct Life {
    pub inner: Arc<Inner>,
    pub task: Arc<Running>,
    pub containers: Vec<Live>,
    pub happenings: mpsc::UnboundedReceiver<Happening>,
    prepared: Prepared,
    sender: mpsc::UnboundedSender<Happening>,
    is_running: bool,
}

/// A container that is made.
pub(super) struct Live {
    pub made: Made,
    pub phase: Phase,
    pub started: Option<Instant>,
    pub stop_signal: Option<String>,
    output: Option<JoinHandle<Option<OffsetDateTime>>>,
}

/// How far a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not started.
    Waiting,
    /// It runs.
    Running,
    /// It has ended, or will never start.
    Ended(Option<i64>),
}

/// Whether what a container depends on is there.
enum Readiness {
    Ready,
    NotYet(Option<Instant>),
    Never(String),
}

/// Runs a task from its start to the removal of its last container.
pub(super) async fn run(inner: Arc<Inner>, task: Arc<Running>) {
    task.state().known_status = "ACTIVATING";
    task.tell(TaskNews::Activating);
    let stop = match begin(&inner, &task).await {
        Ok(life) => life.lead().await,
        Err(failure) => {
            let reason = failure.stop.reason.clone();
            finish_all(&task, |index| (failure.container == Some(index)).then(|| reason.clone()));
            failed_to_start(failure)
        }
    };
    task.state().known_status = "STOPPED";
    remove_all(&inner, &task).await;
    inner.lock_tasks().remove(&task.task.id);
    task.tell(TaskNews::Stopped { stop_code: stop.code, reason: stop.reason });
}

async fn begin(inner: &Arc<Inner>, task: &Arc<Running>) -> Result<Life, Failure> {
    // Only what leaves nothing behind is given up half-way: a container is either made and known, or not.
    let prepared = tokio::select! {
        biased;
        stop = task.stopped() => return Err(stop.into()),
        prepared = start::prepare(inner, task) => prepared?,
    };
    let made = start::make(inner, task, &prepared).await?;
    let live = |(made, image): (Made, &super::pull::Image)| Live {
        made,
        phase: Phase::Waiting,
        started: None,
        stop_signal: image.stop_signal.clone(),
        output: None,
    };
    let containers = made.into_iter().zip(&prepared.images).map(live).collect();
    let (sender, happenings) = mpsc::unbounded_channel();
    let (inner, task) = (Arc::clone(inner), Arc::clone(task));
    Ok(Life { inner, task, containers, happenings, prepared, sender, is_running: false })
}

/// A container that can't be started is the container's own reason; the task has just failed to start.
fn failed_to_start(failure: Failure) -> Stop {
    let of_container = failure.container.is_some() && !failure.stop.reason.starts_with("CannotPull");
    if of_container { Stop::new(FAILED_TO_START, "Task failed to start") } else { failure.stop }
}

/// All containers that have not ended will not start.
fn finish_all(task: &Running, reason: impl Fn(usize) -> Option<String>) {
    for index in 0..task.containers.len() {
        task.update(index, |state| {
            if state.last_status != "STOPPED" {
                state.last_status = "STOPPED".to_owned();
                state.reason = reason(index);
            }
        });
    }
}

async fn remove_all(inner: &Arc<Inner>, task: &Arc<Running>) {
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
    let (names, pause) = {
        let state = task.state();
        (state.docker_names.clone(), state.pause.clone())
    };
    // Last the one whose network the others are in.
    let removals = names.iter().map(|name| inner.remove_container(name));
    let mut removed = futures::future::join_all(removals).await.iter().all(Result::is_ok);
    if let Some(pause) = pause {
        removed &= inner.remove_container(&pause).await.is_ok();
    }
    volumes::remove(inner, task).await;
    removed
}

impl Life {
    /// To its end; returns why it ended.
    async fn lead(mut self) -> Stop {
        let stop = self.until_stop().await;
        self.stop_containers().await;
        finish_all(&self.task, |_| None);
        let outputs = self.containers.iter_mut().filter_map(|it| it.output.take());
        let all = futures::future::join_all(outputs);
        if tokio::time::timeout(LAST_OUTPUT_WITHIN, all).await.is_err() {
            eprintln!("task {}: its last output is lost", self.task.task.id);
        }
        stop
    }

    async fn until_stop(&mut self) -> Stop {
        loop {
            let deadline = match self.start_ready().await {
                Ok(deadline) => deadline,
                Err(stop) => return stop,
            };
            if !self.is_running && self.containers.iter().all(|it| it.phase != Phase::Waiting) {
                self.is_running = true;
                self.task.state().known_status = "RUNNING";
                self.task.tell(TaskNews::Running);
            }
            let far = Instant::now() + Duration::from_secs(24 * 60 * 60);
            let task = Arc::clone(&self.task);
            tokio::select! {
                biased;
                stop = task.stopped() => return stop,
                Some(happening) = self.happenings.recv() => {
                    if let Some(stop) = self.take(happening).await {
                        return stop;
                    }
                }
                () = tokio::time::sleep_until(deadline.unwrap_or(far)) => {}
            }
        }
    }

    /// Starts all containers that can; returns when one will have waited too long.
    async fn start_ready(&mut self) -> Result<Option<Instant>, Stop> {
        let mut deadline: Option<Instant> = None;
        let mut index = 0;
        while index < self.containers.len() {
            let waits = self.containers[index].phase == Phase::Waiting;
            index = match waits.then(|| self.readiness(index)) {
                // Those before it may have waited for it.
                Some(Readiness::Ready) => {
                    self.start(index, None).await?;
                    0
                }
                Some(Readiness::Never(why)) => {
                    self.end(
                        index,
                        End { exit_code: Some(NOT_STARTED), reason: Some(why), finished_at: None },
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

    /// Starts a container, for the first time or again; it is the task's end if an essential one can't be.
    async fn start(&mut self, index: usize, logged_until: Option<OffsetDateTime>) -> Result<(), Stop> {
        let definition = &self.task.containers[index].definition;
        let id = self.containers[index].made.id.clone();
        let started = start::start(&self.inner, &self.task, index, &self.prepared, &id).await;
        let (id, inspected) = match started {
            Ok(started) => started,
            Err(failure) => {
                let end =
                    End { exit_code: None, reason: Some(failure.stop.reason.clone()), finished_at: None };
                return self.end(index, end).map_err(|_| failed_to_start(failure));
            }
        };
        let mode = self.task.task.task_definition.network_mode;
        let address = network::address(&inspected, &self.inner.settings.network);
        let ports = network::host_ports(definition, mode, &inspected);
        self.task.update(index, |state| {
            let id = Some(id.clone());
            let started_at = Some(SystemTime::now());
            let last_status = "RUNNING".to_owned();
            *state =
                ContainerState { runtime_id: id, last_status, address, ports, started_at, ..state.clone() };
        });
        if let Some(address) = address {
            self.task.set_address(address);
        }
        let has_check = definition.health_check.is_some();
        tokio::spawn(health::watch(
            Arc::clone(&self.inner),
            index,
            id.clone(),
            has_check,
            self.sender.clone(),
        ));
        let live = &mut self.containers[index];
        live.output = live.made.logs.clone().map(|destination| {
            tokio::spawn(logs::follow(Arc::clone(&self.inner), id.clone(), destination, logged_until))
        });
        live.made.id = id;
        live.phase = Phase::Running;
        live.started = Some(Instant::now());
        Ok(())
    }

    async fn take(&mut self, happening: Happening) -> Option<Stop> {
        match happening {
            Happening::Health(index, health) => {
                self.task.update(index, |state| state.health = health);
                None
            }
            Happening::Ended(index, end) if self.restarts(index, &end) => {
                let output = self.containers[index].output.take();
                let logged_until = match output {
                    Some(output) => output.await.ok().flatten(),
                    None => None,
                };
                self.start(index, logged_until).await.err()
            }
            Happening::Ended(index, end) => self.end(index, end).err(),
        }
    }

    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html>
    fn restarts(&self, index: usize, end: &End) -> bool {
        let Some(policy) = &self.task.containers[index].definition.restart_policy else { return false };
        let period = policy.restart_attempt_period.unwrap_or(DEFAULT_RESTART_PERIOD);
        let period = Duration::from_secs(u64::try_from(period).unwrap_or_default());
        let long_enough = self.containers[index].started.is_some_and(|started| started.elapsed() >= period);
        let ignored = policy.ignored_exit_codes.iter().any(|code| Some(i64::from(*code)) == end.exit_code);
        policy.enabled && long_enough && !ignored && end.exit_code.is_some()
    }

    /// A container has ended for good; it is the task's end if it is essential.
    pub fn end(&mut self, index: usize, end: End) -> Result<(), Stop> {
        self.containers[index].phase = Phase::Ended(end.exit_code);
        self.task.update(index, |state| {
            state.last_status = "STOPPED".to_owned();
            state.exit_code = end.exit_code;
            state.reason = end.reason;
            state.finished_at = end.finished_at;
        });
        let essential = self.task.containers[index].definition.is_essential();
        if essential { Err(Stop::new(EXITED, "Essential container in task exited")) } else { Ok(()) }
    }
}
