//! The services: two tasks of each app behind the load balancer.

use crate::load_balancing::Backend;
use crate::names::AppNames;
use crate::network::Network;
use crate::settings::AppSettings;
use crate::task::CONTAINER;
use infra_engine::Stack;
use infra_resources::ecs::service::{AwsvpcConfiguration, PropagateTags};
use infra_resources::ecs::task_definition::volume::Switch;
use infra_resources::ecs::{
    CapacityOf, ClusterRef, Deployment, Fargate, FargateProvider, LoadBalanced, Revision, Rolling, ServiceOf,
    StrategyOf,
};
use std::time::Duration;

/// Where services run.
pub struct Place<'a> {
    /// The cluster.
    pub cluster: &'a ClusterRef,
    /// The network.
    pub network: &'a Network,
}

/// An app's service behind its part of the load balancer.
pub fn service(
    stack: &mut Stack,
    logical_name: &str,
    names: &AppNames,
    settings: &AppSettings,
    place: &Place<'_>,
    task: &Revision<Fargate>,
    backend: &Backend,
) {
    let network = AwsvpcConfiguration {
        subnets: place.network.vpc.subnet_ids.clone(),
        security_groups: vec![place.network.task_group.group_id.clone()],
        // In a default VPC tasks can't pull their image without a public address.
        assign_public_ip: Some(Switch::Enabled),
    };
    let balanced = LoadBalanced {
        targets: &backend.targets,
        forwarded_by: &backend.forwarded_by,
        container: CONTAINER,
        port: settings.container_port,
        grace_period: Duration::from_secs(settings.health_check_grace_period_seconds.into()),
    };
    let rolling = Rolling::from_settings(settings.minimum_healthy_percent, settings.maximum_percent);
    let service = ServiceOf::replica(&names.service, place.cluster, task, settings.desired_count, network)
        .capacity(CapacityOf::Strategy(StrategyOf::weight(FargateProvider::Fargate, 1)))
        .load_balancer(&balanced)
        .deployment(Deployment::Rolling(rolling.roll_back_on_failure()))
        .propagate_tags(PropagateTags::Service);
    let service =
        if settings.availability_zone_rebalancing { service } else { service.without_zone_rebalancing() };
    service.add(stack, logical_name);
}
