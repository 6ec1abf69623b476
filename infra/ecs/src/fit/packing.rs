//! Tasks on instances: a placement that keeps every limit, found without trying all of them.

use super::slots::{Room, slots};
use super::{Fleet, ServiceDemand};
use crate::InstanceType;

/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html>
/// (container instances per cluster).
const MOST_INSTANCES: u32 = 5000;

/// Running tasks on the instances of a fleet.
#[derive(Debug)]
pub(super) struct Packing<'a> {
    services: &'a [ServiceDemand],
    instance_type: &'a InstanceType,
    /// The instances with tasks on them.
    used: Vec<Instance>,
    /// How many more there may be.
    unused: u32,
}

#[derive(Debug)]
struct Instance {
    room: Room,
    /// How many tasks of each service run on it.
    tasks: Vec<u32>,
}

/// Every placement found for these tasks of the services: none if they do not fit.
///
/// It is first-fit decreasing, once by each measure of size. What it finds keeps all limits. It may miss a placement
/// that exists; so may ECS, which never moves a task that runs. With one more instance it finds all that it found
/// before, as the instances before it are filled in the same way.
pub(super) fn packings<'a>(
    fleet: &'a Fleet,
    services: &'a [ServiceDemand],
    tasks: &[u32],
) -> Vec<Packing<'a>> {
    let place = |order: Vec<usize>| {
        let mut packing = Packing {
            services,
            instance_type: &fleet.instance_type,
            used: Vec::new(),
            unused: fleet.most.min(MOST_INSTANCES),
        };
        let placed =
            order.into_iter().all(|service| packing.place(service, tasks[service]) == tasks[service]);
        placed.then_some(packing)
    };
    orders(fleet, services).into_iter().filter_map(place).collect()
}

/// The fewest instances that a placement was found for.
pub(super) fn instances_needed(fleet: &Fleet, services: &[ServiceDemand], tasks: &[u32]) -> Option<u32> {
    let all = Fleet { most: MOST_INSTANCES, ..*fleet };
    packings(&all, services, tasks).iter().map(|packing| MOST_INSTANCES - packing.unused).min()
}

/// The services with the largest tasks first: by memory, by CPU and by what few tasks fit on an instance.
fn orders(fleet: &Fleet, services: &[ServiceDemand]) -> [Vec<usize>; 3] {
    let sorted = |key: &dyn Fn(&ServiceDemand) -> (u32, u32)| {
        let mut order: Vec<_> = (0..services.len()).collect();
        order.sort_by_key(|&service| key(&services[service]));
        order
    };
    let by_memory = sorted(&|it| (u32::MAX - it.demand.memory.0, u32::MAX - it.demand.cpu.0));
    let by_cpu = sorted(&|it| (u32::MAX - it.demand.cpu.0, u32::MAX - it.demand.memory.0));
    let few = |it: &ServiceDemand| slots(&it.demand, &fleet.instance_type).fewest().unwrap_or(u32::MAX);
    [by_memory, by_cpu, sorted(&|it| (few(it), u32::MAX - it.demand.memory.0))]
}

impl Packing<'_> {
    /// Puts tasks of a service wherever there is room first, and says how many found any.
    fn place(&mut self, service: usize, tasks: u32) -> u32 {
        let mut left = tasks;
        for instance in &mut self.used {
            left -= instance.place(self.services, service, left);
        }
        while left > 0 && self.unused > 0 {
            let mut instance = self.empty();
            let placed = instance.place(self.services, service, left);
            if placed == 0 {
                break;
            }
            left -= placed;
            self.unused -= 1;
            self.used.push(instance);
        }
        tasks - left
    }

    /// How many more tasks of a service could start beside those that run.
    pub(super) fn room_for(&self, service: usize) -> u32 {
        let used = self.used.iter().map(|instance| instance.takes(self.services, service));
        let on_used = used.fold(0, u32::saturating_add);
        on_used.saturating_add(self.empty().takes(self.services, service).saturating_mul(self.unused))
    }

    fn empty(&self) -> Instance {
        Instance { room: Room::of(self.instance_type), tasks: vec![0; self.services.len()] }
    }
}

impl Instance {
    fn place(&mut self, services: &[ServiceDemand], service: usize, tasks: u32) -> u32 {
        let placed = self.takes(services, service).min(tasks);
        self.room.take(&services[service].demand, placed);
        self.tasks[service] += placed;
        placed
    }

    /// How many more tasks of a service have room here.
    fn takes(&self, services: &[ServiceDemand], service: usize) -> u32 {
        let ServiceDemand { demand, distinct_instance, .. } = &services[service];
        let distinct = if *distinct_instance { 1_u32.saturating_sub(self.tasks[service]) } else { u32::MAX };
        self.room.slots(demand).fewest().unwrap_or(u32::MAX).min(distinct)
    }
}
