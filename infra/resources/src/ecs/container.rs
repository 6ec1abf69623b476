//! Container definitions: what runs in a task.

use infra_engine::Output;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A container of a task definition, in the words of ECS's JSON.
///
/// AWS: "ContainerDefinition", Amazon ECS API Reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerDefinition {
    /// The container's name, unique within the task.
    pub name: String,
    /// The image, by digest where it is ours.
    pub image: Output<String>,
    /// Whether the task stops when this container does.
    pub essential: bool,
    /// The ports it listens on.
    pub port_mappings: Vec<PortMapping>,
    /// Environment variables, sorted by name.
    pub environment: Vec<KeyValue>,
    /// Where its output goes.
    pub log_configuration: LogConfiguration,
    /// How ECS checks that it is well.
    pub health_check: ContainerHealthCheck,
    /// Whether it can't write to its root file system.
    pub readonly_root_filesystem: bool,
    /// Volumes it sees.
    pub mount_points: Vec<MountPoint>,
    /// Kernel parameters of its network namespace.
    pub system_controls: Vec<SystemControl>,
    /// Seconds between SIGTERM and SIGKILL, at most 120 on Fargate.
    pub stop_timeout: i32,
}

/// A port of a container. With awsvpc the task has its own address, so there is no host port to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PortMapping {
    /// The port the container listens on.
    pub container_port: u16,
}

/// An environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyValue {
    /// The variable.
    pub name: String,
    /// Its value; never a secret, which belongs into `secrets`.
    pub value: Output<String>,
}

impl KeyValue {
    /// A variable with a value.
    pub fn new(name: &str, value: impl Into<Output<String>>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

/// The log driver and its options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogConfiguration {
    /// `awslogs` sends standard output and error to CloudWatch Logs.
    pub log_driver: String,
    /// The driver's options.
    pub options: BTreeMap<String, Output<String>>,
}

impl LogConfiguration {
    /// CloudWatch Logs, in this group.
    ///
    /// AWS: "Send Amazon ECS logs to CloudWatch", Amazon ECS Developer Guide.
    pub fn awslogs(group: Output<String>, region: &str, stream_prefix: &str) -> Self {
        let options = [
            ("awslogs-group", group),
            ("awslogs-region", region.into()),
            ("awslogs-stream-prefix", stream_prefix.into()),
        ];
        Self {
            log_driver: "awslogs".to_owned(),
            options: options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        }
    }
}

/// A command that ECS runs in the container to see whether it is well.
///
/// AWS: "HealthCheck", Amazon ECS API Reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerHealthCheck {
    /// `CMD` and its arguments, or `CMD-SHELL` and a line for the shell.
    pub command: Vec<String>,
    /// Seconds between checks, 5 to 300.
    pub interval: i32,
    /// Seconds a check may take, 2 to 60.
    pub timeout: i32,
    /// Failures before the container counts as unhealthy, 1 to 10.
    pub retries: i32,
    /// Seconds at the start in which failures do not count, 0 to 300.
    pub start_period: i32,
}

/// Where a container sees a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MountPoint {
    /// The volume's name.
    pub source_volume: String,
    /// The path in the container.
    pub container_path: String,
    /// Whether the container can't write to it.
    pub read_only: bool,
}

/// A kernel parameter, as `docker run --sysctl` takes it.
///
/// AWS: "SystemControl", Amazon ECS API Reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SystemControl {
    /// The parameter.
    pub namespace: String,
    /// Its value.
    pub value: String,
}

impl SystemControl {
    /// Lets users other than root listen on port 80: Docker does so by default, Fargate does not.
    pub fn unprivileged_ports() -> Self {
        Self { namespace: "net.ipv4.ip_unprivileged_port_start".to_owned(), value: "0".to_owned() }
    }
}
