//! GPUs and other devices of a container.

use crate::open_enum;
use serde::{Deserialize, Serialize};

/// Devices that only this container uses. EC2 and Managed Instances have GPUs, Fargate has none.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html>
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
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html>
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
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SharingStrategy {
    /// By NVIDIA's Multi-Process Service.
    pub nvidia_mps: Option<NvidiaMpsAllocation>,
}

/// A part of a GPU.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NvidiaMpsAllocation {
    /// MiB of the GPU's memory.
    pub memory: i32,
    /// Percent of its compute, 1 to 100.
    pub max_compute_percent: Option<i32>,
}
