//! How many tasks of a kind an instance has room for, and what limits them.

use std::collections::BTreeSet;

use super::demand::{FixedHostPort, TaskDemand};
use crate::InstanceType;

/// How many tasks of a kind fit on an instance, by each limit alone; nothing where it does not limit them.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    /// By CPU units.
    pub by_cpu: Option<u32>,
    /// By memory.
    pub by_memory: Option<u32>,
    /// By fixed ports of the instance: one task, or none where the port is taken.
    pub by_ports: Option<u32>,
    /// By network interfaces.
    pub by_network_interfaces: Option<u32>,
}

/// What limits the tasks on an instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// CPU units.
    Cpu,
    /// Memory.
    Memory,
    /// Fixed ports of the instance.
    Ports,
    /// Network interfaces.
    NetworkInterfaces,
}

/// What an instance has left for tasks.
#[derive(Clone, Debug)]
pub(super) struct Room {
    cpu: u32,
    memory: u32,
    network_interfaces: u32,
    ports: BTreeSet<FixedHostPort>,
}

/// SSH, Docker and the ECS agent have these on every container instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`hostPort`).
const RESERVED_PORTS: [u16; 6] = [22, 2375, 2376, 51678, 51679, 51680];

/// How many tasks fit on an instance that is empty.
pub fn slots(demand: &TaskDemand, instance_type: &InstanceType) -> Slots {
    Room::of(instance_type).slots(demand)
}

impl Slots {
    /// How many tasks fit; nothing if there is no limit.
    pub fn fewest(&self) -> Option<u32> {
        self.tightest().map(|(tasks, _)| tasks)
    }

    /// What limits them; of several that allow equally few, the one named first here.
    pub fn limit(&self) -> Option<Limit> {
        self.tightest().map(|(_, limit)| limit)
    }

    /// Every limit under which not even one task fits.
    pub fn exceeded(&self) -> impl Iterator<Item = Limit> {
        self.all().into_iter().filter(|(tasks, _)| *tasks == Some(0)).map(|(_, limit)| limit)
    }

    fn tightest(&self) -> Option<(u32, Limit)> {
        let limits = self.all().into_iter().filter_map(|(tasks, limit)| Some((tasks?, limit)));
        limits.min_by_key(|(tasks, _)| *tasks)
    }

    fn all(&self) -> [(Option<u32>, Limit); 4] {
        [
            (self.by_memory, Limit::Memory),
            (self.by_cpu, Limit::Cpu),
            (self.by_ports, Limit::Ports),
            (self.by_network_interfaces, Limit::NetworkInterfaces),
        ]
    }
}

impl Limit {
    /// The limit with its numbers: `memory: 400 of 898 MiB each`.
    pub fn in_words(self, demand: &TaskDemand, instance_type: &InstanceType) -> String {
        match self {
            Self::Cpu => {
                format!("CPU: {} of {} units each", demand.cpu.0, instance_type.cpu().0)
            }
            Self::Memory => {
                format!("memory: {} of {} MiB each", demand.memory.0, instance_type.memory_for_tasks().0)
            }
            Self::Ports => format!("host {}", ports_in_words(demand)),
            Self::NetworkInterfaces => {
                format!("network interfaces: {} for tasks", instance_type.task_network_interfaces())
            }
        }
    }
}

/// `port 80/tcp`, `ports 80/tcp and 443/tcp`.
pub(super) fn ports_in_words(demand: &TaskDemand) -> String {
    let ports: Vec<_> = demand.host_ports.iter().map(ToString::to_string).collect();
    format!("{} {}", if ports.len() == 1 { "port" } else { "ports" }, ports.join(" and "))
}

impl Room {
    /// All that an instance has for tasks.
    pub(super) fn of(instance_type: &InstanceType) -> Self {
        Self {
            cpu: instance_type.cpu().0,
            memory: instance_type.memory_for_tasks().0,
            network_interfaces: instance_type.task_network_interfaces(),
            ports: RESERVED_PORTS.map(FixedHostPort::tcp).into(),
        }
    }

    /// How many tasks fit into what is left.
    pub(super) fn slots(&self, demand: &TaskDemand) -> Slots {
        let has_port = !demand.host_ports.is_empty();
        Slots {
            by_cpu: self.cpu.checked_div(demand.cpu.0),
            by_memory: self.memory.checked_div(demand.memory.0),
            by_ports: has_port.then(|| u32::from(self.ports.is_disjoint(&demand.host_ports))),
            by_network_interfaces: demand.network_interface.then_some(self.network_interfaces),
        }
    }

    /// Takes away what these tasks need; there must be room for them.
    pub(super) fn take(&mut self, demand: &TaskDemand, tasks: u32) {
        self.cpu = self.cpu.saturating_sub(demand.cpu.0.saturating_mul(tasks));
        self.memory = self.memory.saturating_sub(demand.memory.0.saturating_mul(tasks));
        if demand.network_interface {
            self.network_interfaces = self.network_interfaces.saturating_sub(tasks);
        }
        if tasks > 0 {
            self.ports.extend(&demand.host_ports);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CpuUnits, Mebibytes};

    fn demand(cpu: u32, memory: u32) -> TaskDemand {
        let (cpu, memory) = (CpuUnits(cpu), Mebibytes(memory));
        TaskDemand { cpu, memory, host_ports: BTreeSet::new(), network_interface: false }
    }

    fn on_micro(demand: &TaskDemand) -> (Option<u32>, String) {
        let micro = InstanceType::named("t2.micro").unwrap();
        let slots = slots(demand, &micro);
        (slots.fewest(), slots.limit().map(|limit| limit.in_words(demand, &micro)).unwrap_or_default())
    }

    #[test]
    fn memory_limits_at_898_mib() {
        assert_eq!(on_micro(&demand(1, 449)), (Some(2), "memory: 449 of 898 MiB each".to_owned()));
        assert_eq!(on_micro(&demand(1, 450)).0, Some(1));
        assert_eq!(on_micro(&demand(1, 898)).0, Some(1));
        assert_eq!(on_micro(&demand(1, 899)).0, Some(0));
    }

    #[test]
    fn cpu_limits_at_1024_units() {
        assert_eq!(on_micro(&demand(512, 1)), (Some(2), "CPU: 512 of 1024 units each".to_owned()));
        assert_eq!(on_micro(&demand(513, 1)).0, Some(1));
        assert_eq!(on_micro(&demand(1024, 1)).0, Some(1));
        assert_eq!(on_micro(&demand(1025, 1)).0, Some(0));
    }

    #[test]
    fn a_fixed_port_is_for_one_task_and_some_are_for_none() {
        let with_ports = |ports: &[u16]| TaskDemand {
            host_ports: ports.iter().map(|port| FixedHostPort::tcp(*port)).collect(),
            ..demand(1, 1)
        };
        assert_eq!(on_micro(&with_ports(&[80])), (Some(1), "host port 80/tcp".to_owned()));
        assert_eq!(on_micro(&with_ports(&[80, 443])).1, "host ports 80/tcp and 443/tcp");
        assert_eq!(on_micro(&with_ports(&[80, 22])).0, Some(0), "SSH has 22");
    }

    #[test]
    fn a_micro_has_one_interface_for_tasks() {
        let with_interface = TaskDemand { network_interface: true, ..demand(1, 1) };
        assert_eq!(on_micro(&with_interface), (Some(1), "network interfaces: 1 for tasks".to_owned()));
    }

    #[test]
    fn a_task_that_needs_nothing_has_no_limit() {
        assert_eq!(on_micro(&demand(0, 0)), (None, String::new()));
    }
}
