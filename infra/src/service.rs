//! The services: two tasks of each app behind the load balancer.

use crate::load_balancing::LoadBalancing;
use crate::names::Names;
use crate::network::Network;
use crate::settings::AppSettings;
use crate::task::CONTAINER;
use infra_engine::{Handle, Output, Stack};
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

/// The Rust app's service.
pub fn web(
    stack: &mut Stack,
    names: &Names,
    settings: &AppSettings,
    place: &Place<'_>,
    task: &Handle<TaskDefinition>,
    balancer: &LoadBalancing,
) {
    let service = service(&names.web.service, settings, place, task, &balancer.web.arn);
    stack.add_after("web", service, &[&balancer.web_ready]);
}

/// The PHP app's service.
pub fn php(
    stack: &mut Stack,
    names: &Names,
    settings: &AppSettings,
    place: &Place<'_>,
    task: &Handle<TaskDefinition>,
    balancer: &LoadBalancing,
) {
    let service = service(&names.php.service, settings, place, task, &balancer.php.arn);
    stack.add_after("php", service, &[&balancer.php_ready]);
}

fn service(
    name: &str,
    settings: &AppSettings,
    place: &Place<'_>,
    task: &Handle<TaskDefinition>,
    target_group_arn: &Output<String>,
) -> Service {
    Service {
        name: name.to_owned(),
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
            target_group_arn: target_group_arn.clone(),
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
