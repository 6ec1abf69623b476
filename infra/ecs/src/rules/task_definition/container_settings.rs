//! Health checks, timeouts, restarts, limits, GPUs and placement: T41, T56 to T59, T63, T73, X20.

use super::checked::Checked;
use crate::cluster_query::Expression;
use crate::container::{
    ContainerDefinition, HealthCheck, NvidiaMpsAllocation, ResourceRequirement, ResourceType,
};
use crate::rules::{Findings, Minds, Path, Rule};
use std::ops::RangeInclusive;

const FARGATE_TIMEOUT: RangeInclusive<i32> = 2..=120;
const RESTART_PERIOD: RangeInclusive<i32> = 60..=1800;
const MOST_EXIT_CODES: usize = 50;
const MOST_CONSTRAINTS: usize = 10;
/// How `ulimits` writes "no limit".
const UNLIMITED: i32 = -1;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    constraints(task, findings);
    task.each_container(|container, path| {
        if let Some(check) = &container.health_check {
            health_check(check, &path.member("healthCheck"), findings);
        }
        if task.fargate {
            let stop = container.stop_timeout;
            outside(Rule::T57, &path.member("stopTimeout"), stop, FARGATE_TIMEOUT, findings);
            start_timeout(container, path, findings);
        }
        restart_policy(container, path, findings);
        ulimits(container, path, findings);
        devices(&container.resource_requirements, path, findings);
    });
}

/// AWS documents the limit, and nobody has seen ECS refuse what is beyond it.
fn start_timeout(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    if let Some(seconds) = container.start_timeout.filter(|seconds| !FARGATE_TIMEOUT.contains(seconds)) {
        let problem = format!("{seconds} is outside of what AWS documents");
        findings.warn(Rule::T57, &path.member("startTimeout"), problem, Minds::Check);
    }
}

fn outside(
    rule: Rule,
    path: &Path<'_>,
    value: Option<i32>,
    valid: RangeInclusive<i32>,
    findings: &mut Findings,
) {
    if let Some(value) = value.filter(|value| !valid.contains(value)) {
        findings.add(rule, path, format!("{value} is outside {} to {}", valid.start(), valid.end()));
    }
}

fn constraints(task: &Checked<'_>, findings: &mut Findings) {
    let (constraints, path) = (&task.definition.placement_constraints, Path::at("placementConstraints"));
    if constraints.len() > MOST_CONSTRAINTS {
        findings.add(Rule::T41, &path, format!("{} placement constraints", constraints.len()));
    }
    for (index, constraint) in constraints.iter().enumerate() {
        let item = path.item(index);
        let path = item.member("expression");
        match constraint.expression.as_deref() {
            None | Some("") => findings.add(Rule::T41, &path, "memberOf without an expression"),
            Some(text) => {
                if let Err(error) = text.parse::<Expression>() {
                    findings.add(Rule::T41, &path, format!("\"{text}\", {error}"));
                }
            }
        }
    }
}

fn health_check(check: &HealthCheck, path: &Path<'_>, findings: &mut Findings) {
    let command = path.member("command");
    match check.command.first().map(String::as_str) {
        Some("CMD" | "CMD-SHELL") => {}
        Some("NONE") if check.command.len() == 1 => findings.add(Rule::X20, &command, "[\"NONE\"]"),
        Some(first) => findings.add(Rule::T56, &command, format!("the command starts with \"{first}\"")),
        None => findings.add(Rule::T56, &command, "no command"),
    }
    let ranges = [
        ("interval", check.interval, 5..=300),
        ("timeout", check.timeout, 2..=60),
        ("retries", check.retries, 1..=10),
        ("startPeriod", check.start_period, 0..=300),
    ];
    for (member, value, valid) in ranges {
        outside(Rule::T56, &path.member(member), value, valid, findings);
    }
}

fn restart_policy(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let Some(policy) = &container.restart_policy else { return };
    let path = path.member("restartPolicy");
    let period = policy.restart_attempt_period;
    outside(Rule::T58, &path.member("restartAttemptPeriod"), period, RESTART_PERIOD, findings);
    let codes = policy.ignored_exit_codes.len();
    if codes > MOST_EXIT_CODES {
        findings.add(Rule::T58, &path.member("ignoredExitCodes"), format!("{codes} exit codes"));
    }
}

fn ulimits(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let ulimits = path.member("ulimits");
    for (index, limit) in container.ulimits.iter().enumerate() {
        let (soft, hard) = (limit.soft_limit, limit.hard_limit);
        if hard != UNLIMITED && soft > hard {
            findings.add(Rule::T59, &ulimits.item(index), format!("soft limit {soft}, hard limit {hard}"));
        }
    }
}

/// Checks the devices of a container, or of an override of one.
pub fn devices(requirements: &[ResourceRequirement], path: &Path<'_>, findings: &mut Findings) {
    let place = path.member("resourceRequirements");
    for (index, requirement) in requirements.iter().enumerate() {
        let path = place.item(index);
        if requirement.resource_type == ResourceType::InferenceAccelerator {
            findings.add(Rule::T73, &path, "Elastic Inference has ended");
        } else if let Some(problem) = device_problem(requirement) {
            findings.add(Rule::T63, &path.member("value"), problem);
        }
    }
}

fn device_problem(requirement: &ResourceRequirement) -> Option<String> {
    if let Some(sharing) = &requirement.sharing_strategy {
        let percent = |mps: &NvidiaMpsAllocation| mps.max_compute_percent.unwrap_or(100);
        let sound = |mps: &NvidiaMpsAllocation| mps.memory >= 1 && (1..=100).contains(&percent(mps));
        let unsound = sharing.nvidia_mps.as_ref().is_some_and(|mps| !sound(mps));
        return match &requirement.value {
            Some(value) => Some(format!("\"{value}\" beside a sharing strategy")),
            None => unsound.then(|| "a share of a GPU without memory, or beyond 1 to 100 percent".to_owned()),
        };
    }
    let value = requirement.value.as_deref().unwrap_or_default();
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let positive = digits && value.bytes().any(|byte| byte != b'0');
    (!positive && value != "ALL").then(|| format!("\"{value}\" is not a valid number of devices"))
}
