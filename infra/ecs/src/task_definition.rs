//! Task definitions: the blueprint of a task, in the words of ECS's own JSON.

pub(crate) mod normalise;
pub mod placement_constraint;
pub mod proxy_configuration;
pub mod runtime_platform;
pub mod volume;

use crate::container::ContainerDefinition;
use crate::open_enum;
use crate::tag::Tag;
use crate::unknown_members::{UnknownMembers, asked};
use infra_engine::{Output, outputs};
use placement_constraint::TaskPlacementConstraint;
use proxy_configuration::ProxyConfiguration;
use runtime_platform::RuntimePlatform;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use volume::Volume;

/// A family of task definitions; what is desired is its newest revision.
///
/// This is the form that ECS takes and that `cargo xtask check` reads: anything can be written in it, also what ECS
/// refuses; the rules in [`crate::rules`] find that. Programs write a [`Task`](crate::Task) instead, which
/// knows its launch type and network mode, so that most mistakes do not compile.
///
/// Revisions can't change: an update registers a new one, an unchanged definition gets none.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html> and
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html>;
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskDefinition {
    /// The family's name: revisions are `family:1`, `family:2`, ...
    pub family: String,
    /// Where the task may run; ECS checks the definition against what these allow. Empty: ECS finds out what fits.
    pub requires_compatibilities: Vec<Compatibility>,
    /// How containers are connected to the network; left out, it is `bridge` on Linux and NAT on Windows.
    pub network_mode: Option<NetworkMode>,
    /// CPU of the whole task: units (`"1024"`) or `"1 vCPU"`. Fargate needs it.
    pub cpu: Option<String>,
    /// Memory of the whole task: MiB (`"2048"`) or `"2 GB"`. Fargate needs it.
    pub memory: Option<String>,
    /// Operating system and processor architecture.
    pub runtime_platform: Option<RuntimePlatform>,
    /// Whose rights ECS itself uses to start the task: pull the image, write logs, read secrets.
    pub execution_role_arn: Option<Output<String>>,
    /// Whose rights the app in the containers has.
    pub task_role_arn: Option<Output<String>>,
    /// What runs in it: 1 to 10 containers.
    pub container_definitions: Vec<ContainerDefinition>,
    /// Storage that its containers can mount.
    pub volumes: Vec<Volume>,
    /// Which container instances may run it. Not on Fargate, which has none to choose from.
    pub placement_constraints: Vec<TaskPlacementConstraint>,
    /// Disk of a Fargate task beyond the 20 GiB it has anyway.
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// Whose processes the containers see.
    pub pid_mode: Option<PidMode>,
    /// With whom the containers share memory segments, semaphores and queues.
    pub ipc_mode: Option<IpcMode>,
    /// A proxy that all traffic goes through; AWS App Mesh's, which has ended.
    pub proxy_configuration: Option<ProxyConfiguration>,
    /// Elastic Inference, which is gone: ECS refuses it.
    pub inference_accelerators: Vec<InferenceAccelerator>,
    /// Whether AWS Fault Injection Service may disturb the task.
    pub enable_fault_injection: Option<bool>,
    /// Isolation of a task on ECS Managed Instances.
    pub trusted_execution_configuration: Option<TrustedExecutionConfiguration>,
    /// Tags of its own, beside those of the stack.
    pub tags: Vec<Tag>,
    /// Members that this version does not know.
    #[serde(flatten, skip_deserializing)]
    pub unknown: UnknownMembers,
}

open_enum! {
    /// Where a task may run: `requiresCompatibilities`.
    ///
    /// **Fargate** has no servers to look after, and therefore nothing that belongs to a server: no network mode but
    /// `awsvpc`, no placement constraints, no privileged containers. **EC2** runs tasks on instances of your own.
    /// **External** are your own servers anywhere (ECS Anywhere), **Managed Instances** are EC2 instances that ECS keeps.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/capacity-launch-type-comparison.html>
    pub enum Compatibility {
        /// Instances of your own Auto Scaling group.
        Ec2 = "EC2",
        /// Capacity without instances.
        Fargate = "FARGATE",
        /// Servers of your own (ECS Anywhere).
        External = "EXTERNAL",
        /// EC2 instances that ECS starts, patches and stops.
        ManagedInstances = "MANAGED_INSTANCES",
    }
}

open_enum! {
    /// How a task's containers are connected to the network.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html>.
    /// The tutorial's "Default" is no value of the API: it means leaving the member out.
    pub enum NetworkMode {
        /// Docker's virtual network within an instance: host ports are fixed or picked from the dynamic range.
        Bridge = "bridge",
        /// The instance's own network: one task per port and instance.
        Host = "host",
        /// A network interface and a private address for each task, with security groups of its own. Fargate's only mode.
        Awsvpc = "awsvpc",
        /// No network at all.
        None = "none",
    }
}

open_enum! {
    /// Whose processes the containers of a task see.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
    /// (`pidMode`).
    pub enum PidMode {
        /// Those of the whole instance. Not on Fargate.
        Host = "host",
        /// Those of all containers of the task.
        Task = "task",
    }
}

open_enum! {
    /// With whom the containers of a task share interprocess communication. Not on Fargate.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
    /// (`ipcMode`).
    pub enum IpcMode {
        /// With the instance, and every task there that does the same.
        Host = "host",
        /// With the other containers of the task.
        Task = "task",
        /// With nobody.
        None = "none",
    }
}

/// The disk of a Fargate task: its images, its containers' writable layers and its bind mounts.
///
/// Every task has 20 GiB without asking; 21 to 200 GiB can be asked for. Recreated when the task stops.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralStorage {
    /// The whole size, not what is added.
    #[serde(rename = "sizeInGiB")]
    pub size_in_gib: i32,
}

/// A device of Elastic Inference, a service that has ended.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_InferenceAccelerator.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InferenceAccelerator {
    /// The device's name.
    pub device_name: String,
    /// Its type.
    pub device_type: String,
}

/// How strongly a task on ECS Managed Instances is kept apart from others.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TrustedExecutionConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedExecutionConfiguration {
    /// Shared, or in a sandbox of its own.
    pub isolation_mode: IsolationMode,
    /// What must be proven of the sandbox.
    pub attestation_policy: Option<String>,
}

open_enum! {
    /// The isolation of a task on ECS Managed Instances.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TrustedExecutionConfiguration.html>
    pub enum IsolationMode {
        /// As other tasks.
        Shared = "SHARED",
        /// In a sandbox.
        IsolatedSandbox = "ISOLATED_SANDBOX",
        /// In a sandbox whose memory nobody else can read.
        ConfidentialSandbox = "CONFIDENTIAL_SANDBOX",
    }
}

impl TaskDefinition {
    /// Whether the definition must fit Fargate.
    pub fn on_fargate(&self) -> bool {
        self.requires_compatibilities.contains(&Compatibility::Fargate)
    }
}

outputs! {
    /// What others refer to.
    TaskDefinitionOutputs {
        /// The ARN of the newest revision.
        arn: String,
    }
}

impl TaskDefinition {
    /// Takes over, of the live revision that this was read from, the members that this version does not know and that are
    /// desired.
    pub fn take_unknown(&mut self, live: &Value, desired: &Self) {
        self.unknown = asked(live, &desired.unknown);
        let containers = live["containerDefinitions"].as_array().into_iter().flatten();
        for (container, live) in self.container_definitions.iter_mut().zip(containers) {
            let same = desired.container_definitions.iter().find(|desired| desired.name == container.name);
            container.unknown = same.map(|desired| asked(live, &desired.unknown)).unwrap_or_default();
        }
    }
}
