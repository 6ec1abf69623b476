//! ECS's defaults, filled in or left out, so that a service and what ECS tells of it have the same form.

use super::{DeploymentController, DeploymentStrategy, PropagateTags, SchedulingStrategy, Service};
use infra_engine::Output;

/// Brings equal services to the same form.
pub fn service(service: &mut Service) {
    let scheduling = *service.scheduling_strategy.get_or_insert(SchedulingStrategy::Replica);
    service.deployment_controller.get_or_insert_with(DeploymentController::ecs);
    for item in &mut service.capacity_provider_strategy {
        item.normalise();
    }
    service.capacity_provider_strategy.sort();
    service.platform_version = service.platform_version.take().filter(|version| version != "LATEST");
    service.health_check_grace_period_seconds =
        service.health_check_grace_period_seconds.filter(|&seconds| seconds != 0);
    service.propagate_tags = service.propagate_tags.filter(|&tags| tags != PropagateTags::None);
    service.enable_ecs_managed_tags = service.enable_ecs_managed_tags.filter(|&enabled| enabled);
    service.enable_execute_command = service.enable_execute_command.filter(|&enabled| enabled);
    deployment(service, scheduling);
    network(service);
}

fn deployment(service: &mut Service, scheduling: SchedulingStrategy) {
    let deployment = service.deployment_configuration.get_or_insert_default();
    let (least, most) = match scheduling {
        SchedulingStrategy::Replica => (100, 200),
        SchedulingStrategy::Daemon => (0, 100),
    };
    deployment.minimum_healthy_percent.get_or_insert(least);
    deployment.maximum_percent.get_or_insert(most);
    let strategy = *deployment.strategy.get_or_insert(DeploymentStrategy::Rolling);
    if strategy == DeploymentStrategy::Rolling {
        deployment.bake_time_in_minutes = deployment.bake_time_in_minutes.filter(|&minutes| minutes != 0);
    }
    deployment.deployment_circuit_breaker = deployment.deployment_circuit_breaker.filter(|it| it.enable);
    deployment.alarms = deployment.alarms.take().filter(|alarms| alarms.enable);
}

fn network(service: &mut Service) {
    let network = service.network_configuration.as_mut();
    let Some(awsvpc) = network.and_then(|network| network.awsvpc_configuration.as_mut()) else { return };
    if let Output::Known(subnets) = &mut awsvpc.subnets {
        subnets.sort();
    }
}
