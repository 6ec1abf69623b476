//! What service events and RunTask's failures complain of.

use super::table::{self, CAPACITY, COMPLAINT, CONTAINER_CHECK, PLACEMENT, RESOURCES, SERVICE};
use super::{Cause, Expected, Facts, UnhealthyTarget, cause_of_target};

/// What a service event complains of. None: of nothing, or of what its other events and its tasks explain.
pub fn cause_of_event(event: &str, expected: &Expected) -> Option<Cause> {
    let text = without_service(event);
    if text.contains("deployment failed: tasks failed to start") {
        return None;
    }
    if text.contains(" is unhealthy in ") {
        return unhealthy(text, expected);
    }
    let facts = Facts { text, ..Facts::default() };
    let mut rows = SERVICE.iter().chain(table::reasons()).chain([&CONTAINER_CHECK, &COMPLAINT]);
    rows.find(|row| row.is_in(text)).map(|row| Cause::new(row, &facts, expected))
}

/// Why RunTask or StartTask did not start a task: the `reason` of one of its failures.
pub fn cause_of_placement(reason: &str) -> Option<Cause> {
    // There they stand alone, in a task's stopped reason behind this.
    let text = format!("TaskFailedToStart: {reason}");
    let facts = Facts { text: reason, ..Facts::default() };
    let mut rows = RESOURCES.iter().chain(CAPACITY).chain(PLACEMENT);
    rows.find(|row| row.is_in(&text)).map(|row| Cause::new(row, &facts, &Expected::default()))
}

/// Without `(service X) ` or `(service X, taskSet Y) `.
fn without_service(event: &str) -> &str {
    let named = event.strip_prefix("(service ").and_then(|rest| rest.split_once(") "));
    named.map_or(event, |(_, rest)| rest)
}

/// `(task ID) (port 8080) is unhealthy in (target-group ARN) due to (reason Request timed out).`
fn unhealthy(text: &str, expected: &Expected) -> Option<Cause> {
    let port = text.split_once("(port ").and_then(|(_, rest)| rest.split_once(')'));
    let reason = text.split_once("(reason ").map(|(_, rest)| rest.trim_end_matches(['.', ')']));
    let target = UnhealthyTarget {
        state: "unhealthy".to_owned(),
        port: port.and_then(|(port, _)| port.parse().ok()),
        description: reason.map(str::to_owned),
        ..UnhealthyTarget::default()
    };
    cause_of_target(&target, expected)
}
