//! What a task takes from the instance it is placed on.

use std::collections::BTreeSet;
use std::fmt;

use crate::container::PortMapping;
use crate::rules::size_text;
use crate::task_definition::NetworkMode;
use crate::{ContainerDefinition, CpuUnits, Mebibytes, TaskDefinition};

/// What ECS sets aside for a task on a container instance, whatever the task then uses.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html>
/// (task size, container definitions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDemand {
    /// CPU of the task, or of its containers together. None at all is possible.
    pub cpu: CpuUnits,
    /// Memory of the task, or of its containers together.
    pub memory: Mebibytes,
    /// Ports of the instance that only one task can have.
    pub host_ports: BTreeSet<FixedHostPort>,
    /// Whether it needs a network interface of its own: network mode `awsvpc`.
    pub network_interface: bool,
}

/// A port of the instance that a task asks for by number.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`hostPort`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FixedHostPort {
    /// Its number.
    pub port: u16,
    /// TCP and UDP have ports of their own.
    pub protocol: TransportProtocol,
}

/// The protocol of a port.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html> (`protocol`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransportProtocol {
    /// The default.
    Tcp,
    /// Datagrams.
    Udp,
}

impl TaskDemand {
    /// What a task of this definition takes.
    pub fn of(definition: &TaskDefinition) -> Self {
        let containers = &definition.container_definitions;
        let sum = |part: fn(&ContainerDefinition) -> Option<i32>| {
            containers.iter().map(|it| size(part(it))).fold(0, u32::saturating_add)
        };
        let cpu = definition.cpu.as_deref().and_then(size_text::cpu).map(whole);
        let memory = definition.memory.as_deref().and_then(size_text::memory).map(whole);
        // Left out, it is `bridge` on Linux, and Windows's NAT shares ports in the same way.
        let mode = definition.network_mode.unwrap_or(NetworkMode::Bridge);
        let mappings = containers.iter().flat_map(|it| &it.port_mappings);
        Self {
            cpu: CpuUnits(cpu.unwrap_or_else(|| sum(|it| it.cpu))),
            memory: Mebibytes(memory.unwrap_or_else(|| sum(|it| it.memory_reservation.or(it.memory)))),
            host_ports: mappings.filter_map(|mapping| host_port(mode, mapping)).collect(),
            network_interface: mode == NetworkMode::Awsvpc,
        }
    }
}

fn whole(size: size_text::Size) -> u32 {
    u32::try_from(size.amount).unwrap_or(u32::MAX)
}

/// What ECS refuses, such as a negative size, counts as nothing: the rules report it.
fn size(value: Option<i32>) -> u32 {
    u32::try_from(value.unwrap_or_default()).unwrap_or_default()
}

fn host_port(mode: NetworkMode, mapping: &PortMapping) -> Option<FixedHostPort> {
    let port = match mode {
        // 0 asks for any port, of which there are enough.
        NetworkMode::Bridge => mapping.host_port.filter(|&port| port != 0),
        NetworkMode::Host => mapping.container_port,
        NetworkMode::Awsvpc | NetworkMode::None | NetworkMode::Unknown(_) => None,
    };
    let udp = mapping.protocol().eq_ignore_ascii_case("udp");
    let protocol = if udp { TransportProtocol::Udp } else { TransportProtocol::Tcp };
    Some(FixedHostPort { port: u16::try_from(port?).ok()?, protocol })
}

impl FixedHostPort {
    /// A TCP port.
    pub const fn tcp(port: u16) -> Self {
        Self { port, protocol: TransportProtocol::Tcp }
    }
}

impl fmt::Display for FixedHostPort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            TransportProtocol::Tcp => "tcp",
            TransportProtocol::Udp => "udp",
        };
        write!(formatter, "{}/{protocol}", self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(cpu: i32, memory: Option<i32>, reservation: Option<i32>) -> ContainerDefinition {
        let cpu = Some(cpu);
        ContainerDefinition { cpu, memory, memory_reservation: reservation, ..ContainerDefinition::default() }
    }

    fn with_ports(network_mode: Option<NetworkMode>) -> TaskDemand {
        let fixed = PortMapping { host_port: Some(8080), ..PortMapping::tcp(80) };
        let dynamic = PortMapping { host_port: Some(0), ..PortMapping::tcp(81) };
        let left_out = PortMapping { protocol: Some("udp".to_owned()), ..PortMapping::tcp(82) };
        let container = ContainerDefinition {
            port_mappings: vec![fixed, dynamic, left_out],
            ..ContainerDefinition::default()
        };
        let container_definitions = vec![container];
        TaskDemand::of(&TaskDefinition { network_mode, container_definitions, ..TaskDefinition::default() })
    }

    #[test]
    fn the_tasks_own_size_comes_before_its_containers() {
        let mut definition = TaskDefinition {
            cpu: Some("1 vCPU".to_owned()),
            memory: Some("2 GB".to_owned()),
            container_definitions: vec![
                container(128, Some(512), Some(256)),
                container(64, Some(100), None),
                container(-1, None, None),
            ],
            ..TaskDefinition::default()
        };
        let demand = TaskDemand::of(&definition);
        assert_eq!((demand.cpu, demand.memory), (CpuUnits(1024), Mebibytes(2048)));
        (definition.cpu, definition.memory) = (None, None);
        let demand = TaskDemand::of(&definition);
        assert_eq!((demand.cpu, demand.memory), (CpuUnits(192), Mebibytes(356)), "reservation, else memory");
    }

    #[test]
    fn the_network_mode_decides_which_ports_are_fixed() {
        let ports = |mode| with_ports(mode).host_ports.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(ports(None), ["8080/tcp"]);
        assert_eq!(ports(Some(NetworkMode::Bridge)), ["8080/tcp"]);
        assert_eq!(ports(Some(NetworkMode::Host)), ["80/tcp", "81/tcp", "82/udp"]);
        assert_eq!(ports(Some(NetworkMode::Awsvpc)), [""; 0]);
        assert_eq!(ports(Some(NetworkMode::None)), [""; 0]);
    }

    #[test]
    fn only_awsvpc_needs_an_interface_of_its_own() {
        assert!(with_ports(Some(NetworkMode::Awsvpc)).network_interface);
        assert!(!with_ports(Some(NetworkMode::Host)).network_interface);
        assert!(!with_ports(None).network_interface);
    }
}
