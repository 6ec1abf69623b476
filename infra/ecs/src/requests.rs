//! Requests to ECS as JSON: read and checked, with all that is wrong reported.

mod demanded;
mod document;
mod run_task;
mod service;
mod skeleton;
mod task_definition;

pub use document::{Kind, NoRequest, Part, parts};
pub use run_task::run_task;
pub use service::service;
pub use task_definition::{MOST_BYTES, containers, definition, task_definition};

use crate::capacity::CapacityProviderStrategyItem;
use crate::placement::{Share, place};
use crate::reader::{Form, read};
use crate::rollout::Bounds;
use crate::rules::{self, Findings, Path, Rule};
use crate::task_definition::volume::Switch;
use serde::{Deserialize, Serialize};
use serde_json::{Error, Value};
use std::collections::BTreeMap;

/// Forms of this program's own, in which nothing may be but what they have.
const OWN: Form = Form { answers: &[], own: true };

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
    let (placement, mut findings) = read::<Placement>(json, OWN)?;
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
    let (update, mut findings) = read::<RollingUpdate>(json, OWN)?;
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
