//! What Elastic Load Balancing refuses of target groups: L02, L04, L05, L08.

use super::{DEREGISTRATION_SECONDS, HealthCheck, TargetGroup};
use crate::name::is_load_balancing_name;
use infra_ecs::rules::{Findings, Path, Rule};
use std::ops::RangeInclusive;

const INTERVAL_SECONDS: RangeInclusive<i32> = 5..=300;
const TIMEOUT_SECONDS: RangeInclusive<i32> = 2..=120;
const THRESHOLD: RangeInclusive<i32> = 2..=10;

/// Checks a target group. Its health checks go to the port that a target is registered with, so that they find dynamic
/// host ports.
pub fn check(group: &TargetGroup) -> Findings {
    let mut findings = Findings::default();
    if !is_load_balancing_name(&group.name) {
        findings.add(
            Rule::L02,
            &at("name"),
            format!("\"{}\" is not a valid name for a target group", group.name),
        );
    }
    if group.port == 0 {
        findings.add(Rule::L08, &at("port"), "port 0");
    }
    let seconds = group.deregistration_delay_seconds;
    if !DEREGISTRATION_SECONDS.contains(&seconds) {
        findings.add(Rule::L04, &at("deregistrationDelaySeconds"), format!("{seconds} seconds"));
    }
    health_check(&group.health_check, &at("healthCheck"), &mut findings);
    findings
}

fn health_check(check: &HealthCheck, path: &Path<'_>, findings: &mut Findings) {
    let numbers = [
        ("intervalSeconds", check.interval_seconds, INTERVAL_SECONDS),
        ("timeoutSeconds", check.timeout_seconds, TIMEOUT_SECONDS),
        ("healthyThreshold", check.healthy_threshold, THRESHOLD),
        ("unhealthyThreshold", check.unhealthy_threshold, THRESHOLD),
    ];
    for (member, value, valid) in numbers {
        if !valid.contains(&value) {
            let problem = format!("{value} is outside {} to {}", valid.start(), valid.end());
            findings.add(Rule::L05, &path.member(member), problem);
        }
    }
    if check.timeout_seconds >= check.interval_seconds {
        let problem = format!("{} of {} seconds", check.timeout_seconds, check.interval_seconds);
        findings.add(Rule::L05, &path.member("timeoutSeconds"), problem);
    }
}

fn at(member: &str) -> Path<'_> {
    Path::Member(&Path::Root, member)
}
