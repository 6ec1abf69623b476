//! Container definitions: what runs in a task.

pub mod dependency;
pub mod environment;
pub mod health_check;
pub mod linux_parameters;
pub mod logging;
pub mod port_mapping;
pub mod resource_requirement;
pub mod restart_policy;
pub mod storage;

pub use dependency::{ContainerCondition, ContainerDependency};
pub use environment::{EnvironmentFile, EnvironmentFileType, KeyValue, RepositoryCredentials, Secret};
pub use health_check::HealthCheck;
pub use linux_parameters::{
    Device, DevicePermission, HostEntry, KernelCapabilities, LinuxParameters, SystemControl, Tmpfs, Ulimit,
    UlimitName,
};
pub use logging::{FirelensConfiguration, FirelensType, LogConfiguration, LogDriver};
pub use port_mapping::{ApplicationProtocol, PortMapping};
pub use resource_requirement::{NvidiaMpsAllocation, ResourceRequirement, ResourceType, SharingStrategy};
pub use restart_policy::RestartPolicy;
pub use storage::{MountPoint, VolumeFrom};

use crate::open_enum;
use crate::unknown_members::UnknownMembers;
use infra_engine::Output;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A container of a task definition, in the words of ECS's JSON.
///
/// Programs write a [`Container`](crate::Container), which offers only what its launch type and network mode have.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerDefinition {
    /// The container's name, unique within the task.
    pub name: Option<String>,
    /// The image, by digest where it is ours.
    pub image: Option<Output<String>>,
    /// The secret that holds user and password of a private registry other than ECR.
    pub repository_credentials: Option<RepositoryCredentials>,
    /// Its part of the task's CPU, in units of a 1024th vCPU; all parts together at most the task's.
    pub cpu: Option<i32>,
    /// MiB at which the container is killed (hard limit).
    pub memory: Option<i32>,
    /// MiB that are kept free for it (soft limit), at most the hard one.
    pub memory_reservation: Option<i32>,
    /// Containers it finds by name. Only in network mode `bridge`; elsewhere they share `localhost` or a network.
    pub links: Vec<String>,
    /// The ports it listens on.
    pub port_mappings: Vec<PortMapping>,
    /// Whether the task stops when this container does. Left out it is true: for every container, not just the first.
    pub essential: Option<bool>,
    /// Whether ECS starts it again when it ends, without a new task.
    pub restart_policy: Option<RestartPolicy>,
    /// Replaces the image's entry point.
    pub entry_point: Vec<String>,
    /// Replaces the image's command.
    pub command: Vec<String>,
    /// Environment variables. Whoever may describe the task sees them: no secrets here.
    pub environment: Vec<KeyValue>,
    /// Files in S3 with more of them.
    pub environment_files: Vec<EnvironmentFile>,
    /// Volumes it sees.
    pub mount_points: Vec<MountPoint>,
    /// Containers whose volumes it sees, too.
    pub volumes_from: Vec<VolumeFrom>,
    /// Settings of the Linux kernel for it.
    pub linux_parameters: Option<LinuxParameters>,
    /// Environment variables whose values come from Secrets Manager or SSM when the task starts.
    pub secrets: Vec<Secret>,
    /// Containers that must have started, be healthy or have ended before it starts.
    pub depends_on: Vec<ContainerDependency>,
    /// Seconds to wait for what it depends on.
    pub start_timeout: Option<i32>,
    /// Seconds between SIGTERM and SIGKILL: 30 if left out, at most 120 on Fargate.
    pub stop_timeout: Option<i32>,
    /// Whether ECS resolves the image's tag to a digest once for all tasks of a service.
    pub version_consistency: Option<VersionConsistency>,
    /// Its host name. Not in network mode `awsvpc`.
    pub hostname: Option<String>,
    /// The user it runs as: `user`, `user:group` or numbers.
    pub user: Option<String>,
    /// The directory in which the command runs.
    pub working_directory: Option<String>,
    /// Whether it has no network at all. Not in network mode `awsvpc`.
    pub disable_networking: Option<bool>,
    /// Whether it has root's power over the instance. Not on Fargate.
    pub privileged: Option<bool>,
    /// Whether it can't write to its root file system: what an attacker drops there does not stay.
    pub readonly_root_filesystem: Option<bool>,
    /// DNS servers. Not in network mode `awsvpc`.
    pub dns_servers: Vec<String>,
    /// Domains that are appended to short names. Not in network mode `awsvpc`.
    pub dns_search_domains: Vec<String>,
    /// Lines for `/etc/hosts`. Not in network mode `awsvpc`.
    pub extra_hosts: Vec<HostEntry>,
    /// SELinux and AppArmor labels. Not on Fargate.
    pub docker_security_options: Vec<String>,
    /// Whether standard input is open.
    pub interactive: Option<bool>,
    /// Whether it has a terminal.
    pub pseudo_terminal: Option<bool>,
    /// Labels of the container.
    pub docker_labels: BTreeMap<String, String>,
    /// Limits of its processes, such as the number of open files.
    pub ulimits: Vec<Ulimit>,
    /// Where its output goes.
    pub log_configuration: Option<LogConfiguration>,
    /// How ECS checks that it is well.
    pub health_check: Option<HealthCheck>,
    /// Kernel parameters, as `docker run --sysctl` takes them.
    pub system_controls: Vec<SystemControl>,
    /// GPUs and other devices.
    pub resource_requirements: Vec<ResourceRequirement>,
    /// That this container routes the logs of others.
    pub firelens_configuration: Option<FirelensConfiguration>,
    /// Active Directory credentials of a Windows or Linux container.
    pub credential_specs: Vec<String>,
    /// Members that this version does not know.
    #[serde(flatten, skip_deserializing)]
    pub unknown: UnknownMembers,
}

open_enum! {
    /// Whether ECS resolves an image's tag to a digest once for all tasks of a service.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability>
    pub enum VersionConsistency {
        /// All tasks run the same image, also when the tag moves. The default.
        Enabled = "enabled",
        /// Each task pulls what the tag means when it starts.
        Disabled = "disabled",
    }
}

impl ContainerDefinition {
    /// The name, empty where none is given.
    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// Whether the task stops when this container does.
    pub fn is_essential(&self) -> bool {
        self.essential.unwrap_or(true)
    }
}
