//! Requests to ECS as JSON: read, checked, and told all that is wrong with them.

use crate::ecs::capacity::CapacityProviderStrategyItem;
use crate::ecs::reader::read;
use crate::ecs::rules::{self, Findings, Path, Rule};
use crate::ecs::simulation::{Bounds, Share, place};
use crate::ecs::task_definition::TaskDefinition;
use crate::ecs::task_definition::volume::Switch;
use serde::{Deserialize, Serialize};
use serde_json::{Error, Value};
use std::collections::BTreeMap;
use std::io::Write;

/// What ECS takes as a task definition at most.
pub const MOST_BYTES: usize = 64 * 1024;

/// What ECS would say to `aws ecs register-task-definition --cli-input-json`.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn task_definition(json: &Value) -> Result<Findings, Error> {
    let (definition, mut findings) = read::<TaskDefinition>(json)?;
    let mut rules = rules::task_definition(&definition);
    what_the_types_do_not_keep(json, &definition, &mut rules);
    findings.extend_where_sound(rules);
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, json)?;
    let Counter(bytes) = counter;
    if bytes > MOST_BYTES {
        findings.add(Rule::T01, &Path::Root, format!("{bytes} bytes, and ECS takes at most {MOST_BYTES}"));
    }
    Ok(findings)
}

/// Counts bytes instead of keeping them.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// In the types, no list and an empty one are the same.
fn what_the_types_do_not_keep(json: &Value, definition: &TaskDefinition, findings: &mut Findings) {
    let constraints = Path::Root.member("placementConstraints");
    let is_empty = |list: &Value| list.as_array().is_some_and(Vec::is_empty);
    if definition.on_fargate() && json.get("placementConstraints").is_some_and(is_empty) {
        findings.add(Rule::X06, &constraints, "an empty list on Fargate");
    }
    let path = Path::Root.member("containerDefinitions");
    let Some(containers) = json.get("containerDefinitions") else {
        findings.add(Rule::T01, &path, "a list of containers is required");
        return;
    };
    for (index, container) in containers.as_array().into_iter().flatten().enumerate() {
        let check = container.get("healthCheck").and_then(Value::as_object);
        if check.is_some_and(|check| !check.contains_key("command")) {
            let item = path.item(index);
            findings.add(Rule::T01, &item.member("healthCheck").member("command"), "a command is required");
        }
    }
}

/// A capacity provider strategy and how many tasks it has to place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Placement {
    desired: i32,
    strategy: Vec<CapacityProviderStrategyItem>,
}

/// How many tasks each capacity provider gets.
pub type Counts = BTreeMap<String, u32>;

/// What ECS would say to a strategy, and how it would divide this many tasks: `{"desired": 10, "strategy": [...]}`.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn placement(json: &Value) -> Result<(Findings, Option<Counts>), Error> {
    let (placement, mut findings) = read::<Placement>(json)?;
    let mut rules = Findings::default();
    rules::strategy(&placement.strategy, &Path::Root.member("strategy"), &mut rules);
    if placement.desired < 0 {
        rules.add(Rule::S03, &Path::Root.member("desired"), format!("{} tasks", placement.desired));
    }
    findings.extend_where_sound(rules);
    let desired = u32::try_from(placement.desired).ok().filter(|_| findings.is_ok());
    Ok((findings, desired.map(|desired| counts(desired, &placement.strategy))))
}

fn counts(desired: u32, strategy: &[CapacityProviderStrategyItem]) -> Counts {
    let shares: Vec<Share> = strategy.iter().map(Share::from).collect();
    let mut counts = Counts::new();
    for (share, tasks) in shares.iter().zip(place(desired, &shares)) {
        *counts.entry(share.capacity_provider.clone()).or_default() += tasks;
    }
    counts
}

/// The numbers that decide how a rolling update goes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RollingUpdate {
    desired_count: Option<i32>,
    minimum_healthy_percent: Option<i32>,
    maximum_percent: Option<i32>,
    availability_zone_rebalancing: Option<Switch>,
}

/// What a rolling update may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// So many tasks keep running.
    pub min_running: u32,
    /// So many run at most.
    pub max_running: u32,
    /// Whether a task may be started or stopped at all.
    pub can_progress: bool,
}

/// What ECS would say to a service's numbers, and what they allow: `{"desiredCount": 4, "maximumPercent": 150, ...}`.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn rolling_update(json: &Value) -> Result<(Findings, Option<Progress>), Error> {
    let (update, mut findings) = read::<RollingUpdate>(json)?;
    let (desired, least, most) =
        (update.desired_count, update.minimum_healthy_percent, update.maximum_percent);
    let rebalancing = update.availability_zone_rebalancing;
    let readable = findings.is_ok();
    findings.extend_where_sound(rules::rolling_update(desired, least, most, rebalancing));
    let number = |value: i32| u32::try_from(value).ok().filter(|_| readable);
    let numbers = desired.and_then(number).zip(number(least.unwrap_or(100))).zip(number(most.unwrap_or(200)));
    let progress = numbers.map(|((desired, least), most)| {
        let bounds = Bounds::new(desired, least, most);
        Progress {
            min_running: bounds.min_running,
            max_running: bounds.max_running,
            can_progress: bounds.can_progress(desired),
        }
    });
    Ok((findings, progress))
}
