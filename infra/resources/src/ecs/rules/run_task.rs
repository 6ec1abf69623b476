//! What ECS refuses of a run-task: C10, C17, S11, S12, S24.

use super::finding::{Findings, Path};
use super::rule::Rule;
use super::service::{constraints, strategies};
use super::strategy::strategy;
use crate::ecs::run_task::RunTaskRequest;
use crate::ecs::service::{LaunchType, PropagateTags};

const TASKS_PER_CALL: std::ops::RangeInclusive<i32> = 1..=10;

/// Checks a run-task request against every rule that needs nothing but the request itself.
pub fn run_task(request: &RunTaskRequest) -> Findings {
    let mut findings = Findings::default();
    let at = |member| Path::Member(&Path::Root, member);
    if let Some(count) = request.count.filter(|count| !TASKS_PER_CALL.contains(count)) {
        findings.add(Rule::C17, &at("count"), format!("{count} tasks"));
    }
    let items = &request.capacity_provider_strategy;
    if !items.is_empty() {
        strategy(items, &at("capacityProviderStrategy"), &mut findings);
        if request.launch_type.is_some() {
            findings.add(Rule::C10, &at("launchType"), "a launch type and a capacity provider strategy");
        }
    }
    let fargate =
        request.launch_type == Some(LaunchType::Fargate) || items.iter().any(|item| item.is_fargate());
    constraints(&request.placement_constraints, fargate, &mut findings);
    strategies(&request.placement_strategy, fargate, &mut findings);
    if request.propagate_tags == Some(PropagateTags::Service) {
        findings.add(Rule::S24, &at("propagateTags"), "SERVICE, and there is no service");
    }
    findings
}
