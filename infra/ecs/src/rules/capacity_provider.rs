//! What ECS refuses of a capacity provider of one's own: C12, C16.

use super::findings::Findings;
use super::path::Path;
use super::rule::Rule;
use super::strategy::is_own_name;
use crate::capacity_provider::{CapacityProvider, ManagedScaling};
use crate::task_definition::volume::Switch;
use std::ops::RangeInclusive;

const TARGET_CAPACITY: RangeInclusive<i32> = 1..=100;
const STEP_SIZE: RangeInclusive<i32> = 1..=10_000;
const WARMUP_SECONDS: RangeInclusive<i32> = 0..=10_000;
/// ECS's own largest step.
const MAXIMUM_STEP: i32 = 10_000;

/// Checks a capacity provider.
pub fn capacity_provider(provider: &CapacityProvider) -> Findings {
    let mut findings = Findings::default();
    if !is_own_name(&provider.name) {
        let problem =
            format!("\"{}\" is not a valid name of a capacity provider of one's own", provider.name);
        findings.add(Rule::C12, &Path::Root.member("name"), problem);
    }
    let scaling = provider.managed_scaling.unwrap_or_default();
    managed_scaling(&scaling, &Path::Root.member("managedScaling"), &mut findings);
    let scales = scaling.status == Some(Switch::Enabled);
    let protects = provider.managed_termination_protection == Some(Switch::Enabled);
    if protects && !(scales && provider.scale_in_protection) {
        let path = Path::Root.member("managedTerminationProtection");
        findings.add(Rule::C16, &path, "protection without managed scaling and scale-in protection");
    }
    findings
}

fn managed_scaling(scaling: &ManagedScaling, path: &Path<'_>, findings: &mut Findings) {
    let numbers = [
        ("targetCapacity", scaling.target_capacity, TARGET_CAPACITY),
        ("minimumScalingStepSize", scaling.minimum_scaling_step_size, STEP_SIZE),
        ("maximumScalingStepSize", scaling.maximum_scaling_step_size, STEP_SIZE),
        ("instanceWarmupPeriod", scaling.instance_warmup_period, WARMUP_SECONDS),
    ];
    for (member, value, valid) in numbers {
        if let Some(value) = value.filter(|value| !valid.contains(value)) {
            findings.add(Rule::C16, &path.member(member), format!("{value}"));
        }
    }
    let least = scaling.minimum_scaling_step_size.unwrap_or(1);
    let most = scaling.maximum_scaling_step_size.unwrap_or(MAXIMUM_STEP);
    if least > most {
        let problem = format!("at least {least} and at most {most} instances in a step");
        findings.add(Rule::C16, &path.member("minimumScalingStepSize"), problem);
    }
}
