//! One-off tasks, in the words of ECS's own JSON.

use crate::capacity::CapacityProviderStrategyItem;
use crate::container::{EnvironmentFile, KeyValue, ResourceRequirement};
use crate::service::{
    LaunchType, ManagedEbsVolume, NetworkConfiguration, PlacementConstraint, PlacementStrategy, PropagateTags,
};
use crate::tag::Tag;
use crate::task_definition::EphemeralStorage;
use infra_engine::Output;
use serde::{Deserialize, Serialize};

/// Starts tasks that no service keeps running.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunTaskRequest {
    /// The cluster.
    pub cluster: Option<Output<String>>,
    /// The revision to run.
    pub task_definition: Option<Output<String>>,
    /// How many, 1 to 10.
    pub count: Option<i32>,
    /// Where; not together with a strategy.
    pub launch_type: Option<LaunchType>,
    /// Which capacity providers run which share.
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// The version of Fargate.
    pub platform_version: Option<String>,
    /// Where the tasks live in the network, with awsvpc.
    pub network_configuration: Option<NetworkConfiguration>,
    /// Which instances may run them.
    pub placement_constraints: Vec<PlacementConstraint>,
    /// Which of these instances are taken first.
    pub placement_strategy: Vec<PlacementStrategy>,
    /// What is different from the task definition.
    pub overrides: Option<TaskOverride>,
    /// A name for tasks that belong together.
    pub group: Option<String>,
    /// Who started them.
    pub started_by: Option<String>,
    /// A token by which ECS knows a repeated call.
    pub client_token: Option<String>,
    /// Whether a shell may be opened in their containers.
    pub enable_execute_command: Option<bool>,
    /// Whether they get tags with the cluster's name.
    #[serde(rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: Option<bool>,
    /// Whose tags they get: the task definition's or none.
    pub propagate_tags: Option<PropagateTags>,
    /// The volumes that the task definition leaves to be configured at launch.
    pub volume_configurations: Vec<TaskVolume>,
    /// A word of one's own for the run.
    pub reference_id: Option<String>,
    /// Tags of their own.
    pub tags: Vec<Tag>,
}

/// The volume behind a name that the task definition leaves to be configured at launch.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskVolumeConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskVolume {
    /// The volume's name in the task definition.
    pub name: String,
    /// The disk.
    #[serde(rename = "managedEBSVolume")]
    pub managed_ebs_volume: Option<TaskEbsVolume>,
}

/// A disk of a task that no service keeps running: unlike a service's, it can stay when the task ends.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskManagedEBSVolumeConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskEbsVolume {
    /// The disk.
    #[serde(flatten)]
    pub disk: ManagedEbsVolume,
    /// Whether it goes when the task ends: it does if left out.
    pub termination_policy: Option<EbsTerminationPolicy>,
}

/// Whether a disk goes with its task.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskManagedEBSVolumeTerminationPolicy.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EbsTerminationPolicy {
    /// It goes, or stays and costs.
    pub delete_on_termination: bool,
}

/// What is different from the task definition for one run.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskOverride {
    /// Of the containers.
    pub container_overrides: Vec<ContainerOverride>,
    /// CPU of the task.
    pub cpu: Option<String>,
    /// Memory of the task.
    pub memory: Option<String>,
    /// The app's rights.
    pub task_role_arn: Option<Output<String>>,
    /// ECS's rights.
    pub execution_role_arn: Option<Output<String>>,
    /// The disk.
    pub ephemeral_storage: Option<EphemeralStorage>,
}

/// What is different of a container for one run.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerOverride {
    /// Which container.
    pub name: Option<String>,
    /// Its command.
    pub command: Vec<String>,
    /// More environment variables.
    pub environment: Vec<KeyValue>,
    /// More files of them.
    pub environment_files: Vec<EnvironmentFile>,
    /// Its CPU.
    pub cpu: Option<i32>,
    /// Its hard limit.
    pub memory: Option<i32>,
    /// Its soft limit.
    pub memory_reservation: Option<i32>,
    /// Its devices.
    pub resource_requirements: Vec<ResourceRequirement>,
}

impl TaskOverride {
    /// Adds to what is different of a container.
    pub fn merge(&mut self, change: ContainerOverride) {
        match self.container_overrides.iter_mut().find(|it| it.name == change.name) {
            Some(container) => {
                if !change.command.is_empty() {
                    container.command = change.command;
                }
                container.environment.extend(change.environment);
                container.environment_files.extend(change.environment_files);
                container.resource_requirements.extend(change.resource_requirements);
                container.cpu = change.cpu.or(container.cpu);
                container.memory = change.memory.or(container.memory);
                container.memory_reservation = change.memory_reservation.or(container.memory_reservation);
            }
            None => self.container_overrides.push(change),
        }
    }
}
