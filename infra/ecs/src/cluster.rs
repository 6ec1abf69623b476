//! ECS clusters and the capacity they can use.

use crate::capacity::CapacityProviderStrategyItem;
use crate::open_enum;
use infra_engine::outputs;
use serde::{Deserialize, Serialize};

/// A cluster: the group of capacity in which tasks and services run.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The cluster's name.
    pub name: String,
    /// What CloudWatch Container Insights collects.
    pub container_insights: ContainerInsights,
    /// The capacity providers of AWS's own that its services may use, sorted; those of one's own are attached to it
    /// ([`ClusterCapacity`](crate::ClusterCapacity)).
    pub capacity_providers: Vec<String>,
    /// Which of them a service uses that does not choose.
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
}

open_enum! {
    /// Which metrics CloudWatch Container Insights collects. All but none cost extra.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html>
    pub enum ContainerInsights {
        /// None.
        Disabled = "disabled",
        /// Those of the cluster and its services.
        Enabled = "enabled",
        /// Those of tasks and containers, too.
        Enhanced = "enhanced",
    }
}

outputs! {
    /// What others refer to.
    ClusterOutputs {
        /// The cluster's ARN.
        arn: String,
    }
}
