//! Capacity providers of one's own: Auto Scaling groups that ECS makes larger and smaller.

use crate::task_definition::volume::Switch;
use infra_engine::{Output, outputs};
use serde::{Deserialize, Serialize};

/// An Auto Scaling group as a capacity provider, in the words of ECS's JSON.
///
/// Use it to run tasks on instances without counting these yourself: managed scaling starts instances for tasks that
/// wait and ends those that are empty.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityProvider {
    /// Its name; not beginning aws, ecs or fargate.
    pub name: String,
    /// The group.
    pub auto_scaling_group_arn: Output<String>,
    /// Whether the group protects its instances from being scaled in, which termination protection needs; not sent to
    /// ECS.
    pub scale_in_protection: bool,
    /// Who makes the group larger and smaller.
    pub managed_scaling: Option<ManagedScaling>,
    /// Whether instances with tasks are kept.
    pub managed_termination_protection: Option<Switch>,
    /// Whether tasks are moved away before an instance ends.
    pub managed_draining: Option<Switch>,
}

outputs! {
    /// What others refer to.
    CapacityProviderOutputs {
        /// Its ARN.
        arn: String,
    }
}

/// How ECS makes a group larger and smaller.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedScaling.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManagedScaling {
    /// Whether it does.
    pub status: Option<Switch>,
    /// Percent of the instances that shall be in use, 1 to 100; below 100 some are kept ready.
    pub target_capacity: Option<i32>,
    /// So many instances at least in a step, 1 to 10000.
    pub minimum_scaling_step_size: Option<i32>,
    /// So many instances at most in a step, 1 to 10000, not fewer than at least.
    pub maximum_scaling_step_size: Option<i32>,
    /// Seconds until a new instance counts, 0 to 10000.
    pub instance_warmup_period: Option<i32>,
}
