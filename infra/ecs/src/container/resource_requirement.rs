//! GPUs and other devices of a container.

use crate::open_enum;
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

open_enum! {
    /// A kind of device.
    ///
    /// AWS: "ResourceRequirement", Amazon ECS API Reference.
    pub enum ResourceType {
        /// A GPU.
        Gpu = "GPU",
        /// Elastic Inference, which is gone.
        InferenceAccelerator = "InferenceAccelerator",
        /// AWS Trainium or Inferentia.
        NeuronDevice = "NeuronDevice",
    }
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
