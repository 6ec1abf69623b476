//! ECS: its API, its state, and the actors of its services.

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::emulator::Emulator;
use crate::load_balancer::{LoadBalancers, Target};
use crate::tasks::{TaskNews, TaskRuntime};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::mpsc;

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
    /// A call of the API: its operation and its JSON; the answer is JSON.
    ///
    /// # Errors
    /// What ECS refuses.
    pub async fn call(self: &Arc<Self>, _operation: &str, _body: Value) -> Result<Value, ApiError> {
        Err(ApiError::new("InvalidAction", "not there yet"))
    }

    /// Places and starts a task; `news` gets all that becomes known of it, after DescribeTasks knows it.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn start_task(
        self: &Arc<Self>,
        _request: TaskRequest,
        _news: Option<mpsc::UnboundedSender<(String, TaskNews)>>,
    ) -> Result<Placed, NotPlaced> {
        Err(NotPlaced { failures: Vec::new(), event: "was unable to place a task.".to_owned() })
    }

    /// Has a task stopped.
    pub fn stop_task(&self, _task: &str, _stop_code: &str, _reason: &str) {}

    /// Where a task is registered as a target: its address or its instance, and the port for a container's port.
    pub fn target_of(&self, _task: &str, _container: &str, _container_port: u16) -> Option<Target> {
        None
    }

    /// Where a target is reached from here.
    pub fn resolve(&self, _target: &Target) -> Option<SocketAddr> {
        None
    }

    /// What stands for a service in Application Auto Scaling.
    pub fn scalable(&self, _cluster: &str, _service: &str) -> Option<Scalable> {
        None
    }

    /// Sets a service's desired count.
    ///
    /// # Errors
    /// There is no such service.
    pub fn set_desired_count(&self, _cluster: &str, _service: &str, _count: u32) -> Result<(), ApiError> {
        Ok(())
    }
}

/// A service as the autoscaler sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalable {
    /// How many tasks it is to have.
    pub desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// Whether a deployment is under way: no scale-in then.
    pub deploying: bool,
    /// The ids of its running tasks.
    pub tasks: Vec<String>,
    /// The ARNs of its target groups.
    pub target_groups: Vec<String>,
}
