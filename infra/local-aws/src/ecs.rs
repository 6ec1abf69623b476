//! ECS: its API, its state, and the actors of its services.

mod account_settings;
mod answer;
mod capacity_providers;
mod clusters;
mod fleet;
mod input;
mod instances;
mod managed_scaling;
mod operations;
mod page;
mod pattern;
mod placement;
mod query;
mod room;
mod run_task;
pub mod services;
mod start;
mod state;
mod tags;
mod task;
mod task_definitions;
mod task_json;
mod task_news;
mod tasks;
#[cfg(test)]
mod tests;
mod words;

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::emulator::Emulator;
use crate::load_balancer::{LoadBalancers, Target};
use crate::tasks::{TaskNews, TaskRuntime};
use serde_json::Value;
pub use services::Scalable;
use services::Services;
use state::State;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
pub use task_definitions::Revision;
use tokio::sync::mpsc;

/// Between two looks at the Auto Scaling groups.
const LOOK: Duration = Duration::from_secs(3);

/// ECS of the account.
pub struct Ecs {
    /// Whose it is.
    pub account: Account,
    /// Its clock.
    pub clock: Clock,
    /// Where secrets, parameters and Auto Scaling groups are.
    pub emulator: Emulator,
    /// Who sends requests to tasks.
    pub load_balancers: Arc<LoadBalancers>,
    /// Who runs containers.
    pub runtime: Arc<dyn TaskRuntime>,
    /// The services, each with its actor.
    pub services: Services,
    state: Mutex<State>,
}

/// A task that RunTask or a service wants.
#[derive(Clone, Debug)]
pub struct TaskRequest {
    /// Its id: 32 hexadecimal digits.
    pub id: String,
    /// The cluster's name.
    pub cluster: String,
    /// The task definition's ARN.
    pub task_definition: String,
    /// `FARGATE`, `EC2`, ...; none with a strategy.
    pub launch_type: Option<String>,
    /// The capacity provider that was chosen for this task.
    pub capacity_provider: Option<String>,
    /// As the request has it: `networkConfiguration`.
    pub network: Value,
    /// As the request has them: `placementConstraints`.
    pub placement_constraints: Value,
    /// As the request has it: `placementStrategy`.
    pub placement_strategy: Value,
    /// Such as `service:web` or `family:web`.
    pub group: String,
    /// Such as `ecs-svc/123`.
    pub started_by: Option<String>,
    /// RunTask's `overrides`.
    pub overrides: Value,
    /// `[{"key": ..., "value": ...}]`.
    pub tags: Value,
    /// Whether ExecuteCommand may be used.
    pub enable_execute_command: bool,
    /// The platform version; none on instances.
    pub platform_version: Option<String>,
    /// The zone that it has to be in.
    pub zone: Option<String>,
    /// The instance that it has to be on, by ARN.
    pub instance: Option<String>,
}

/// Where a task is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The availability zone.
    pub zone: String,
    /// The instance's ARN; none on Fargate.
    pub instance: Option<String>,
}

/// Why a task has no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotPlaced {
    /// RunTask's `failures`: `{"arn": ..., "reason": "RESOURCE:MEMORY", "detail": ...}`.
    pub failures: Vec<Value>,
    /// A service's event after `(service X) `: `was unable to place a task because ...`.
    pub event: String,
}

impl Ecs {
    /// An account without clusters.
    pub fn new(
        account: Account,
        clock: Clock,
        emulator: Emulator,
        load_balancers: Arc<LoadBalancers>,
        runtime: Arc<dyn TaskRuntime>,
    ) -> Arc<Self> {
        let (services, state) = (Services::default(), Mutex::default());
        Arc::new(Self { account, clock, emulator, load_balancers, runtime, services, state })
    }

    /// Looks at the Auto Scaling groups again and again: instances join and leave, tasks that wait get a place, groups get the
    /// size that managed scaling asks for.
    pub async fn run(self: Arc<Self>) {
        let mut silent = false;
        loop {
            let looked = self.refresh().await;
            if let (Err(error), false) = (&looked, silent) {
                eprintln!("container instances: {error}");
            }
            silent = looked.is_err();
            self.services.tell_daemons(&self);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// A call of the API: its operation and its JSON; the answer is JSON.
    ///
    /// # Errors
    /// What ECS refuses.
    pub async fn call(self: &Arc<Self>, operation: &str, body: Value) -> Result<Value, ApiError> {
        operations::call(self, operation, body).await
    }

    /// Places and starts a task; `news` gets all that becomes known of it, after DescribeTasks knows it.
    ///
    /// A task that waits for its capacity provider's group to grow is placed in no zone yet; [`Ecs::placed`] knows later.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn start_task(
        self: &Arc<Self>,
        request: TaskRequest,
        news: Option<mpsc::UnboundedSender<(String, TaskNews)>>,
    ) -> Result<Placed, NotPlaced> {
        start::start(self, request, news)
    }

    /// Has a task stopped.
    pub fn stop_task(&self, task: &str, stop_code: &str, reason: &str) {
        start::stop(self, task, stop_code, reason);
    }

    /// A task is going to be stopped as soon as its targets have drained: `DEACTIVATING`.
    pub fn deactivate(&self, task: &str, stop_code: &str, reason: &str) {
        if let Some(task) = self.lock().tasks.get_mut(task).filter(|task| task.is_alive()) {
            task.stopping("DEACTIVATING", stop_code, reason);
        }
    }

    /// Where a task is; none while it waits for capacity, and of a task that is not known.
    pub fn placed(&self, task: &str) -> Option<Placed> {
        self.lock().tasks.get(task)?.placed()
    }

    /// Where a task is registered as a target: its address or its instance, and the port for a container's port.
    pub fn target_of(&self, task: &str, container: &str, container_port: u16) -> Option<Target> {
        let state = self.lock();
        let task = state.tasks.get(task)?;
        if task.own_network() {
            return Some(Target { id: task.address?.to_string(), port: container_port });
        }
        let port = task.ports.iter().find(|it| it.container == container && it.port == container_port)?;
        let instance = state.instances.get(task.instance.as_deref()?)?;
        Some(Target { id: instance.ec2_id.clone(), port: port.host_port })
    }

    /// Where a target is reached from here.
    pub fn resolve(&self, target: &Target) -> Option<SocketAddr> {
        if let Ok(address) = target.id.parse() {
            return Some(SocketAddr::new(address, target.port));
        }
        let state = self.lock();
        let instance = state.instances.values().find(|it| it.ec2_id == target.id)?;
        let tasks = state.tasks.values().filter(|task| task.instance.as_ref() == Some(&instance.id));
        let mut ports = tasks
            .filter(|task| task.is_alive())
            .flat_map(|task| task.ports.iter().map(move |port| (port.host_port, task.address, port.port)));
        let (_, address, port) = ports.find(|(host_port, ..)| *host_port == target.port)?;
        Some(SocketAddr::new(address?, port))
    }

    /// No lock is held across an await: the guard is not `Send`.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
