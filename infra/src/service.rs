//! The services: two tasks of each app behind the load balancer.

use crate::load_balancing::Backend;
use crate::names::AppNames;
use crate::network::Network;
use crate::settings::AppSettings;
use crate::task::CONTAINER;
use infra_engine::{Handle, Stack};
use infra_resources::ecs::{
    CapacityProviderStrategyItem, CircuitBreaker, Cluster, Deployment, Service, ServiceLoadBalancer,
    ServiceNetwork, TaskDefinition,
};

/// Where services run.
pub struct Place<'a> {
    /// The cluster.
    pub cluster: &'a Handle<Cluster>,
    /// The cluster's name.
    pub cluster_name: &'a str,
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
    task: &Handle<TaskDefinition>,
    backend: &Backend,
) {
    let service = describe(names, settings, place, task, backend);
    stack.add_after(logical_name, service, &[&backend.forwarded_by]);
}

fn describe(
    names: &AppNames,
    settings: &AppSettings,
    place: &Place<'_>,
    task: &Handle<TaskDefinition>,
    backend: &Backend,
) -> Service {
    Service {
        name: names.service.clone(),
        cluster_name: place.cluster_name.to_owned(),
        cluster_arn: place.cluster.arn.clone(),
        task_definition: task.arn.clone(),
        desired_count: Some(settings.desired_count),
        capacity_provider_strategy: vec![CapacityProviderStrategyItem::fargate()],
        network: ServiceNetwork {
            subnet_ids: place.network.vpc.subnet_ids.clone(),
            security_group_ids: vec![place.network.task_group.group_id.clone()],
            assign_public_ip: true,
        },
        load_balancer: ServiceLoadBalancer {
            target_group_arn: backend.target_group.arn.clone(),
            container_name: CONTAINER.to_owned(),
            container_port: settings.container_port,
        },
        health_check_grace_period_seconds: settings.health_check_grace_period_seconds,
        deployment: Deployment {
            minimum_healthy_percent: settings.minimum_healthy_percent,
            maximum_percent: settings.maximum_percent,
            circuit_breaker: CircuitBreaker { enable: true, rollback: true },
        },
        availability_zone_rebalancing: "ENABLED".to_owned(),
    }
}
