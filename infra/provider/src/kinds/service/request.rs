//! From our service to the SDK's requests.

use crate::build_error::Built;
use crate::kinds::cluster::strategy;
use aws_sdk_ecs::operation::create_service::builders::CreateServiceFluentBuilder as Create;
use aws_sdk_ecs::operation::update_service::builders::UpdateServiceFluentBuilder as Update;
use aws_sdk_ecs::types::{
    AssignPublicIp, AvailabilityZoneRebalancing, AwsVpcConfiguration, DeploymentCircuitBreaker,
    DeploymentConfiguration, LoadBalancer, NetworkConfiguration, PropagateTags, SchedulingStrategy,
};
use infra_engine::Failure;
use infra_resources::Service;

/// The request that creates this service.
///
/// # Errors
/// When a value it refers to is not known, or ECS requires something that is missing.
pub fn create(request: Create, desired: &Service) -> Result<Create, Failure> {
    Ok(request
        .service_name(&desired.name)
        .cluster(desired.cluster_arn.get()?)
        .task_definition(desired.task_definition.get()?)
        .set_desired_count(desired.desired_count)
        .scheduling_strategy(SchedulingStrategy::Replica)
        .set_capacity_provider_strategy(Some(strategy(&desired.capacity_provider_strategy)?))
        .network_configuration(network(desired)?)
        .load_balancers(load_balancer(desired)?)
        .health_check_grace_period_seconds(desired.health_check_grace_period_seconds)
        .deployment_configuration(deployment(desired))
        .availability_zone_rebalancing(rebalancing(desired))
        .propagate_tags(PropagateTags::Service))
}

/// The request that makes the live service the desired one; it names only what differs.
///
/// # Errors
/// When a value it refers to is not known, or ECS requires something that is missing.
pub fn update(request: Update, desired: &Service, live: &Service) -> Result<Update, Failure> {
    let mut request = request.service(&desired.name).cluster(desired.cluster_arn.get()?);
    if live.task_definition != desired.task_definition {
        request = request.task_definition(desired.task_definition.get()?);
    }
    if desired.desired_count.is_some() && live.desired_count != desired.desired_count {
        request = request.set_desired_count(desired.desired_count);
    }
    if live.capacity_provider_strategy != desired.capacity_provider_strategy {
        // ECS takes a new strategy only together with a new deployment.
        request = request
            .set_capacity_provider_strategy(Some(strategy(&desired.capacity_provider_strategy)?))
            .force_new_deployment(true);
    }
    if live.network != desired.network {
        request = request.network_configuration(network(desired)?);
    }
    if live.load_balancer != desired.load_balancer {
        request = request.load_balancers(load_balancer(desired)?);
    }
    if live.health_check_grace_period_seconds != desired.health_check_grace_period_seconds {
        request = request.health_check_grace_period_seconds(desired.health_check_grace_period_seconds);
    }
    if live.deployment != desired.deployment {
        request = request.deployment_configuration(deployment(desired));
    }
    if live.availability_zone_rebalancing != desired.availability_zone_rebalancing {
        request = request.availability_zone_rebalancing(rebalancing(desired));
    }
    Ok(request)
}

fn network(desired: &Service) -> Result<NetworkConfiguration, Failure> {
    let network = &desired.network;
    let groups = network.security_group_ids.iter().map(|group| group.get().cloned());
    let public = if network.assign_public_ip { AssignPublicIp::Enabled } else { AssignPublicIp::Disabled };
    let vpc = AwsVpcConfiguration::builder()
        .set_subnets(Some(network.subnet_ids.get()?.clone()))
        .set_security_groups(Some(groups.collect::<Result<_, _>>()?))
        .assign_public_ip(public)
        .build()
        .built()?;
    Ok(NetworkConfiguration::builder().awsvpc_configuration(vpc).build())
}

fn load_balancer(desired: &Service) -> Result<LoadBalancer, Failure> {
    let balancer = &desired.load_balancer;
    Ok(LoadBalancer::builder()
        .target_group_arn(balancer.target_group_arn.get()?)
        .container_name(&balancer.container_name)
        .container_port(i32::from(balancer.container_port))
        .build())
}

fn deployment(desired: &Service) -> DeploymentConfiguration {
    let deployment = &desired.deployment;
    let breaker = DeploymentCircuitBreaker::builder()
        .enable(deployment.circuit_breaker.enable)
        .rollback(deployment.circuit_breaker.rollback)
        .build();
    DeploymentConfiguration::builder()
        .minimum_healthy_percent(deployment.minimum_healthy_percent)
        .maximum_percent(deployment.maximum_percent)
        .deployment_circuit_breaker(breaker)
        .build()
}

fn rebalancing(desired: &Service) -> AvailabilityZoneRebalancing {
    AvailabilityZoneRebalancing::from(desired.availability_zone_rebalancing.as_str())
}
