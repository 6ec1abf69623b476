//! Task definitions: the blueprint of a task.

use crate::ecs::container::ContainerDefinition;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// A family of task definitions; what is desired is its newest revision.
///
/// Revisions can't change: an update registers a new one, an unchanged definition gets none.
///
/// AWS: "Amazon ECS task definition parameters", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaskDefinition {
    /// The family's name.
    pub family: String,
    /// Where the task may run: `FARGATE`.
    pub requires_compatibilities: Vec<String>,
    /// `awsvpc`: each task has a network interface of its own. Fargate knows no other.
    pub network_mode: String,
    /// CPU units of the whole task.
    pub cpu: String,
    /// MiB of memory of the whole task.
    pub memory: String,
    /// Operating system and processor architecture.
    pub runtime_platform: RuntimePlatform,
    /// Whose rights ECS uses to pull the image and to write logs.
    pub execution_role_arn: Output<String>,
    /// Whose rights the app itself has.
    pub task_role_arn: Output<String>,
    /// What runs in it.
    pub container_definitions: Vec<ContainerDefinition>,
    /// Storage that its containers can mount; it lives and dies with the task.
    pub volumes: Vec<Volume>,
}

/// Operating system and processor architecture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimePlatform {
    /// `LINUX`.
    pub operating_system_family: String,
    /// `X86_64` or `ARM64`.
    pub cpu_architecture: String,
}

impl RuntimePlatform {
    /// Linux on x86-64.
    pub fn linux_x86_64() -> Self {
        Self { operating_system_family: "LINUX".to_owned(), cpu_architecture: "X86_64".to_owned() }
    }
}

/// A bind mount: an empty directory on the task's ephemeral storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// The name by which containers mount it.
    pub name: String,
}

outputs! {
    /// What others refer to.
    TaskDefinitionOutputs {
        /// The ARN of the newest revision.
        arn: String,
    }
}

impl Resource for TaskDefinition {
    const KIND: &'static str = "task-definition";
    const FOUND_BY: &'static [&'static str] = &["family"];
    const OUTPUTS_OF_UPDATE: &'static [&'static str] = &["arn"];
    type Outputs = TaskDefinitionOutputs;

    fn physical_name(&self) -> String {
        self.family.clone()
    }

    fn normalise(&mut self) {
        for container in &mut self.container_definitions {
            container.environment.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }
}
