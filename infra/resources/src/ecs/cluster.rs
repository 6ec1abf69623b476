//! ECS clusters and the capacity they can use.

use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};

/// A cluster: the group of capacity in which tasks and services run.
///
/// AWS: "Amazon ECS clusters", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// The cluster's name.
    pub name: String,
    /// Whether CloudWatch Container Insights collects metrics (it costs extra).
    pub container_insights: bool,
    /// The capacity providers that its services may use, sorted.
    pub capacity_providers: Vec<String>,
    /// Which of them a service uses that does not choose.
    pub default_capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
}

/// A capacity provider's share of the tasks.
///
/// AWS: "CapacityProviderStrategyItem", Amazon ECS API Reference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CapacityProviderStrategyItem {
    /// `FARGATE`, `FARGATE_SPOT` or the name of an Auto Scaling group provider.
    pub capacity_provider: String,
    /// How many tasks it gets before weights count.
    pub base: i32,
    /// Its share of the others, relative to the other weights.
    pub weight: i32,
}

impl CapacityProviderStrategyItem {
    /// All tasks on Fargate.
    pub fn fargate() -> Self {
        Self { capacity_provider: "FARGATE".to_owned(), base: 0, weight: 1 }
    }
}

outputs! {
    /// What others refer to.
    ClusterOutputs {
        /// The cluster's ARN.
        arn: String,
    }
}

impl Resource for Cluster {
    const KIND: &'static str = "cluster";
    type Outputs = ClusterOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn normalise(&mut self) {
        self.capacity_providers.sort();
        self.default_capacity_provider_strategy.sort();
    }
}
