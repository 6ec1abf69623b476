//! Tasks' containers: who starts them, and what they say of them.

pub mod docker;

use infra_ecs::TaskDefinition;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::mpsc;

/// A task to be started.
#[derive(Clone, Debug)]
pub struct TaskToRun {
    /// Its id: 32 hexadecimal digits.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The cluster's name.
    pub cluster: String,
    /// The cluster's ARN.
    pub cluster_arn: String,
    /// Such as `service:web`.
    pub group: String,
    /// What its containers are.
    pub task_definition: Arc<TaskDefinition>,
    /// The revision's number.
    pub revision: u32,
    /// `FARGATE` or `EC2`.
    pub launch_type: String,
    /// The availability zone.
    pub zone: String,
    /// RunTask's overrides as they came: `containerOverrides`, `cpu`, `memory`, `taskRoleArn`, `executionRoleArn`.
    pub overrides: Value,
    /// Whether ExecuteCommand may be used.
    pub enable_execute_command: bool,
}

/// What becomes known of a task.
#[derive(Clone, Debug)]
pub enum TaskNews {
    /// Its images are pulled and its containers made.
    Activating,
    /// Where it is in the network: known as soon as its first container is made.
    Address(IpAddr),
    /// A container is in another state.
    Container(ContainerState),
    /// All containers that have to run do.
    Running,
    /// Its essential containers' health checks have this result together; none have failed or passed yet at first.
    Health(HealthStatus),
    /// It has ended, and its containers are removed.
    Stopped {
        /// `EssentialContainerExited`, `TaskFailedToStart`, or what [`TaskRuntime::stop`] was given.
        stop_code: String,
        /// Why, in ECS's words.
        reason: String,
    },
}

/// A container of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerState {
    /// Its name in the task definition.
    pub name: String,
    /// Docker's id.
    pub runtime_id: Option<String>,
    /// `PENDING`, `RUNNING` or `STOPPED`.
    pub last_status: String,
    /// How its process ended; none if it never ran.
    pub exit_code: Option<i64>,
    /// Why it did not start, or was killed: `CannotPullContainerError: ...`, `OutOfMemoryError: ...`.
    pub reason: Option<String>,
    /// The image's digest.
    pub image_digest: Option<String>,
    /// Its own health check's result.
    pub health: HealthStatus,
    /// Where it is in the network: in mode `bridge` each container is somewhere else.
    pub address: Option<IpAddr>,
    /// Host ports by container port: `(container port, host port, protocol)`.
    pub ports: Vec<(u16, u16, String)>,
    /// When it started.
    pub started_at: Option<SystemTime>,
    /// When it ended.
    pub finished_at: Option<SystemTime>,
}

/// The result of health checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HealthStatus {
    /// There are none, or none has a result.
    #[default]
    Unknown,
    /// All pass.
    Healthy,
    /// One fails.
    Unhealthy,
}

impl HealthStatus {
    /// Of essential containers with health checks: one that fails counts, then one without a result.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html>
    pub fn of_all(results: &[Self]) -> Self {
        match () {
            () if results.contains(&Self::Unhealthy) => Self::Unhealthy,
            () if results.is_empty() || results.contains(&Self::Unknown) => Self::Unknown,
            () => Self::Healthy,
        }
    }
}

/// What a task uses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Of the CPU that the task has, or of one CPU where none is said; 1.0 is all.
    pub cpu: f64,
    /// Of the memory that it may have; 1.0 is all.
    pub memory: f64,
}

/// Starts and stops the containers of tasks.
#[async_trait::async_trait]
pub trait TaskRuntime: Send + Sync + 'static {
    /// Starts a task; what becomes of it is sent with its id, `Stopped` last.
    fn start(&self, task: TaskToRun, news: mpsc::UnboundedSender<(String, TaskNews)>);

    /// Stops a task: the stop signal, the stop timeout, then a kill. `Stopped` will have this code and reason.
    fn stop(&self, task: &str, stop_code: &str, reason: &str);

    /// What each running task uses now.
    async fn usage(&self) -> BTreeMap<String, Usage>;

    /// Stops all tasks at once: the local AWS ends.
    async fn stop_all(&self);
}
