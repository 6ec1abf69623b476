//! The order in which a task's containers start.

use crate::open_enum;
use serde::{Deserialize, Serialize};

/// A container that must be in a condition before this one starts; when the task stops, the order is reversed.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerDependency {
    /// The other container, of the same task.
    pub container_name: String,
    /// What it must have reached.
    pub condition: ContainerCondition,
}

open_enum! {
    /// What a container must have reached for those that depend on it.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html>
    pub enum ContainerCondition {
        /// It runs.
        Start = "START",
        /// It has ended, no matter how. Not for an essential container, whose end would stop the task.
        Complete = "COMPLETE",
        /// It has ended with exit code 0. Not for an essential container.
        Success = "SUCCESS",
        /// Its health check passes: it needs one.
        Healthy = "HEALTHY",
    }
}
