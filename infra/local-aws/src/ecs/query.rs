//! Which container instances an expression of the cluster query language selects.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html>

use super::instances::{AGENT_VERSION, Instance};
use super::pattern::fits;
use super::state::State;
use infra_ecs::Expression;
use infra_ecs::cluster_query::{Condition, Subject, Test};
use std::cmp::Ordering;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Whether an instance is selected.
pub(super) fn selects(state: &State, expression: &Expression, instance: &Instance) -> bool {
    holds(state, expression.condition(), instance)
}

fn holds(state: &State, condition: &Condition, instance: &Instance) -> bool {
    match condition {
        Condition::Compare(subject, test) => passes(test, &values(state, subject, instance)),
        Condition::Not(inner) => !holds(state, inner, instance),
        Condition::And(parts) => parts.iter().all(|part| holds(state, part, instance)),
        Condition::Or(parts) => parts.iter().any(|part| holds(state, part, instance)),
    }
}

/// All values that an instance has for a subject; an attribute without a value has an empty one.
fn values(state: &State, subject: &Subject, instance: &Instance) -> Vec<String> {
    let tasks = state.tasks.values().filter(|it| it.is_alive() && it.instance.as_ref() == Some(&instance.id));
    match subject {
        Subject::AgentConnected => vec!["true".to_owned()],
        Subject::AgentVersion => vec![AGENT_VERSION.to_owned()],
        Subject::Ec2InstanceId => vec![instance.ec2_id.clone()],
        Subject::RegisteredAt => {
            OffsetDateTime::from(instance.registered_at).format(&Rfc3339).into_iter().collect()
        }
        Subject::RunningTasksCount => {
            vec![tasks.filter(|it| it.last_status == "RUNNING").count().to_string()]
        }
        Subject::TaskGroup => tasks.map(|task| task.request.group.clone()).collect(),
        Subject::Attribute(attribute) => instance
            .attributes
            .get(attribute.name())
            .map(|value| value.clone().unwrap_or_default())
            .into_iter()
            .collect(),
    }
}

fn passes(test: &Test, values: &[String]) -> bool {
    let any = |is: &dyn Fn(&String) -> bool| values.iter().any(is);
    // What is not there differs from nothing.
    let none = |is: &dyn Fn(&String) -> bool| !values.is_empty() && !values.iter().any(is);
    match test {
        Test::Equals(argument) => any(&|value| value == argument),
        Test::NotEquals(argument) => none(&|value| value == argument),
        Test::GreaterThan(argument) => any(&|value| order(value, argument).is_gt()),
        Test::GreaterThanEqual(argument) => any(&|value| order(value, argument).is_ge()),
        Test::LessThan(argument) => any(&|value| order(value, argument).is_lt()),
        Test::LessThanEqual(argument) => any(&|value| order(value, argument).is_le()),
        Test::Matches(pattern) => any(&|value| fits(pattern, value)),
        Test::NotMatches(pattern) => none(&|value| fits(pattern, value)),
        Test::In(arguments) => any(&|value| arguments.contains(value)),
        Test::NotIn(arguments) => none(&|value| arguments.contains(value)),
        Test::Exists => !values.is_empty(),
        Test::NotExists => values.is_empty(),
    }
}

/// Numbers and versions by their numbers, all else as text.
fn order(value: &str, argument: &str) -> Ordering {
    let numbers =
        |text: &str| text.split('.').map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
    match (numbers(value), numbers(argument)) {
        (Some(value), Some(argument)) => value.cmp(&argument),
        _ => value.cmp(argument),
    }
}
