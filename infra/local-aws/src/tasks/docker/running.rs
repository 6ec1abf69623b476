//! A task that runs: its containers with RunTask's overrides, what is known of them, and who wants to know.

use super::DockerSettings;
use super::credentials::RoleCredentials;
use super::usage::Sample;
use crate::tasks::{ContainerState, HealthStatus, TaskNews, TaskToRun};
use infra_ecs::ContainerDefinition;
use infra_ecs::container::{ContainerCondition, ContainerDependency, EnvironmentFile, KeyValue};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use tokio::sync::{mpsc, watch};

/// A task of this runtime.
pub(super) struct Running {
    /// As it was asked for.
    pub task: TaskToRun,
    /// Its containers, with overrides applied, in the task definition's order.
    pub containers: Vec<TaskContainer>,
    /// CPU units of the whole task.
    pub cpu: Option<u64>,
    /// MiB of the whole task.
    pub memory: Option<u64>,
    /// Whose rights its containers have.
    pub credentials: Option<RoleCredentials>,
    state: Mutex<State>,
    stop: watch::Sender<Option<Stop>>,
    news: mpsc::UnboundedSender<(String, TaskNews)>,
}

/// A container of a task.
pub(super) struct TaskContainer {
    /// What it is.
    pub definition: ContainerDefinition,
    /// What stands for it in the address of its metadata.
    pub token: String,
    /// Docker's name of it.
    pub docker_name: String,
}

/// What is known of a task.
#[derive(Default)]
pub(super) struct State {
    /// Its containers, in the same order.
    pub containers: Vec<ContainerState>,
    /// Their images' ids.
    pub image_ids: Vec<Option<String>>,
    /// The container that holds the network, if it is none of the task's own.
    pub pause: Option<String>,
    /// Where the task is.
    pub address: Option<IpAddr>,
    /// `PENDING`, `ACTIVATING`, `RUNNING`, `STOPPED`.
    pub known_status: &'static str,
    /// When the pull of its images began and ended.
    pub pulled: (Option<SystemTime>, Option<SystemTime>),
    /// CPU time of each container by Docker's id.
    pub samples: BTreeMap<String, Sample>,
    health: HealthStatus,
}

/// That a task has to stop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    /// ECS's `stopCode`.
    pub code: String,
    /// ECS's `stoppedReason`.
    pub reason: String,
}

impl Stop {
    /// With a code and a reason.
    pub fn new(code: &str, reason: impl Into<String>) -> Self {
        Self { code: code.to_owned(), reason: reason.into() }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Overrides {
    container_overrides: Vec<ContainerOverride>,
    cpu: Option<String>,
    memory: Option<String>,
    task_role_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ContainerOverride {
    name: String,
    command: Option<Vec<String>>,
    environment: Vec<KeyValue>,
    environment_files: Vec<EnvironmentFile>,
    cpu: Option<i32>,
    memory: Option<i32>,
    memory_reservation: Option<i32>,
}

impl Running {
    /// A task with nothing done for it yet.
    ///
    /// # Errors
    /// Its overrides are not what ECS knows.
    pub fn new(
        task: TaskToRun,
        news: mpsc::UnboundedSender<(String, TaskNews)>,
        settings: &DockerSettings,
    ) -> Result<Self, String> {
        let overrides = read_overrides(&task)?;
        let definition = &task.task_definition;
        let containers: Vec<_> = definition
            .container_definitions
            .iter()
            .map(|it| TaskContainer::new(&task, it, &overrides))
            .collect();
        let pending = |it: &TaskContainer| ContainerState {
            name: it.definition.name().to_owned(),
            last_status: "PENDING".to_owned(),
            ..ContainerState::default()
        };
        let state = State {
            containers: containers.iter().map(pending).collect(),
            image_ids: vec![None; containers.len()],
            known_status: "PENDING",
            ..State::default()
        };
        let role = overrides.task_role_arn.clone();
        let role = role.or_else(|| definition.task_role_arn.as_ref()?.get().ok().cloned());
        let role = role.filter(|role| !role.is_empty());
        let size = |of_run: &Option<String>, of_definition: &Option<String>| {
            of_run.as_deref().or(of_definition.as_deref()).and_then(units)
        };
        Ok(Self {
            cpu: size(&overrides.cpu, &definition.cpu),
            memory: size(&overrides.memory, &definition.memory),
            credentials: role.map(|role| RoleCredentials::new(role, &task.id, settings)),
            containers,
            state: Mutex::new(state),
            stop: watch::Sender::new(None),
            news,
            task,
        })
    }

    /// What is known of it. Never held across an await.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known of a container, and says so if that is news.
    pub fn update(&self, index: usize, change: impl FnOnce(&mut ContainerState)) {
        let mut news = Vec::new();
        {
            let mut state = self.state();
            let Some(container) = state.containers.get_mut(index) else { return };
            let before = container.clone();
            change(container);
            if *container != before {
                news.push(TaskNews::Container(container.clone()));
            }
            let health = self.health(&state.containers);
            if health != state.health {
                state.health = health;
                news.push(TaskNews::Health(health));
            }
        }
        news.into_iter().for_each(|it| self.tell(it));
    }

    /// Says where the task is, once.
    pub fn set_address(&self, address: IpAddr) {
        let first = self.state().address.replace(address).is_none();
        if first {
            self.tell(TaskNews::Address(address));
        }
    }

    /// Passes on what has become known.
    pub fn tell(&self, news: TaskNews) {
        // Nobody listens when the local AWS ends.
        self.news.send((self.task.id.clone(), news)).ok();
    }

    /// Has it stopped; the first reason counts.
    pub fn stop(&self, code: &str, reason: &str) {
        self.stop.send_if_modified(|stop| {
            let first = stop.is_none();
            stop.get_or_insert_with(|| Stop::new(code, reason));
            first
        });
    }

    /// Waits until somebody has it stopped.
    pub async fn stopped(&self) -> Stop {
        let mut stop = self.stop.subscribe();
        match stop.wait_for(Option::is_some).await.map(|stop| stop.clone()) {
            Ok(Some(stop)) => stop,
            // The sender is part of the task itself.
            _ => std::future::pending().await,
        }
    }

    /// Which container has this name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.containers.iter().position(|it| it.definition.name() == name)
    }

    /// Docker's name of a container.
    pub fn docker_name(&self, container: &str) -> Option<&str> {
        Some(&self.containers[self.index_of(container)?].docker_name)
    }

    /// Whether it is on Fargate.
    pub fn on_fargate(&self) -> bool {
        self.task.launch_type == "FARGATE"
    }

    fn health(&self, states: &[ContainerState]) -> HealthStatus {
        let checked = self.containers.iter().zip(states);
        let checked =
            checked.filter(|(it, _)| it.definition.is_essential() && it.definition.health_check.is_some());
        let results: Vec<_> = checked.map(|(_, state)| state.health).collect();
        HealthStatus::of_all(&results)
    }
}

impl TaskContainer {
    fn new(task: &TaskToRun, definition: &ContainerDefinition, overrides: &Overrides) -> Self {
        let mut definition = definition.clone();
        let mine = |it: &&ContainerOverride| it.name == definition.name();
        if let Some(run) = overrides.container_overrides.iter().find(mine) {
            if let Some(command) = &run.command {
                definition.command.clone_from(command);
            }
            definition.cpu = run.cpu.or(definition.cpu);
            definition.memory = run.memory.or(definition.memory);
            definition.memory_reservation = run.memory_reservation.or(definition.memory_reservation);
            definition.environment_files.extend(run.environment_files.iter().cloned());
            // Of two variables of one name the last counts.
            definition.environment.extend(run.environment.iter().cloned());
        }
        let id = task.id.get(..12).unwrap_or(&task.id);
        let (family, name) = (&task.task_definition.family, definition.name());
        let docker_name = format!("ecs-{family}-{}-{name}-{id}", task.revision);
        Self { definition, token: random_token(), docker_name }
    }

    /// What it depends on: that it uses another's name or volumes is a dependency, too.
    pub fn dependencies(&self) -> Vec<ContainerDependency> {
        let linked = self.definition.links.iter().map(|link| link.split(':').next().unwrap_or(link));
        let used = self.definition.volumes_from.iter().filter_map(|it| it.source_container.as_deref());
        let started = linked.chain(used).map(|name| ContainerDependency {
            container_name: name.to_owned(),
            condition: ContainerCondition::Start,
        });
        self.definition.depends_on.iter().cloned().chain(started).collect()
    }
}

fn read_overrides(task: &TaskToRun) -> Result<Overrides, String> {
    if task.overrides.is_null() {
        return Ok(Overrides::default());
    }
    Overrides::deserialize(&task.overrides).map_err(|error| format!("InternalError: overrides: {error}"))
}

/// `1024`, or `1 vCPU`, `2 GB`: units of which the large one has 1024.
fn units(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(amount) = text.parse() {
        return Some(amount);
    }
    let number: f64 = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ').parse().ok()?;
    // The rules have seen that it is a size that ECS takes: it fits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    Some((number * 1024.0).round() as u64)
}

/// 43 letters and digits.
pub(super) fn random_token() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(43).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_both_spellings() {
        for (text, amount) in
            [("1024", 1024), ("1 vCPU", 1024), (".5 vCPU", 512), ("2 GB", 2048), ("0.5GB", 512)]
        {
            assert_eq!(units(text), Some(amount), "{text}");
        }
        assert_eq!(units("much"), None);
    }
}
