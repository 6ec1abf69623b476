//! Tasks that follow a script instead of running: for tests of what starts and stops them, on tokio's clock.

use super::{ContainerState, HealthStatus, TaskNews, TaskRuntime, TaskToRun, Usage};
use infra_ecs::ContainerDefinition;
use infra_ecs::task_definition::NetworkMode;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

/// What becomes of the containers of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// How long its pull and its start take.
    pub starts_after: Duration,
    /// Why it can't be pulled.
    pub pull_error: Option<String>,
    /// When, from its start on, its health check has which results.
    pub health: Vec<(Duration, HealthStatus)>,
    /// When, from its start on, it ends by itself.
    pub ends: Option<ScriptedEnd>,
    /// How long it takes to stop when it is asked to, and its exit code then.
    pub stops: (Duration, i64),
}

/// How a container ends by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptedEnd {
    /// How long it runs.
    pub after: Duration,
    /// The exit code.
    pub exit_code: i64,
    /// Why, if the container engine knows.
    pub reason: Option<String>,
}

impl Default for Script {
    /// Starts within a second, runs until it is stopped, and obeys at once.
    fn default() -> Self {
        Self {
            starts_after: Duration::from_secs(1),
            pull_error: None,
            health: Vec::new(),
            ends: None,
            stops: (Duration::ZERO, 0),
        }
    }
}

impl Script {
    /// Its health check passes from then on.
    pub fn healthy_after(seconds: u64) -> Self {
        Self { health: vec![(Duration::from_secs(seconds), HealthStatus::Healthy)], ..Self::default() }
    }

    /// It exits by itself.
    pub fn exits(seconds: u64, exit_code: i64) -> Self {
        let ends = ScriptedEnd { after: Duration::from_secs(seconds), exit_code, reason: None };
        Self { ends: Some(ends), ..Self::default() }
    }

    /// It needs more memory than it may have.
    pub fn killed_for_memory(seconds: u64) -> Self {
        let reason = "OutOfMemoryError: Container killed due to memory usage".to_owned();
        let ends = ScriptedEnd { after: Duration::from_secs(seconds), exit_code: 137, reason: Some(reason) };
        Self { ends: Some(ends), ..Self::default() }
    }

    /// Its image is not there.
    pub fn never_pulls(reference: &str) -> Self {
        let why =
            "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref";
        Self { pull_error: Some(format!("{why} {reference}: {reference}: not found")), ..Self::default() }
    }
}

/// Runs scripts. Its clones are the same runtime.
#[derive(Clone, Default)]
pub struct ScriptedRuntime {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    scripts: BTreeMap<String, Script>,
    tasks: BTreeMap<String, watch::Sender<Option<(String, String)>>>,
    usage: Usage,
    started: u32,
    host_ports: u16,
}

impl ScriptedRuntime {
    /// Says what becomes of the containers of an image; without a word they just run.
    pub fn script(&self, image: &str, script: Script) {
        self.lock().scripts.insert(image.to_owned(), script);
    }

    /// Says what each task uses.
    pub fn set_usage(&self, usage: Usage) {
        self.lock().usage = usage;
    }

    /// The ids of the tasks that have not stopped.
    pub fn tasks(&self) -> Vec<String> {
        self.lock().tasks.keys().cloned().collect()
    }

    /// How many tasks were ever started.
    pub fn started(&self) -> u32 {
        self.lock().started
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl TaskRuntime for ScriptedRuntime {
    fn start(&self, task: TaskToRun, news: mpsc::UnboundedSender<(String, TaskNews)>) {
        let (sender, stop) = watch::channel(None);
        let id = task.id.clone();
        let play = {
            let mut inner = self.lock();
            inner.tasks.insert(id, sender);
            inner.started += 1;
            let containers = task.task_definition.container_definitions.iter();
            let containers = containers.map(|it| inner.part(it, task.task_definition.network_mode)).collect();
            let [.., third, last] = inner.started.to_be_bytes();
            let address = IpAddr::V4(Ipv4Addr::new(10, 0, third, last));
            Play { id: task.id, containers, address, news, stop }
        };
        let runtime = self.clone();
        tokio::spawn(async move {
            let id = play.id.clone();
            let news = play.news.clone();
            let (stop_code, reason) = play.run().await;
            runtime.lock().tasks.remove(&id);
            // Nobody listens when the test is over.
            news.send((id, TaskNews::Stopped { stop_code, reason })).ok();
        });
    }

    fn stop(&self, task: &str, stop_code: &str, reason: &str) {
        if let Some(stop) = self.lock().tasks.get(task) {
            stop.send_if_modified(|stop| {
                let first = stop.is_none();
                stop.get_or_insert_with(|| (stop_code.to_owned(), reason.to_owned()));
                first
            });
        }
    }

    async fn usage(&self) -> BTreeMap<String, Usage> {
        let inner = self.lock();
        inner.tasks.keys().map(|task| (task.clone(), inner.usage)).collect()
    }

    async fn stop_all(&self) {
        for task in self.tasks() {
            self.stop(&task, "UserInitiated", "Task stopped by user");
        }
    }
}

impl Inner {
    fn part(&mut self, definition: &ContainerDefinition, mode: Option<NetworkMode>) -> Part {
        let image = definition.image.as_ref().and_then(|image| image.get().ok());
        let ports = definition.port_mappings.iter().filter_map(|mapping| {
            let port = |number: Option<i32>| number.and_then(|it| u16::try_from(it).ok());
            let container = port(mapping.container_port)?;
            let asked = port(mapping.host_port).filter(|port| *port != 0);
            self.host_ports += 1;
            Some((container, asked.unwrap_or(32_767 + self.host_ports), mapping.protocol().to_owned()))
        });
        Part {
            ports: if mode == Some(NetworkMode::Awsvpc) { Vec::new() } else { ports.collect() },
            script: image.and_then(|image| self.scripts.get(image)).cloned().unwrap_or_default(),
            essential: definition.is_essential(),
            checked: definition.health_check.is_some(),
            name: definition.name().to_owned(),
        }
    }
}

/// A container with its script.
struct Part {
    name: String,
    script: Script,
    essential: bool,
    checked: bool,
    ports: Vec<(u16, u16, String)>,
}

/// A task that plays.
struct Play {
    id: String,
    containers: Vec<Part>,
    address: IpAddr,
    news: mpsc::UnboundedSender<(String, TaskNews)>,
    stop: watch::Receiver<Option<(String, String)>>,
}

impl Play {
    async fn run(mut self) -> (String, String) {
        self.tell(TaskNews::Activating);
        let mut states: Vec<_> = self.containers.iter().map(|part| state(part, "PENDING")).collect();
        let failed = self.containers.iter().position(|part| part.script.pull_error.is_some());
        let starts_after =
            self.containers.iter().map(|part| part.script.starts_after).max().unwrap_or_default();
        if let Some(stop) = self.stopped_before(Instant::now() + starts_after).await {
            self.stop_all(&mut states).await;
            return stop;
        }
        if let Some(index) = failed {
            let reason = self.containers[index].script.pull_error.clone().unwrap_or_default();
            states[index].reason = Some(reason.clone());
            self.stop_all(&mut states).await;
            return ("TaskFailedToStart".to_owned(), reason);
        }
        self.tell(TaskNews::Address(self.address));
        for (state, part) in states.iter_mut().zip(&self.containers) {
            state.last_status = "RUNNING".to_owned();
            state.address = Some(self.address);
            state.runtime_id = Some(format!("{}-{}", self.id, part.name));
            state.started_at = Some(SystemTime::now());
            self.tell(TaskNews::Container(state.clone()));
        }
        self.tell(TaskNews::Running);
        let stop = self.play(&mut states).await;
        self.stop_all(&mut states).await;
        stop
    }

    /// What happens to its containers, one thing after the other; returns why the task stops.
    async fn play(&mut self, states: &mut [ContainerState]) -> (String, String) {
        let began = Instant::now();
        let mut all = Vec::new();
        for (index, part) in self.containers.iter().enumerate() {
            let results = part.script.health.iter().filter(|_| part.checked);
            all.extend(results.map(|(after, health)| (*after, index, Some(*health))));
            all.extend(part.script.ends.iter().map(|end| (end.after, index, None)));
        }
        all.sort_by_key(|(after, ..)| *after);
        for (after, index, health) in all {
            if let Some(stop) = self.stopped_before(began + after).await {
                return stop;
            }
            match health {
                _ if states[index].last_status == "STOPPED" => continue,
                Some(health) => states[index].health = health,
                None => end(&mut states[index], self.containers[index].script.ends.as_ref()),
            }
            self.tell(TaskNews::Container(states[index].clone()));
            if health.is_some() {
                self.tell(TaskNews::Health(self.health(states)));
            } else if self.containers[index].essential {
                return (
                    "EssentialContainerExited".to_owned(),
                    "Essential container in task exited".to_owned(),
                );
            }
        }
        match self.stop.wait_for(Option::is_some).await.map(|stop| stop.clone()) {
            Ok(Some(stop)) => stop,
            // The runtime is gone, and the test with it.
            _ => ("UserInitiated".to_owned(), "Task stopped by user".to_owned()),
        }
    }

    async fn stopped_before(&mut self, moment: Instant) -> Option<(String, String)> {
        let stop = tokio::time::timeout_at(moment, self.stop.wait_for(Option::is_some)).await;
        stop.ok()?.ok()?.clone()
    }

    async fn stop_all(&self, states: &mut [ContainerState]) {
        let running = |state: &&ContainerState| state.last_status == "RUNNING";
        let runs: Vec<_> = states.iter().map(|state| running(&state)).collect();
        let stopping = self.containers.iter().zip(&runs).filter(|(_, runs)| **runs);
        let longest = stopping.map(|(part, _)| part.script.stops.0).max().unwrap_or_default();
        tokio::time::sleep(longest).await;
        for ((state, part), ran) in states.iter_mut().zip(&self.containers).zip(runs) {
            if state.last_status == "STOPPED" {
                continue;
            }
            state.last_status = "STOPPED".to_owned();
            if ran {
                state.exit_code = Some(part.script.stops.1);
                state.finished_at = Some(SystemTime::now());
            }
            self.tell(TaskNews::Container(state.clone()));
        }
    }

    fn health(&self, states: &[ContainerState]) -> HealthStatus {
        let checked = self.containers.iter().zip(states).filter(|(part, _)| part.essential && part.checked);
        let results: Vec<_> = checked.map(|(_, state)| state.health).collect();
        HealthStatus::of_all(&results)
    }

    fn tell(&self, news: TaskNews) {
        // Nobody listens when the test is over.
        self.news.send((self.id.clone(), news)).ok();
    }
}

fn state(part: &Part, last_status: &str) -> ContainerState {
    ContainerState {
        name: part.name.clone(),
        last_status: last_status.to_owned(),
        ports: part.ports.clone(),
        ..ContainerState::default()
    }
}

fn end(state: &mut ContainerState, end: Option<&ScriptedEnd>) {
    state.last_status = "STOPPED".to_owned();
    state.exit_code = end.map(|end| end.exit_code);
    state.reason = end.and_then(|end| end.reason.clone());
    state.finished_at = Some(SystemTime::now());
}

#[cfg(test)]
mod tests;
