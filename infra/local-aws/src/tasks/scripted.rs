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
        Self::ends(seconds, exit_code, None)
    }

    /// It needs more memory than it may have.
    pub fn killed_for_memory(seconds: u64) -> Self {
        Self::ends(seconds, 137, Some("OutOfMemoryError: Container killed due to memory usage".to_owned()))
    }

    fn ends(seconds: u64, exit_code: i64, reason: Option<String>) -> Self {
        let ends = ScriptedEnd { after: Duration::from_secs(seconds), exit_code, reason };
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
        let mut inner = self.lock();
        inner.tasks.insert(task.id.clone(), sender);
        inner.started += 1;
        let [.., third, last] = inner.started.to_be_bytes();
        let address = IpAddr::V4(Ipv4Addr::new(10, 0, third, last));
        let containers = &task.task_definition.container_definitions;
        let scripts = containers.iter().map(|it| inner.script_of(it)).collect();
        let states =
            containers.iter().map(|it| inner.pending(it, task.task_definition.network_mode)).collect();
        let (runtime, id) = (self.clone(), task.id.clone());
        let mut play = Play { task, scripts, states, address, news, stop };
        tokio::spawn(async move {
            let (stop_code, reason) = play.run().await;
            play.stop_all().await;
            runtime.lock().tasks.remove(&id);
            play.tell(TaskNews::Stopped { stop_code, reason });
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
    fn script_of(&self, container: &ContainerDefinition) -> Script {
        let image = container.image.as_ref().and_then(|image| image.get().ok());
        image.and_then(|image| self.scripts.get(image)).cloned().unwrap_or_default()
    }

    fn pending(&mut self, container: &ContainerDefinition, mode: Option<NetworkMode>) -> ContainerState {
        let port = |number: Option<i32>| number.and_then(|it| u16::try_from(it).ok()).filter(|it| *it != 0);
        let ports = container.port_mappings.iter().filter(|_| mode != Some(NetworkMode::Awsvpc));
        let ports = ports.filter_map(|mapping| {
            self.host_ports += 1;
            let host = port(mapping.host_port).unwrap_or(32_767 + self.host_ports);
            Some((port(mapping.container_port)?, host, mapping.protocol().to_owned()))
        });
        ContainerState {
            name: container.name().to_owned(),
            last_status: "PENDING".to_owned(),
            ports: ports.collect(),
            ..ContainerState::default()
        }
    }
}

/// A task that plays.
struct Play {
    task: TaskToRun,
    scripts: Vec<Script>,
    states: Vec<ContainerState>,
    address: IpAddr,
    news: mpsc::UnboundedSender<(String, TaskNews)>,
    stop: watch::Receiver<Option<(String, String)>>,
}

impl Play {
    /// Until it stops; returns why it does.
    async fn run(&mut self) -> (String, String) {
        self.tell(TaskNews::Activating);
        let starts_after = self.scripts.iter().map(|script| script.starts_after).max().unwrap_or_default();
        if let Some(stop) = self.stopped_before(Instant::now() + starts_after).await {
            return stop;
        }
        for (state, script) in self.states.iter_mut().zip(&self.scripts) {
            if let Some(reason) = &script.pull_error {
                state.reason = Some(reason.clone());
                return ("TaskFailedToStart".to_owned(), reason.clone());
            }
        }
        self.tell(TaskNews::Address(self.address));
        for index in 0..self.states.len() {
            let (address, runtime_id) = (self.address, format!("{}-{index}", self.task.id));
            self.update(index, |state| {
                state.last_status = "RUNNING".to_owned();
                state.address = Some(address);
                state.runtime_id = Some(runtime_id);
                state.started_at = Some(SystemTime::now());
            });
        }
        self.tell(TaskNews::Running);
        self.play().await
    }

    /// What happens to its containers, one thing after the other.
    async fn play(&mut self) -> (String, String) {
        let began = Instant::now();
        let mut all = Vec::new();
        for (index, script) in self.scripts.iter().enumerate() {
            all.extend(script.health.iter().map(|(after, health)| (*after, index, Ok(*health))));
            all.extend(script.ends.iter().map(|end| (end.after, index, Err(end.clone()))));
        }
        all.sort_by_key(|(after, ..)| *after);
        for (after, index, what) in all {
            if let Some(stop) = self.stopped_before(began + after).await {
                return stop;
            }
            let container = &self.task.task_definition.container_definitions[index];
            let (essential, checked) = (container.is_essential(), container.health_check.is_some());
            match what {
                Ok(health) if checked && self.states[index].last_status == "RUNNING" => {
                    self.update(index, |state| state.health = health);
                    self.tell(TaskNews::Health(self.health()));
                }
                Ok(_) => {}
                Err(end) => {
                    self.end(index, end.exit_code, end.reason);
                    if essential {
                        let reason = "Essential container in task exited";
                        return ("EssentialContainerExited".to_owned(), reason.to_owned());
                    }
                }
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

    async fn stop_all(&mut self) {
        let running = |(_, state): &(&Script, &ContainerState)| state.last_status == "RUNNING";
        let stopping = self.scripts.iter().zip(&self.states).filter(running);
        tokio::time::sleep(stopping.map(|(script, _)| script.stops.0).max().unwrap_or_default()).await;
        for index in 0..self.states.len() {
            match self.states[index].last_status.as_str() {
                "RUNNING" => self.end(index, self.scripts[index].stops.1, None),
                "PENDING" => self.update(index, |state| state.last_status = "STOPPED".to_owned()),
                _ => {}
            }
        }
    }

    fn end(&mut self, index: usize, exit_code: i64, reason: Option<String>) {
        self.update(index, |state| {
            state.last_status = "STOPPED".to_owned();
            state.exit_code = Some(exit_code);
            state.reason = reason;
            state.finished_at = Some(SystemTime::now());
        });
    }

    fn update(&mut self, index: usize, change: impl FnOnce(&mut ContainerState)) {
        change(&mut self.states[index]);
        self.tell(TaskNews::Container(self.states[index].clone()));
    }

    fn health(&self) -> HealthStatus {
        let all = self.task.task_definition.container_definitions.iter().zip(&self.states);
        let checked = all.filter(|(it, _)| it.is_essential() && it.health_check.is_some());
        HealthStatus::of_all(&checked.map(|(_, state)| state.health).collect::<Vec<_>>())
    }

    fn tell(&self, news: TaskNews) {
        // Nobody listens when the test is over.
        self.news.send((self.task.id.clone(), news)).ok();
    }
}

#[cfg(test)]
mod tests;
