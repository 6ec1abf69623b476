//! What is known of a task, of a target, and of what they should be.

use serde::Serialize;
use std::time::Duration;

/// A task that stopped, as DescribeTasks reports it, with the end of its log.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct StoppedTask {
    /// The last part of its ARN.
    pub id: String,
    /// Such as `EssentialContainerExited`.
    pub stop_code: Option<String>,
    /// In ECS's words.
    pub stopped_reason: Option<String>,
    /// All of them.
    pub containers: Vec<StoppedContainer>,
    /// The last lines of its containers, the newest at the end.
    pub log: Vec<String>,
    /// From running to stopping. None: it never ran.
    pub ran_for: Option<Duration>,
}

/// A container of a task that stopped.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Container.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoppedContainer {
    /// Its name in the task definition.
    pub name: String,
    /// None: it never ran.
    pub exit_code: Option<i32>,
    /// Why it did not start, or was killed.
    pub reason: Option<String>,
    /// What its own health check said last: `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health_status: Option<String>,
}

/// A target that is not healthy, as DescribeTargetHealth reports it.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct UnhealthyTarget {
    /// An address or an instance.
    pub id: String,
    /// Where it is to listen.
    pub port: Option<i32>,
    /// Such as `unhealthy`.
    pub state: String,
    /// Such as `Target.Timeout`.
    pub reason: Option<String>,
    /// Such as `Request timed out`.
    pub description: Option<String>,
    /// What its task's own health check says, where that is known.
    pub health_status: Option<String>,
    /// The last lines of its task, where they are known.
    pub log: Vec<String>,
}

/// What the service's revision asks for, to be named in the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The image of the container that serves.
    pub image: Option<String>,
    /// What it has to be built for: `X86_64` or `ARM64`.
    pub processor: Option<String>,
    /// The container's.
    pub port: Option<i32>,
    /// What the load balancer asks for.
    pub health_check_path: Option<String>,
    /// Its name or ARN: with it ECS pulls the image and reads secrets.
    pub execution_role: Option<String>,
    /// Its name or ARN: with it the containers work.
    pub task_role: Option<String>,
    /// Where the containers' output goes.
    pub log_group: Option<String>,
    /// The limit above which the kernel kills.
    pub memory_mib: Option<i64>,
}
