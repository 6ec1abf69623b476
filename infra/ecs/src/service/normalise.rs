//! ECS's defaults, filled in or left out, so that a service and what ECS reports of it have the same form.

use super::{
    CircuitBreaker, CircuitBreakerThreshold, DeploymentController, DeploymentStrategy, HookAction,
    HookTarget, LifecycleHook, PlacementStrategy, PropagateTags, SchedulingStrategy, Service, ThresholdType,
};
use crate::task_definition::volume::Switch;
use infra_engine::Output;

/// ECS's own threshold of a circuit breaker.
const THRESHOLD: CircuitBreakerThreshold =
    CircuitBreakerThreshold { threshold_type: ThresholdType::BoundedPercent, value: 50 };
/// A day: how long ECS waits for a hook.
const HOOK_MINUTES: i32 = 1440;

/// Brings equal services to the same form.
pub fn service(service: &mut Service) {
    let scheduling = *service.scheduling_strategy.get_or_insert(SchedulingStrategy::Replica);
    service.deployment_controller.get_or_insert_with(DeploymentController::ecs);
    for item in &mut service.capacity_provider_strategy {
        item.normalise();
    }
    service.capacity_provider_strategy.sort();
    service.health_check_grace_period_seconds =
        service.health_check_grace_period_seconds.filter(|&seconds| seconds != 0);
    service.propagate_tags = service.propagate_tags.filter(|&tags| tags != PropagateTags::None);
    service.enable_ecs_managed_tags = service.enable_ecs_managed_tags.filter(|&enabled| enabled);
    service.enable_execute_command = service.enable_execute_command.filter(|&enabled| enabled);
    service.placement_strategy.iter_mut().for_each(placement_strategy);
    service.service_connect_configuration =
        service.service_connect_configuration.take().filter(|connect| connect.enabled);
    deployment(service, scheduling);
    network(service);
}

fn deployment(service: &mut Service, scheduling: SchedulingStrategy) {
    let deployment = service.deployment_configuration.get_or_insert_default();
    let (least, most) = match scheduling {
        SchedulingStrategy::Replica | SchedulingStrategy::Unknown(_) => (100, 200),
        SchedulingStrategy::Daemon => (0, 100),
    };
    deployment.minimum_healthy_percent.get_or_insert(least);
    deployment.maximum_percent.get_or_insert(most);
    let strategy = *deployment.strategy.get_or_insert(DeploymentStrategy::Rolling);
    if strategy == DeploymentStrategy::Rolling {
        deployment.bake_time_in_minutes = deployment.bake_time_in_minutes.filter(|&minutes| minutes != 0);
    }
    // What an earlier strategy left may still be reported.
    deployment.linear_configuration =
        deployment.linear_configuration.filter(|_| strategy == DeploymentStrategy::Linear);
    deployment.canary_configuration =
        deployment.canary_configuration.filter(|_| strategy == DeploymentStrategy::Canary);
    deployment.deployment_circuit_breaker =
        deployment.deployment_circuit_breaker.filter(|it| it.enable).map(circuit_breaker);
    deployment.alarms = deployment.alarms.take().filter(|alarms| alarms.enable);
    deployment.early_success_criteria = deployment.early_success_criteria.filter(|early| early.enable);
    deployment.lifecycle_hooks.iter_mut().for_each(lifecycle_hook);
}

fn circuit_breaker(breaker: CircuitBreaker) -> CircuitBreaker {
    CircuitBreaker {
        reset_on_healthy_task: breaker.reset_on_healthy_task.filter(|&resets| !resets),
        threshold_configuration: breaker.threshold_configuration.filter(|&threshold| threshold != THRESHOLD),
        ..breaker
    }
}

fn lifecycle_hook(hook: &mut LifecycleHook) {
    hook.target_type.get_or_insert(HookTarget::AwsLambda);
    let timeout = hook.timeout_configuration.get_or_insert_default();
    timeout.timeout_in_minutes.get_or_insert(HOOK_MINUTES);
    timeout.action.get_or_insert(HookAction::Rollback);
}

/// ECS reports `cpu` and `memory` in capitals, and calls an instance by its id.
fn placement_strategy(strategy: &mut PlacementStrategy) {
    strategy.field = strategy.field.take().map(|field| match field.as_str() {
        "CPU" | "MEMORY" => field.to_ascii_lowercase(),
        "host" => "instanceId".to_owned(),
        _ => field,
    });
}

fn network(service: &mut Service) {
    service.network_configuration =
        service.network_configuration.take().filter(|network| network.awsvpc_configuration.is_some());
    let network = service.network_configuration.as_mut();
    let Some(awsvpc) = network.and_then(|network| network.awsvpc_configuration.as_mut()) else { return };
    if let Output::Known(subnets) = &mut awsvpc.subnets {
        subnets.sort();
    }
    let known = |group: &Output<String>| match group {
        Output::Known(group) => group.clone(),
        Output::Of(_) => String::new(),
    };
    awsvpc.security_groups.sort_by_key(known);
    awsvpc.assign_public_ip.get_or_insert(Switch::Disabled);
}
