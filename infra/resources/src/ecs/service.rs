//! Services: a number of tasks kept running behind a load balancer.

use crate::ecs::cluster::CapacityProviderStrategyItem;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// A replica service behind one target group, deployed by rolling updates.
///
/// AWS: "Amazon ECS service definition parameters", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The service's name, unique within the cluster.
    pub name: String,
    /// The cluster's name.
    pub cluster_name: String,
    /// The cluster.
    pub cluster_arn: Output<String>,
    /// The revision that its tasks run.
    pub task_definition: Output<String>,
    /// How many tasks. Left out where somebody else, such as an autoscaler, decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desired_count: Option<i32>,
    /// Which capacity its tasks use.
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    /// Where its tasks live in the network.
    pub network: ServiceNetwork,
    /// Who sends it requests.
    pub load_balancer: ServiceLoadBalancer,
    /// Seconds at a task's start in which failed health checks of the load balancer do not count.
    pub health_check_grace_period_seconds: i32,
    /// How a new revision takes over.
    pub deployment: Deployment,
    /// `ENABLED`: ECS evens out tasks over availability zones.
    pub availability_zone_rebalancing: String,
}

/// The network of a service's tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceNetwork {
    /// The subnets, sorted.
    pub subnet_ids: Output<Vec<String>>,
    /// Who may connect to the tasks.
    pub security_group_ids: Vec<Output<String>>,
    /// Whether tasks get a public address; in a default VPC they can't pull images without one.
    pub assign_public_ip: bool,
}

/// The target group in which a service registers its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceLoadBalancer {
    /// The target group.
    pub target_group_arn: Output<String>,
    /// The container that requests go to.
    pub container_name: String,
    /// Its port.
    pub container_port: u16,
}

/// A rolling update's bounds, in percent of the desired count, and what happens when it fails.
///
/// AWS: "Deploy Amazon ECS services by replacing tasks", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// So many tasks keep running at least (rounded up).
    pub minimum_healthy_percent: i32,
    /// So many tasks run at most (rounded down).
    pub maximum_percent: i32,
    /// What happens when tasks of a new revision do not come up.
    pub circuit_breaker: CircuitBreaker,
}

/// Gives a deployment up whose tasks do not come up.
///
/// AWS: "How the Amazon ECS deployment circuit breaker detects failures", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CircuitBreaker {
    /// Whether a deployment is given up.
    pub enable: bool,
    /// Whether the last completed deployment is then restored.
    pub rollback: bool,
}

outputs! {
    /// What others refer to.
    ServiceOutputs {
        /// The service's ARN.
        arn: String,
    }
}

impl Resource for Service {
    const KIND: &'static str = "service";
    const FOUND_BY: &'static [&'static str] = &["name", "clusterName"];
    type Outputs = ServiceOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn normalise(&mut self) {
        self.capacity_provider_strategy.sort();
    }
}
