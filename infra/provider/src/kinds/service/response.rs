//! From the SDK's service to ours.

use crate::kinds::cluster::item_of;
use aws_sdk_ecs::types::{AssignPublicIp, DeploymentConfiguration, Service as Described};
use infra_engine::Output;
use infra_resources::Service;
use infra_resources::ecs::{
    CapacityProviderStrategyItem, CircuitBreaker, Deployment, ServiceLoadBalancer, ServiceNetwork,
};

/// The live service in our types. What an endpoint does not tell can't be compared and counts as desired.
pub fn service(live: &Described, desired: &Service, emulated: bool) -> Service {
    let rebalancing = live.availability_zone_rebalancing().map(|value| value.as_str().to_owned());
    Service {
        name: text(live.service_name()),
        cluster_name: desired.cluster_name.clone(),
        cluster_arn: text(live.cluster_arn()).into(),
        task_definition: text(live.task_definition()).into(),
        desired_count: Some(live.desired_count()),
        capacity_provider_strategy: strategy(live, desired, emulated),
        network: network(live, desired),
        load_balancer: load_balancer(live),
        health_check_grace_period_seconds: live
            .health_check_grace_period_seconds()
            .unwrap_or(desired.health_check_grace_period_seconds),
        deployment: deployment(live.deployment_configuration(), desired),
        availability_zone_rebalancing: rebalancing
            .unwrap_or_else(|| desired.availability_zone_rebalancing.clone()),
    }
}

/// A service has a strategy or a launch type. moto drops the strategy and tells a launch type that nobody chose.
fn strategy(live: &Described, desired: &Service, emulated: bool) -> Vec<CapacityProviderStrategyItem> {
    let strategy = live.capacity_provider_strategy();
    if strategy.is_empty() && (emulated || live.launch_type().is_none()) {
        return desired.capacity_provider_strategy.clone();
    }
    strategy.iter().map(item_of).collect()
}

fn network(live: &Described, desired: &Service) -> ServiceNetwork {
    let Some(vpc) = live.network_configuration().and_then(|network| network.awsvpc_configuration()) else {
        return desired.network.clone();
    };
    let mut subnet_ids = vpc.subnets().to_vec();
    subnet_ids.sort();
    ServiceNetwork {
        subnet_ids: subnet_ids.into(),
        security_group_ids: vpc.security_groups().iter().cloned().map(Output::Known).collect(),
        assign_public_ip: vpc.assign_public_ip() == Some(&AssignPublicIp::Enabled),
    }
}

fn load_balancer(live: &Described) -> ServiceLoadBalancer {
    let balancer = live.load_balancers().first();
    let port = balancer.and_then(|balancer| balancer.container_port());
    ServiceLoadBalancer {
        target_group_arn: text(balancer.and_then(|balancer| balancer.target_group_arn())).into(),
        container_name: text(balancer.and_then(|balancer| balancer.container_name())),
        container_port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
    }
}

/// What is left out has ECS's defaults.
fn deployment(live: Option<&DeploymentConfiguration>, desired: &Service) -> Deployment {
    let Some(live) = live else { return desired.deployment.clone() };
    let breaker = live.deployment_circuit_breaker();
    Deployment {
        minimum_healthy_percent: live.minimum_healthy_percent().unwrap_or(100),
        maximum_percent: live.maximum_percent().unwrap_or(200),
        circuit_breaker: CircuitBreaker {
            enable: breaker.is_some_and(|breaker| breaker.enable()),
            rollback: breaker.is_some_and(|breaker| breaker.rollback()),
        },
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}
