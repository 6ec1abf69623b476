//! A task's life: its containers start in order, are watched, and stop together.

use super::health::{self, End, Happening};
use super::logs::{self, Known};
use super::running::{Running, Stop};
use super::start::{self, Failure, Prepared};
use super::{Inner, network, stop, volumes};
use crate::tasks::{ContainerState, TaskNews};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// ECS's `stopCode` of a task that never ran.
pub(super) const FAILED_TO_START: &str = "TaskFailedToStart";
const EXITED: &str = "EssentialContainerExited";
const DEFAULT_RESTART_PERIOD: i32 = 300;
/// How long the last lines of output may take.
const LAST_OUTPUT_WITHIN: Duration = Duration::from_secs(15);
/// A task that is prepared.
pub(super) struct Life {
    pub inner: Arc<Inner>,
    pub task: Arc<Running>,
    pub containers: Vec<Live>,
    pub happenings: mpsc::UnboundedReceiver<Happening>,
    prepared: Prepared,
    sender: mpsc::UnboundedSender<Happening>,
    is_running: bool,
}

/// A container of it.
pub(super) struct Live {
    pub id: Option<String>,
    pub phase: Phase,
    pub started: Option<Instant>,
    pub stop_signal: Option<String>,
    output: Option<JoinHandle<Known>>,
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

/// Runs a task from its start to the removal of its last container.
pub(super) async fn run(inner: Arc<Inner>, task: Arc<Running>) {
    task.state().known_status = "ACTIVATING";
    task.tell(TaskNews::Activating);
    let stop = match begin(&inner, &task).await {
        Ok(life) => life.lead().await,
        Err(Failure { stop, container }) => {
            finish_all(&task, container);
            stop
        }
    };
    task.state().known_status = "STOPPED";
    stop::remove_all(&inner, &task).await;
    inner.lock_tasks().remove(&task.task.id);
    task.tell(TaskNews::Stopped { stop_code: stop.code, reason: stop.reason });
}

async fn begin(inner: &Arc<Inner>, task: &Arc<Running>) -> Result<Life, Failure> {
    // Only what leaves nothing behind is given up half-way: a container is either made and known, or not.
    let mut prepared = tokio::select! {
        biased;
        stop = task.stopped() => return Err(stop.into()),
        prepared = start::prepare(inner, task) => prepared?,
    };
    prepared.volumes = volumes::create(inner, task).await?;
    start::start_pause(inner, task).await?;
    let containers = prepared.images.iter().map(|image| Live {
        id: None,
        phase: Phase::Waiting,
        started: None,
        stop_signal: image.stop_signal.clone(),
        output: None,
    });
    let containers = containers.collect();
    let (sender, happenings) = mpsc::unbounded_channel();
    let (inner, task) = (Arc::clone(inner), Arc::clone(task));
    Ok(Life { inner, task, containers, happenings, prepared, sender, is_running: false })
}

/// All containers that have not ended will not start.
fn finish_all(task: &Running, why: Option<(usize, String)>) {
    for index in 0..task.containers.len() {
        let why = why.as_ref().filter(|(it, _)| *it == index).map(|(_, reason)| reason.clone());
        task.update(index, |state| {
            state.last_status = "STOPPED".to_owned();
            state.reason = why.or(state.reason.take());
        });
    }
}

impl Life {
    /// To its end; returns why it ended.
    async fn lead(mut self) -> Stop {
        let stop = self.until_stop().await;
        self.stop_containers().await;
        finish_all(&self.task, None);
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

    /// Starts a container, for the first time or again; it is the task's end if an essential one can't be.
    pub async fn start(&mut self, index: usize, known: Known) -> Result<(), Stop> {
        let definition = &self.task.containers[index].definition;
        let made = self.containers[index].id.as_deref();
        let started = start::start(&self.inner, &self.task, index, &self.prepared, made).await;
        let (id, inspected) = match started {
            Ok(started) => started,
            Err(Failure { stop, container }) => {
                let end = End { reason: container.map(|(_, reason)| reason), ..End::default() };
                return self.end(index, end).map_err(|_| stop);
            }
        };
        let mode = self.task.task.task_definition.network_mode;
        let address = network::address(&inspected, &self.inner.settings.network);
        let ports = network::host_ports(definition, mode, &inspected);
        let (runtime_id, started_at) = (Some(id.clone()), Some(SystemTime::now()));
        self.task.update(index, |state| {
            let last_status = "RUNNING".to_owned();
            *state = ContainerState { runtime_id, last_status, address, ports, started_at, ..state.clone() };
        });
        if let Some(address) = address {
            self.task.set_address(address);
        }
        let inner = || Arc::clone(&self.inner);
        let has_check = definition.health_check.is_some();
        tokio::spawn(health::watch(inner(), index, id.clone(), has_check, self.sender.clone()));
        let logs = logs::destination(&self.task, index, Some(&id));
        let output = logs.map(|it| tokio::spawn(logs::follow(inner(), id.clone(), it, known)));
        let live = &mut self.containers[index];
        live.output = output;
        live.id = Some(id);
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
                let known = match output {
                    Some(output) => output.await.unwrap_or_default(),
                    None => Known::default(),
                };
                self.start(index, known).await.err()
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
