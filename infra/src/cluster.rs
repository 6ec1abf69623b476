//! The ECS cluster and the capacity its services can use.

use crate::names::Names;
use crate::settings::ClusterSettings;
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_ecs::cluster::ContainerInsights;
use infra_ecs::{CapacityProviderStrategyItem, ClusterRef};
use infra_engine::{Resource, ResourceId, Stack};
use infra_resources::Cluster;

const LOGICAL_NAME: &str = "main";

/// The cluster's address in the stack.
pub fn cluster_id() -> ResourceId {
    ResourceId::new(Cluster::KIND, LOGICAL_NAME)
}

/// A cluster with Fargate and Fargate Spot; what does not choose runs on Fargate.
pub fn cluster(stack: &mut Stack, names: &Names, settings: &ClusterSettings) -> ClusterRef {
    let cluster = stack.add(
        LOGICAL_NAME,
        Cluster {
            name: names.cluster.clone(),
            container_insights: match settings.container_insights {
                true => ContainerInsights::Enabled,
                false => ContainerInsights::Disabled,
            },
            capacity_providers: vec![FARGATE.to_owned(), FARGATE_SPOT.to_owned()],
            default_capacity_provider_strategy: vec![CapacityProviderStrategyItem::fargate()],
        },
    );
    ClusterRef { name: names.cluster.clone(), arn: cluster.arn.clone() }
}
