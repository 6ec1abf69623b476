//! Whether tasks fit on a cluster's instances: computed from the settings before any call, where ECS would only say
//! "unable to place a task" again and again.

mod demand;
mod packing;
mod slots;
#[cfg(test)]
mod tests;
mod update;

use serde::Serialize;

pub use demand::{FixedHostPort, TaskDemand, TransportProtocol};
pub use slots::{Limit, Slots, slots};

use crate::InstanceType;
use packing::{instances_needed, packings};
use slots::ports_in_words;
use update::Update;

/// The container instances of a cluster, all of one type.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fleet {
    /// What each of them is.
    pub instance_type: InstanceType,
    /// How many the Auto Scaling group may start.
    pub most: u32,
}

/// A service that runs on the instances.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDemand {
    /// Its name, as settings have it.
    pub name: String,
    /// What each task takes.
    pub demand: TaskDemand,
    /// How many run.
    pub tasks: u32,
    /// How many an autoscaler may run; without one as many as `tasks`.
    pub most_tasks: u32,
    /// Percent of the tasks that an update leaves running.
    pub minimum_healthy_percent: u32,
    /// Percent of the tasks that may run during an update.
    pub maximum_percent: u32,
    /// Whether each task must have an instance of its own: placement constraint `distinctInstance`.
    pub distinct_instance: bool,
}

/// What fits and what does not.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>
/// (unable to place a task).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FitReport {
    /// For each service how many tasks fit on an instance, how many run, and what an update needs.
    pub lines: Vec<String>,
    /// Why a deployment would not end.
    pub problems: Vec<String>,
    /// What works, but not as one may expect.
    pub warnings: Vec<String>,
}

/// Whether the services fit on the fleet, now, during an update of any one of them, and when they are scaled out.
///
/// What is said to fit can be placed. ECS's own strategies may still spread tasks so that a large one finds no room.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>
pub fn check(fleet: &Fleet, services: &[ServiceDemand]) -> FitReport {
    let mut report = FitReport::default();
    let check = Check { fleet, services };
    let running: Vec<u32> = services.iter().map(|service| service.tasks).collect();
    let scaled: Vec<u32> = services.iter().map(|service| service.most_tasks.max(service.tasks)).collect();

    report.problems = services.iter().flat_map(|service| check.too_large(service)).collect();
    let all_fit_alone = report.problems.is_empty();
    let updates = if all_fit_alone { check.updates(&running) } else { None };
    report.lines = check.lines(updates.as_deref());
    match updates {
        Some(updates) => {
            for update in &updates {
                report.problems.extend(update.problem());
                report.warnings.extend(update.warning());
            }
            if scaled != running {
                report.warnings.extend(check.scaled_out(&scaled));
            }
        }
        None if all_fit_alone => report.problems.push(check.too_many(&running)),
        None => {}
    }
    report
}

impl Fleet {
    /// `1 t3.micro instance`, `2 t3.micro instances`.
    fn in_words(&self) -> String {
        let (most, name) = (self.most, self.instance_type.name);
        format!("{most} {name} {}", if most == 1 { "instance" } else { "instances" })
    }
}

/// What is looked at.
#[derive(Clone, Copy)]
struct Check<'a> {
    fleet: &'a Fleet,
    services: &'a [ServiceDemand],
}

impl<'a> Check<'a> {
    /// Why not even one task fits on an empty instance.
    fn too_large(self, service: &ServiceDemand) -> Vec<String> {
        if service.tasks.max(service.most_tasks) == 0 {
            return Vec::new();
        }
        let instance_type = &self.fleet.instance_type;
        let (name, demand, machine) = (&service.name, &service.demand, instance_type.name);
        let words = |limit| match limit {
            Limit::Memory => {
                let (needs, has) = (demand.memory.0, instance_type.memory_for_tasks().0);
                format!(
                    "needs {needs} MiB of memory, a {machine} has {has} MiB for tasks; choose a larger \
                     ec2.instance_type or lower {name}.memory_mib"
                )
            }
            Limit::Cpu => {
                let (needs, has) = (demand.cpu.0, instance_type.cpu().0);
                format!(
                    "needs {needs} CPU units, a {machine} has {has}; choose a larger ec2.instance_type or lower \
                     {name}.cpu_units"
                )
            }
            Limit::Ports => {
                format!(
                    "asks for host {}, but SSH (22), Docker (2375 and 2376) and the ECS agent (51678 to 51680) have \
                     their ports on every instance",
                    ports_in_words(demand)
                )
            }
            Limit::NetworkInterfaces => {
                format!(
                    "needs a network interface of its own, a {machine} has none for tasks; choose a larger \
                     ec2.instance_type"
                )
            }
        };
        let exceeded = slots(demand, instance_type).exceeded().collect::<Vec<_>>();
        exceeded.into_iter().map(|limit| format!("service {name}: a task {}", words(limit))).collect()
    }

    /// That the tasks of all services together have no room.
    fn too_many(self, tasks: &[u32]) -> String {
        let machine = self.fleet.instance_type.name;
        let counts = self.counts(tasks);
        let needed = match instances_needed(self.fleet, self.services, tasks) {
            Some(most) => format!("need {}", Fleet { most, ..*self.fleet }.in_words()),
            None => format!("need more {machine} instances than a cluster can have"),
        };
        let most = self.fleet.most;
        format!(
            "all tasks together ({counts}) {needed}, and there are at most {most}; let there be more instances, \
             choose a larger ec2.instance_type or run fewer tasks"
        )
    }

    /// `2 of web, 3 of php`.
    fn counts(self, tasks: &[u32]) -> String {
        let count = |(service, tasks): (&ServiceDemand, &u32)| {
            let apart =
                if service.distinct_instance && *tasks > 1 { ", each on its own instance" } else { "" };
            format!("{tasks} of {}{apart}", service.name)
        };
        self.services.iter().zip(tasks).map(count).collect::<Vec<_>>().join(", ")
    }

    /// An update of each service while so many tasks of all of them run; nothing if those do not fit.
    fn updates(self, tasks: &[u32]) -> Option<Vec<Update<'a>>> {
        let packings = packings(self.fleet, self.services, tasks);
        let room = |service| packings.iter().map(|packing| packing.room_for(service)).max();
        let update = |(index, service): (usize, &'a ServiceDemand)| {
            Some(Update::new(self.fleet, service, tasks[index], room(index)?))
        };
        if packings.is_empty() { None } else { self.services.iter().enumerate().map(update).collect() }
    }

    /// What will not work when autoscalers run as many tasks as they may.
    fn scaled_out(self, tasks: &[u32]) -> Vec<String> {
        match self.updates(tasks) {
            None => vec![format!("when scaled out, {}", self.too_many(tasks))],
            Some(updates) => updates
                .iter()
                .filter_map(|update| update.problem())
                .map(|problem| format!("when scaled out to {}, {problem}", self.counts(tasks)))
                .collect(),
        }
    }

    fn lines(self, updates: Option<&[Update<'_>]>) -> Vec<String> {
        let line = |(index, service): (usize, &ServiceDemand)| {
            let placed = updates.and_then(|updates| updates.get(index)).map(Update::in_words);
            let placed = placed.unwrap_or_else(|| format!("{} wanted", service.tasks));
            format!("service {}: {}; {placed}", service.name, self.per_instance(service))
        };
        self.services.iter().enumerate().map(line).collect()
    }

    /// `2 tasks fit on a t3.micro (memory: 400 of 898 MiB each)`.
    fn per_instance(self, service: &ServiceDemand) -> String {
        let instance_type = &self.fleet.instance_type;
        let slots = slots(&service.demand, instance_type);
        let fewest = slots.fewest();
        if service.distinct_instance && fewest != Some(0) {
            return format!("1 task fits on a {} (distinctInstance)", instance_type.name);
        }
        let count = match fewest {
            Some(1) => "1 task fits".to_owned(),
            Some(tasks) => format!("{tasks} tasks fit"),
            None => "any number of tasks fits".to_owned(),
        };
        let limit = slots.limit().map(|limit| limit.in_words(&service.demand, instance_type));
        let limit = limit.map(|words| format!(" ({words})")).unwrap_or_default();
        format!("{count} on a {}{limit}", instance_type.name)
    }
}
