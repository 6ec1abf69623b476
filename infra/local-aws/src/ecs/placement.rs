//! Where a task runs: what has room, what the constraints allow, what the strategies prefer.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>

use super::instances::Instance;
use super::query::selects;
use super::room::Room;
use super::state::State;
use super::task::Task;
use super::{Ecs, NotPlaced};
use infra_ecs::Expression;
use infra_ecs::container::ResourceType;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SEE: &str = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
const UNAVAILABLE: &str =
    "Capacity is unavailable at this time. Please try again later or in a different availability zone";

/// Why an instance does not run a task; those that are looked at later are nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    Attribute,
    Location,
    Cpu,
    Memory,
    Ports,
    Interface,
    Gpu,
    MemberOf,
    Distinct,
}

impl Obstacle {
    /// As `failures` have it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Attribute => "ATTRIBUTE",
            Self::Location => "LOCATION",
            Self::Cpu => "RESOURCE:CPU",
            Self::Memory => "RESOURCE:MEMORY",
            Self::Ports => "RESOURCE:PORTS",
            Self::Interface => "RESOURCE:ENI",
            Self::Gpu => "RESOURCE:GPU",
            Self::MemberOf => "MemberOf placement constraint unsatisfied.",
            Self::Distinct => "DistinctInstance placement constraint unsatisfied.",
        }
    }

    /// As events have it.
    fn words(self) -> String {
        match self {
            Self::Cpu => "has insufficient CPU units available".to_owned(),
            Self::Memory => "has insufficient memory available".to_owned(),
            Self::Ports => "is already using a port required by your task".to_owned(),
            Self::Attribute => "is missing an attribute required by your task".to_owned(),
            other => format!("encountered error \"{}\"", other.reason()),
        }
    }
}

/// Gives a task its place and its ports.
pub(super) fn place(ecs: &Ecs, state: &State, task: &mut Task) -> Result<(), NotPlaced> {
    if task.on_fargate() {
        let Some((zone, subnet)) = fargate_zone(ecs, state, task) else {
            let event = format!("was unable to place a task. Reason: {UNAVAILABLE}.");
            let failures = vec![json!({"reason": UNAVAILABLE})];
            return Err(NotPlaced { failures, event });
        };
        (task.zone, task.subnet) = (Some(zone), subnet);
        return Ok(());
    }
    let mut obstacles = Vec::new();
    let mut free = Vec::new();
    for instance in candidates(state, task) {
        let room = Room::now(state, instance);
        match obstacle(ecs, state, task, instance, &room) {
            Some(obstacle) => obstacles.push((obstacle, instance)),
            None => free.push((instance, room)),
        }
    }
    let Some((instance, mut room)) = preferred(state, task, free) else {
        return Err(not_placed(ecs, task, &obstacles));
    };
    let (zone, id) = (instance.zone.clone(), instance.id.clone());
    task.ports = room.give_ports(task);
    task.subnet = subnet_in(ecs, state, task, &zone);
    (task.zone, task.instance) = (Some(zone), Some(id));
    Ok(())
}

/// The instances that a task is for at all.
fn candidates<'a>(state: &'a State, task: &Task) -> Vec<&'a Instance> {
    let wanted = task.request.instance.as_deref().map(super::input::last_part);
    let is_for = |instance: &&Instance| {
        instance.cluster == task.request.cluster
            && instance.status == "ACTIVE"
            && wanted.is_none_or(|wanted| wanted == instance.id)
            && task.provider().is_none_or(|provider| instance.provider.as_deref() == Some(provider))
    };
    state.instances.values().filter(is_for).collect()
}

fn not_placed(ecs: &Ecs, task: &Task, obstacles: &[(Obstacle, &Instance)]) -> NotPlaced {
    let failures = obstacles
        .iter()
        .map(|(obstacle, instance)| json!({"arn": instance.arn(ecs), "reason": obstacle.reason()}));
    let why = match obstacles.iter().max_by_key(|(obstacle, _)| *obstacle) {
        Some((obstacle, instance)) => {
            format!("The closest matching (container-instance {}) {}.", instance.id, obstacle.words())
        }
        None => {
            let place = if task.provider().is_some() { "capacity provider" } else { "cluster" };
            format!("Reason: No Container Instances were found in your {place}.")
        }
    };
    let event = "was unable to place a task because no container instance met all of its requirements.";
    NotPlaced { failures: failures.collect(), event: format!("{event} {why} {SEE}") }
}

/// The first reason against an instance, in ECS's order: resources, then constraints.
pub(super) fn obstacle(
    ecs: &Ecs,
    state: &State,
    task: &Task,
    instance: &Instance,
    room: &Room,
) -> Option<Obstacle> {
    let demand = &task.demand;
    let gpu = task.definition.container_definitions.iter().flat_map(|it| &it.resource_requirements);
    let outside = demand.network_interface && subnet_in(ecs, state, task, &instance.zone).is_none();
    let elsewhere = task.request.zone.as_ref().is_some_and(|zone| *zone != instance.zone);
    let architecture = instance.architecture();
    let distinct = constraints(&task.request.placement_constraints, "distinctInstance").next().is_some();
    let mut expressions = constraints(&task.request.placement_constraints, "memberOf")
        .map(str::to_owned)
        .chain(task.definition.placement_constraints.iter().filter_map(|it| it.expression.clone()));
    let allows = |text: String| text.parse::<Expression>().is_ok_and(|it| selects(state, &it, instance));
    let same = |other: &Task| {
        other.instance.as_ref() == Some(&instance.id) && other.request.group == task.request.group
    };
    // Each is only looked at where none before holds.
    let checks: [(Obstacle, &mut dyn FnMut() -> bool); 9] = [
        (Obstacle::Attribute, &mut || {
            task.definition.runtime_platform.is_some() && task.architecture() != architecture
        }),
        (Obstacle::Location, &mut || outside || elsewhere),
        (Obstacle::Cpu, &mut || demand.cpu.0 > room.cpu),
        (Obstacle::Memory, &mut || demand.memory.0 > room.memory),
        (Obstacle::Ports, &mut || demand.host_ports.iter().any(|port| room.has(port))),
        (Obstacle::Interface, &mut || demand.network_interface && room.interfaces == 0),
        (Obstacle::Gpu, &mut || gpu.clone().any(|it| it.resource_type == ResourceType::Gpu)),
        (Obstacle::MemberOf, &mut || !expressions.all(allows)),
        (Obstacle::Distinct, &mut || distinct && state.alive_in(&instance.cluster).any(same)),
    ];
    checks.into_iter().find_map(|(obstacle, holds)| holds().then_some(obstacle))
}

/// The expressions of the constraints of this type; empty where it has none.
fn constraints<'a>(list: &'a Value, kind: &'static str) -> impl Iterator<Item = &'a str> {
    let of_kind = list.as_array().into_iter().flatten().filter(move |it| it["type"] == kind);
    of_kind.map(|it| it["expression"].as_str().unwrap_or_default())
}

/// The instance that the strategies prefer, one strategy after the other; of equals the one with the fewest tasks.
fn preferred<'a>(
    state: &State,
    task: &Task,
    mut free: Vec<(&'a Instance, Room)>,
) -> Option<(&'a Instance, Room)> {
    let own: Vec<&Task> =
        state.alive_in(&task.request.cluster).filter(|it| it.request.group == task.request.group).collect();
    for strategy in task.request.placement_strategy.as_array().into_iter().flatten() {
        let field = strategy["field"].as_str().unwrap_or_default();
        match strategy["type"].as_str() {
            Some("random") => {
                let chosen = fastrand::usize(..free.len().max(1));
                return free.into_iter().nth(chosen);
            }
            Some("binpack") if field.eq_ignore_ascii_case("memory") => {
                keep(&mut free, |_, room| room.memory as usize);
            }
            Some("binpack") => keep(&mut free, |_, room| room.cpu as usize),
            Some("spread") => {
                let value = |instance: &Instance| spread_value(instance, field);
                let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                for instance in own.iter().filter_map(|it| state.instances.get(it.instance.as_ref()?)) {
                    *counts.entry(value(instance)).or_default() += 1;
                }
                keep(&mut free, |instance, _| counts.get(&value(instance)).copied().unwrap_or_default());
            }
            _ => {}
        }
    }
    free.into_iter().min_by_key(|(instance, room)| (room.tasks, instance.registered_at, instance.id.clone()))
}

/// Keeps those for which the number is least.
fn keep(free: &mut Vec<(&Instance, Room)>, number: impl Fn(&Instance, &Room) -> usize) {
    let least = free.iter().map(|(instance, room)| number(instance, room)).min();
    free.retain(|(instance, room)| Some(number(instance, room)) == least);
}

fn spread_value(instance: &Instance, field: &str) -> String {
    let name = field.strip_prefix("attribute:").unwrap_or(field);
    match name {
        "instanceId" | "host" => instance.id.clone(),
        _ => instance.attributes.get(name).cloned().flatten().unwrap_or_default(),
    }
}

/// The zone of a task's subnets with the fewest tasks of its group, and the subnet; without subnets the region's first.
fn fargate_zone(ecs: &Ecs, state: &State, task: &Task) -> Option<(String, Option<String>)> {
    let zones = zones(ecs, state, task);
    if zones.is_empty() {
        let zone = task.request.zone.clone().unwrap_or_else(|| format!("{}a", ecs.account.region));
        return Some((zone, None));
    }
    let count = |zone: &str| {
        let tasks = state.alive_in(&task.request.cluster);
        tasks.filter(|it| it.request.group == task.request.group && it.zone.as_deref() == Some(zone)).count()
    };
    let wanted = zones.into_iter().filter(|(_, zone)| task.request.zone.as_ref().is_none_or(|it| it == zone));
    let (subnet, zone) = wanted.min_by_key(|(_, zone)| count(zone))?;
    Some((zone, Some(subnet)))
}

/// A task's subnet in a zone.
fn subnet_in(ecs: &Ecs, state: &State, task: &Task, zone: &str) -> Option<String> {
    zones(ecs, state, task).into_iter().find(|(_, of)| of == zone).map(|(subnet, _)| subnet)
}

/// A task's subnets with their zones: the region's in turn where the emulator does not know a subnet.
fn zones(ecs: &Ecs, state: &State, task: &Task) -> Vec<(String, String)> {
    let made_up = |index: usize| format!("{}{}", ecs.account.region, ["a", "b", "c"][index % 3]);
    let subnets = task.request.subnets().into_iter().enumerate();
    let zone = |(index, subnet): (usize, &str)| {
        (subnet.to_owned(), state.zones.get(subnet).cloned().unwrap_or_else(|| made_up(index)))
    };
    subnets.map(zone).collect()
}
