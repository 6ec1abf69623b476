//! What an instance has, and what of it tasks leave.

use super::instances::Instance;
use super::state::State;
use super::task::{HostPort, Task};
use infra_ecs::InstanceType;
use infra_ecs::fit::{FixedHostPort, TransportProtocol};
use infra_ecs::task_definition::NetworkMode;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// SSH, Docker and the ECS agent have these on every container instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`hostPort`).
pub(super) const RESERVED_PORTS: [u16; 5] = [22, 2375, 2376, 51678, 51679];
/// From these come the ports of mappings that ask for any.
const DYNAMIC_PORTS: RangeInclusive<u16> = 49_153..=65_535;

/// What tasks leave of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub cpu: u32,
    pub memory: u32,
    pub interfaces: u32,
    /// How many tasks are on it.
    pub tasks: usize,
    /// Taken ports.
    pub ports: BTreeSet<(u16, bool)>,
}

impl Room {
    /// Of an instance of this type without tasks.
    pub fn empty(kind: &InstanceType) -> Self {
        Self {
            cpu: kind.cpu().0,
            memory: kind.memory_for_tasks().0,
            interfaces: kind.task_network_interfaces(),
            tasks: 0,
            ports: RESERVED_PORTS.into_iter().map(|port| (port, false)).collect(),
        }
    }

    /// A task takes its part.
    pub fn take(&mut self, task: &Task) {
        self.tasks += 1;
        self.cpu = self.cpu.saturating_sub(task.demand.cpu.0);
        self.memory = self.memory.saturating_sub(task.demand.memory.0);
        self.interfaces = self.interfaces.saturating_sub(u32::from(task.demand.network_interface));
        let fixed = task.demand.host_ports.iter();
        self.ports.extend(fixed.map(|port| (port.port, port.protocol == TransportProtocol::Udp)));
        self.ports.extend(task.ports.iter().map(|port| (port.host_port, is_udp(&port.protocol))));
    }

    /// Of an instance of a cluster as it is now.
    pub fn now(state: &State, instance: &Instance) -> Self {
        let mut room = Self::empty(&instance.kind);
        let tasks = state.alive_in(&instance.cluster);
        tasks.filter(|task| task.instance.as_ref() == Some(&instance.id)).for_each(|task| room.take(task));
        room
    }

    /// Whether a fixed port is taken.
    pub fn has(&self, port: &FixedHostPort) -> bool {
        self.ports.contains(&(port.port, port.protocol == TransportProtocol::Udp))
    }

    /// The ports of the instance that a task gets.
    pub fn give_ports(&mut self, task: &Task) -> Vec<HostPort> {
        let mode = task.definition.network_mode.unwrap_or(NetworkMode::Bridge);
        let own = match mode {
            NetworkMode::Bridge => false,
            NetworkMode::Host => true,
            _ => return Vec::new(),
        };
        let mut given = Vec::new();
        for container in &task.definition.container_definitions {
            for mapping in &container.port_mappings {
                let number =
                    |port: Option<i32>| port.and_then(|it| u16::try_from(it).ok()).filter(|it| *it != 0);
                let Some(port) = number(mapping.container_port) else { continue };
                let udp = is_udp(mapping.protocol());
                let fixed = if own { Some(port) } else { number(mapping.host_port) };
                let free = || DYNAMIC_PORTS.clone().find(|it| !self.ports.contains(&(*it, udp)));
                let Some(host_port) = fixed.or_else(free) else { continue };
                self.ports.insert((host_port, udp));
                let (container, protocol) = (container.name().to_owned(), mapping.protocol().to_owned());
                given.push(HostPort { container, port, host_port, protocol });
            }
        }
        given
    }
}

fn is_udp(protocol: &str) -> bool {
    protocol.eq_ignore_ascii_case("udp")
}
