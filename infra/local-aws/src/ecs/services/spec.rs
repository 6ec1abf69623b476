//! A service's request as the rollout sees it, with ECS's defaults.

use crate::api_error::ApiError;
use crate::ecs::input::invalid;
use infra_ecs::Service;
use infra_ecs::TaskDefinition;
use infra_ecs::rollout::{Hook, LoadBalancer, ServiceSpec, Strategy};
use infra_ecs::service::{
    DeploymentConfiguration, DeploymentStrategy, HookAction, HookTarget, LifecycleHook, SchedulingStrategy,
    ServiceLoadBalancer,
};
use infra_ecs::task_definition::volume::Switch;
use infra_engine::Output;
use serde_json::{Value, json};
use std::time::Duration;

/// Without a timeout of its own a hook waits a day.
const HOOK_MINUTES: i32 = 1440;
const BAKE_MINUTES_OF_CANARY: i32 = 10;
const BAKE_MINUTES_OF_LINEAR_STEP: i32 = 6;
const CANARY_PERCENT: f64 = 5.0;
const LINEAR_STEP_PERCENT: f64 = 10.0;
/// Members of a request of which a change begins a deployment, beside the task definition and the load balancers.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
const BEGIN_A_DEPLOYMENT: [&str; 6] = [
    "networkConfiguration",
    "platformVersion",
    "serviceRegistries",
    "serviceConnectConfiguration",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// What else the rollout needs to know, which the request does not say.
pub struct Surroundings<'a> {
    /// The ARN of the task definition.
    pub task_definition_arn: &'a str,
    /// The task definition.
    pub task_definition: &'a TaskDefinition,
    /// The zones in which tasks may run.
    pub zones: Vec<String>,
}

/// The spec of a service.
///
/// # Errors
/// What ECS refuses, or what the local AWS does not have.
pub fn spec(request: &Value, around: Surroundings<'_>) -> Result<ServiceSpec, ApiError> {
    let service = read(request)?;
    let configuration = service.deployment_configuration.clone().unwrap_or_default();
    let daemon = service.scheduling_strategy == Some(SchedulingStrategy::Daemon);
    let strategy = strategy(&configuration)?;
    let rolling = strategy == Strategy::Rolling;
    Ok(ServiceSpec {
        task_definition: around.task_definition_arn.to_owned(),
        desired_count: count(service.desired_count.unwrap_or_default()),
        daemon,
        minimum_healthy_percent: count(configuration.minimum_healthy_percent.unwrap_or(if daemon {
            0
        } else {
            100
        })),
        maximum_percent: count(configuration.maximum_percent.unwrap_or(if daemon { 100 } else { 200 })),
        strategy,
        circuit_breaker: configuration.deployment_circuit_breaker.unwrap_or_default(),
        alarms: configuration.alarms.clone().unwrap_or_default(),
        early_success: configuration.early_success_criteria,
        hooks: configuration.lifecycle_hooks.iter().map(hook).collect::<Result<_, _>>()?,
        load_balancers: service
            .load_balancers
            .iter()
            .map(|it| load_balancer(it, rolling))
            .collect::<Result<_, _>>()?,
        grace_period: seconds(service.health_check_grace_period_seconds.unwrap_or_default()),
        has_container_health_check: has_health_check(around.task_definition),
        rebalances_zones: rebalances(&service, daemon, &configuration),
        zones: around.zones,
        rest_of_revision: rest_of_revision(request),
    })
}

/// The request in ECS's types.
pub fn read(request: &Value) -> Result<Service, ApiError> {
    serde_json::from_value(with_own_members(request)).map_err(|error| invalid(error.to_string()))
}

/// The type has a member of the program's own that no request has.
fn with_own_members(request: &Value) -> Value {
    let mut members = request.clone();
    members["clusterName"] = "".into();
    members
}

fn strategy(configuration: &DeploymentConfiguration) -> Result<Strategy, ApiError> {
    let bake = minutes(configuration.bake_time_in_minutes.unwrap_or_default());
    Ok(match configuration.strategy.unwrap_or(DeploymentStrategy::Rolling) {
        DeploymentStrategy::Rolling => Strategy::Rolling,
        DeploymentStrategy::BlueGreen => Strategy::BlueGreen { bake },
        DeploymentStrategy::Linear => {
            let linear = configuration.linear_configuration.unwrap_or_default();
            let step_bake = linear.step_bake_time_in_minutes.unwrap_or(BAKE_MINUTES_OF_LINEAR_STEP);
            let step = linear.step_percent.unwrap_or(LINEAR_STEP_PERCENT);
            Strategy::Linear { step, step_bake: minutes(step_bake), bake }
        }
        DeploymentStrategy::Canary => {
            let canary = configuration.canary_configuration.unwrap_or_default();
            let canary_bake = canary.canary_bake_time_in_minutes.unwrap_or(BAKE_MINUTES_OF_CANARY);
            let percent = canary.canary_percent.unwrap_or(CANARY_PERCENT);
            Strategy::Canary { percent, canary_bake: minutes(canary_bake), bake }
        }
        DeploymentStrategy::Unknown(other) => {
            return Err(invalid(format!("Invalid deployment strategy: {}", other.as_str())));
        }
    })
}

fn hook(hook: &LifecycleHook) -> Result<Hook, ApiError> {
    if hook.target_type != Some(HookTarget::Pause) {
        return Err(ApiError::new(
            "UnsupportedFeatureException",
            "The local AWS has no Lambda functions: of lifecycle hooks only those of target type PAUSE are supported.",
        ));
    }
    let timeout = hook.timeout_configuration.unwrap_or_default();
    Ok(Hook {
        stages: hook.lifecycle_stages.clone(),
        timeout: minutes(timeout.timeout_in_minutes.unwrap_or(HOOK_MINUTES)),
        action: timeout.action.unwrap_or(HookAction::Rollback),
    })
}

fn load_balancer(balancer: &ServiceLoadBalancer, rolling: bool) -> Result<LoadBalancer, ApiError> {
    let advanced = balancer.advanced_configuration.as_ref();
    if advanced.is_none() && !rolling {
        return Err(invalid(
            "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy",
        ));
    }
    let Some(target_group) = known(balancer.target_group_arn.as_ref()) else {
        return Err(ApiError::new(
            "UnsupportedFeatureException",
            "The local AWS has no Classic Load Balancers: a load balancer of a service needs a targetGroupArn.",
        ));
    };
    let of = |member: fn(&infra_ecs::service::AdvancedConfiguration) -> &Option<Output<String>>| {
        advanced.and_then(|advanced| known(member(advanced).as_ref()))
    };
    Ok(LoadBalancer {
        target_group,
        container: balancer.container_name.clone().unwrap_or_default(),
        container_port: balancer.container_port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
        alternate_target_group: of(|it| &it.alternate_target_group_arn),
        production_rule: of(|it| &it.production_listener_rule),
        test_rule: of(|it| &it.test_listener_rule),
    })
}

/// Rebalancing is on where nobody says anything and it can be.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html>
fn rebalances(service: &Service, daemon: bool, configuration: &DeploymentConfiguration) -> bool {
    match service.availability_zone_rebalancing {
        Some(asked) => asked == Switch::Enabled,
        None => !daemon && configuration.maximum_percent.unwrap_or(200) > 100,
    }
}

fn has_health_check(definition: &TaskDefinition) -> bool {
    definition
        .container_definitions
        .iter()
        .any(|container| container.essential != Some(false) && container.health_check.is_some())
}

fn rest_of_revision(request: &Value) -> Value {
    let members = BEGIN_A_DEPLOYMENT.iter().map(|name| ((*name).to_owned(), request[*name].clone()));
    let members = members.filter(|(_, value)| !value.is_null()).collect();
    let mut rest = Value::Object(members);
    rest["loadBalancers"] = request.get("loadBalancers").cloned().unwrap_or_else(|| json!([]));
    rest
}

fn known(output: Option<&Output<String>>) -> Option<String> {
    output.and_then(|output| output.get().ok()).cloned()
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn seconds(number: i32) -> Duration {
    Duration::from_secs(count(number).into())
}

fn minutes(number: i32) -> Duration {
    Duration::from_secs(u64::from(count(number)) * 60)
}
