//! The ECS cluster and the capacity its services can use.

use crate::names::Names;
use crate::settings::ClusterSettings;
use infra_engine::Stack;
use infra_resources::Cluster;
use infra_resources::ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_resources::ecs::{CapacityProviderStrategyItem, ClusterRef};

/// A cluster with Fargate and Fargate Spot; what does not choose runs on Fargate.
pub fn cluster(stack: &mut Stack, names: &Names, settings: &ClusterSettings) -> ClusterRef {
    let cluster = stack.add(
        "main",
        Cluster {
            name: names.cluster.clone(),
            container_insights: settings.container_insights,
            capacity_providers: vec![FARGATE.to_owned(), FARGATE_SPOT.to_owned()],
            default_capacity_provider_strategy: vec![CapacityProviderStrategyItem::fargate()],
        },
    );
    ClusterRef { name: names.cluster.clone(), arn: cluster.arn.clone() }
}
