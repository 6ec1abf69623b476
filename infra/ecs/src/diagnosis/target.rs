//! Why a target gets no traffic.

use super::listening::heard;
use super::table::{LOAD_BALANCER_BLOCKED, LOAD_BALANCER_CHECK, OTHER_ADDRESS, OTHER_PORT, TARGETS};
use super::{Cause, Expected, Facts, UnhealthyTarget};

/// Why a target gets no traffic. None: it does, or it is on its way in or out.
pub fn cause_of_target(target: &UnhealthyTarget, expected: &Expected) -> Option<Cause> {
    if !matches!(target.state.as_str(), "unhealthy" | "unused") {
        return None;
    }
    if target.reason.as_deref() == Some("Target.NotRegistered") {
        return None;
    }
    let parts = [&target.reason, &target.description].map(|part| part.as_deref().unwrap_or_default());
    let text = parts.join(": ");
    let facts = Facts { text: &text, target_port: target.port, ..Facts::default() };
    let known = TARGETS.iter().find(|row| row.is_in(&text));
    let silent = known.is_some_and(|row| matches!(row.name, "port-closed" | "health-check-timed-out"));
    if silent && let Some(elsewhere) = listens_elsewhere(&target.log, &facts, expected) {
        return Some(elsewhere);
    }
    let row = match known {
        Some(_) if silent && target.health_status.as_deref() == Some("HEALTHY") => &LOAD_BALANCER_BLOCKED,
        Some(row) => row,
        None => &LOAD_BALANCER_CHECK,
    };
    Some(Cause::new(row, &facts, expected))
}

/// An app that, as its log tells, listens elsewhere than where the load balancer looks for it.
pub(super) fn listens_elsewhere(log: &[String], facts: &Facts<'_>, expected: &Expected) -> Option<Cause> {
    let port = expected.port.or(facts.target_port)?;
    let heard = heard(log);
    let here: Vec<_> = heard.iter().filter(|heard| heard.port == port).collect();
    if here.is_empty() {
        let facts = Facts { other_port: Some(heard.last()?.port), ..facts.clone() };
        return Some(Cause::new(&OTHER_PORT, &facts, expected));
    }
    here.iter().all(|heard| heard.alone).then(|| Cause::new(&OTHER_ADDRESS, facts, expected))
}
