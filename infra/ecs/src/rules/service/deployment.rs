//! Deployment strategies, circuit breaker, alarms and hooks: D02, D11, D12, D14, D15, D17 to D19.

use crate::rules::{Findings, Minds, Path, Rule};
use crate::service::{
    DeploymentConfiguration, DeploymentControllerType, DeploymentStrategy, HookTarget, LifecycleHook,
    LifecycleStage, Service,
};
use std::ops::RangeInclusive;

const BAKE_MINUTES: RangeInclusive<i32> = 0..=1440;
const HOOK_MINUTES: RangeInclusive<i32> = 1..=20160;
const LINEAR_PERCENT: RangeInclusive<f64> = 3.0..=100.0;
const CANARY_PERCENT: RangeInclusive<f64> = 0.1..=100.0;

pub fn check(service: &Service, findings: &mut Findings) {
    let Some(deployment) = &service.deployment_configuration else { return };
    let path = Path::at("deploymentConfiguration");
    let controller = service.deployment_controller.map(|it| it.controller_type);
    let by_ecs = controller.is_none_or(|controller| controller == DeploymentControllerType::Ecs);
    let strategy = deployment.strategy.unwrap_or(DeploymentStrategy::Rolling);
    if deployment.strategy.is_some() && !by_ecs && strategy != DeploymentStrategy::Rolling {
        findings.add(Rule::D02, &path.member("strategy"), "a strategy with another controller than ECS");
    }
    let stepwise = matches!(strategy, DeploymentStrategy::Linear | DeploymentStrategy::Canary);
    if stepwise && service.load_balancers.is_empty() && service.service_connect_configuration.is_none() {
        findings.add(Rule::D14, &path.member("strategy"), "traffic in steps, and nothing that shifts it");
    }
    bake_time(deployment, strategy, &path, findings);
    steps(deployment, strategy, &path, findings);
    stops(deployment, strategy, by_ecs, &path, findings);
    early_success(deployment, strategy, &path, findings);
    let hooks = path.member("lifecycleHooks");
    for (index, hook) in deployment.lifecycle_hooks.iter().enumerate() {
        lifecycle_hook(hook, &hooks.item(index), findings);
    }
}

fn bake_time(
    deployment: &DeploymentConfiguration,
    strategy: DeploymentStrategy,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let path = path.member("bakeTimeInMinutes");
    match deployment.bake_time_in_minutes {
        Some(minutes) if !BAKE_MINUTES.contains(&minutes) => {
            findings.add(Rule::D11, &path, format!("{minutes} minutes"));
        }
        Some(minutes) if minutes > 0 && strategy == DeploymentStrategy::Rolling => {
            findings.add(Rule::D11, &path, "a bake time for a rolling deployment");
        }
        None if strategy == DeploymentStrategy::BlueGreen => {
            findings.add(Rule::D11, &path, "no bake time for a blue/green deployment");
        }
        _ => {}
    }
}

fn steps(
    deployment: &DeploymentConfiguration,
    strategy: DeploymentStrategy,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let linear = path.member("linearConfiguration");
    if let Some(steps) = deployment.linear_configuration {
        if strategy != DeploymentStrategy::Linear {
            findings.add(Rule::D12, &linear, "linear steps without the strategy LINEAR");
        }
        percent(steps.step_percent, &LINEAR_PERCENT, &linear.member("stepPercent"), findings);
        minutes(steps.step_bake_time_in_minutes, &linear.member("stepBakeTimeInMinutes"), findings);
    }
    let canary = path.member("canaryConfiguration");
    if let Some(steps) = deployment.canary_configuration {
        if strategy != DeploymentStrategy::Canary {
            findings.add(Rule::D12, &canary, "a canary step without the strategy CANARY");
        }
        percent(steps.canary_percent, &CANARY_PERCENT, &canary.member("canaryPercent"), findings);
        minutes(steps.canary_bake_time_in_minutes, &canary.member("canaryBakeTimeInMinutes"), findings);
    }
}

fn percent(value: Option<f64>, valid: &RangeInclusive<f64>, path: &Path<'_>, findings: &mut Findings) {
    let Some(value) = value else { return };
    let tenths = value * 10.0;
    if !valid.contains(&value) || (tenths - tenths.round()).abs() > 1e-6 {
        findings.add(Rule::D12, path, format!("{value} percent"));
    }
}

fn minutes(value: Option<i32>, path: &Path<'_>, findings: &mut Findings) {
    if let Some(value) = value.filter(|value| !BAKE_MINUTES.contains(value)) {
        findings.add(Rule::D12, path, format!("{value} minutes"));
    }
}

/// What gives a deployment up: the circuit breaker and alarms.
fn stops(
    deployment: &DeploymentConfiguration,
    strategy: DeploymentStrategy,
    by_ecs: bool,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    if let Some(breaker) = deployment.deployment_circuit_breaker {
        let path = path.member("deploymentCircuitBreaker");
        if breaker.enable && !by_ecs {
            findings.add(Rule::D17, &path, "a circuit breaker with another controller than ECS");
        } else if breaker.enable && strategy != DeploymentStrategy::Rolling {
            // By its documentation it is of rolling deployments alone; ECS takes it of all, and it trips in all.
            let problem =
                "a circuit breaker without a rolling deployment, which only ECS's documentation rules out";
            findings.warn(Rule::D17, &path, problem, Minds::Ecs);
        }
        if let Some(threshold) = breaker.threshold_configuration.filter(|threshold| threshold.value < 1) {
            let path = path.member("thresholdConfiguration");
            findings.add(Rule::D17, &path.member("value"), format!("a threshold of {}", threshold.value));
        }
    }
    if let Some(alarms) = &deployment.alarms {
        let path = path.member("alarms");
        if alarms.enable && !by_ecs {
            findings.add(Rule::D18, &path, "alarms with another controller than ECS");
        }
        if alarms.enable && alarms.alarm_names.is_empty() {
            findings.add(Rule::D18, &path.member("alarmNames"), "no alarm is named");
        }
    }
}

fn early_success(
    deployment: &DeploymentConfiguration,
    strategy: DeploymentStrategy,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let Some(early) = deployment.early_success_criteria.filter(|early| early.enable) else { return };
    let path = path.member("earlySuccessCriteria");
    if strategy != DeploymentStrategy::Rolling {
        findings.add(Rule::D19, &path, "early success without a rolling deployment");
    }
    let least = deployment.minimum_healthy_percent.unwrap_or(100);
    match early.healthy_percent {
        Some(percent) if percent >= least && (0..=100).contains(&percent) => {}
        Some(percent) => {
            let problem = format!("{percent} percent, and {least} must stay healthy");
            findings.add(Rule::D19, &path.member("healthyPercent"), problem);
        }
        None => findings.add(Rule::D19, &path.member("healthyPercent"), "no healthyPercent"),
    }
    if early.source_service_revision_cleanup.is_none() {
        let path = path.member("sourceServiceRevisionCleanup");
        findings.add(Rule::D19, &path, "no sourceServiceRevisionCleanup");
    }
}

fn lifecycle_hook(hook: &LifecycleHook, path: &Path<'_>, findings: &mut Findings) {
    if hook.lifecycle_stages.is_empty() {
        findings.add(Rule::D15, &path.member("lifecycleStages"), "no stage");
    }
    if hook.target_type == Some(HookTarget::Pause) {
        let shifts = |stage: &LifecycleStage| {
            matches!(stage, LifecycleStage::TestTrafficShift | LifecycleStage::ProductionTrafficShift)
        };
        if hook.lifecycle_stages.iter().any(shifts) {
            findings.add(Rule::D15, &path.member("lifecycleStages"), "PAUSE while traffic shifts");
        }
    } else {
        let given = [("hookTargetArn", hook.hook_target_arn.is_some()), ("roleArn", hook.role_arn.is_some())];
        for (member, _) in given.iter().filter(|(_, given)| !given) {
            findings.add(Rule::D15, &path.member(member), format!("a Lambda hook without {member}"));
        }
    }
    let timeout = hook.timeout_configuration.and_then(|timeout| timeout.timeout_in_minutes);
    if let Some(minutes) = timeout.filter(|minutes| !HOOK_MINUTES.contains(minutes)) {
        let path = path.member("timeoutConfiguration");
        findings.add(Rule::D15, &path.member("timeoutInMinutes"), format!("{minutes} minutes"));
    }
}
