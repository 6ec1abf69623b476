//! GPUs and other devices of a container.

use serde::{Deserialize, Serialize};

/// Devices that only this container uses. EC2 and Managed Instances have GPUs, Fargate has none.
///
/// AWS: "Amazon ECS task definitions for GPU workloads", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceRequirement {
    /// What is needed.
    #[serde(rename = "type")]
    pub resource_type: ResourceType,
    /// How many: a whole number, or `ALL`.
    pub value: Option<String>,
    /// How a GPU is shared with others; then there is no value.
    pub sharing_strategy: Option<SharingStrategy>,
}

/// A kind of device.
///
/// AWS: "ResourceRequirement", Amazon ECS API Reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResourceType {
    /// A GPU.
    #[serde(rename = "GPU")]
    Gpu,
    /// Elastic Inference, which is gone.
    InferenceAccelerator,
    /// AWS Trainium or Inferentia.
    NeuronDevice,
}

/// How a GPU is shared by several containers.
///
/// AWS: "ResourceRequirement", Amazon ECS API Reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SharingStrategy {
    /// By NVIDIA's Multi-Process Service.
    pub nvidia_mps: Option<NvidiaMpsAllocation>,
}

/// A part of a GPU.
///
/// AWS: "ResourceRequirement", Amazon ECS API Reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NvidiaMpsAllocation {
    /// MiB of the GPU's memory.
    pub memory: i32,
    /// Percent of its compute, 1 to 100.
    pub max_compute_percent: Option<i32>,
}
