//! Where a task's containers are in the network, and the host ports that lead to them.

use super::running::Running;
use bollard::models::{ContainerInspectResponse, PortBinding, PortMap};
use infra_ecs::ContainerDefinition;
use infra_ecs::container::PortMapping;
use infra_ecs::task_definition::{IpcMode, NetworkMode, PidMode};
use std::net::IpAddr;

/// Host ports are for this machine alone.
const LOOPBACK: &str = "127.0.0.1";

/// The network of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Network {
    /// An address of its own in the Docker network of this name; beside it a container whose processes can be shared.
    Own { name: String, pause: Option<String> },
    /// That of the container with this id.
    Of(String),
    /// None at all; beside it a container whose processes can be shared.
    None { pause: Option<String> },
}

impl Network {
    /// Where a container of the task is, once the container is made that keeps the network.
    pub fn of(task: &Running, index: usize, name: &str) -> Self {
        let pause = task.state().pause.clone();
        let disabled = task.containers[index].definition.disable_networking == Some(true);
        match (task.task.task_definition.network_mode, pause) {
            (Some(NetworkMode::None), pause) => Self::None { pause },
            (_, pause) if disabled => Self::None { pause },
            (Some(NetworkMode::Awsvpc | NetworkMode::Host), Some(pause)) => Self::Of(pause),
            (_, pause) => Self::Own { name: name.to_owned(), pause },
        }
    }

    /// Where the container is that keeps a task's network.
    pub fn of_pause(task: &Running, name: &str) -> Self {
        match is_shared(task) {
            true => Self::Own { name: name.to_owned(), pause: None },
            false => Self::None { pause: None },
        }
    }

    /// As Docker writes it.
    pub fn mode(&self) -> String {
        match self {
            Self::Own { name, .. } => name.clone(),
            Self::Of(id) => format!("container:{id}"),
            Self::None { .. } => "none".to_owned(),
        }
    }

    /// The Docker network that a container joins itself.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Own { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The container whose namespaces a task's containers can share.
    pub fn pause(&self) -> Option<&str> {
        match self {
            Self::Of(pause) => Some(pause),
            Self::Own { pause, .. } | Self::None { pause } => pause.as_deref(),
        }
    }

    /// The container whose ports are published with this one's network.
    pub fn publishes<'a>(&self, task: &'a Running, index: usize) -> Vec<&'a ContainerDefinition> {
        self.publishes_all(&[&task.containers[index].definition])
    }

    /// Of these containers those whose ports are published with this network: all or none.
    pub fn publishes_all<'a>(&self, all: &[&'a ContainerDefinition]) -> Vec<&'a ContainerDefinition> {
        if self.name().is_some() { all.to_vec() } else { Vec::new() }
    }
}

/// Whether all containers of the task are at one address. In mode `host` that is the instance's on AWS; here it is the
/// task's own, as this machine is no instance.
pub(super) fn is_shared(task: &Running) -> bool {
    matches!(task.task.task_definition.network_mode, Some(NetworkMode::Awsvpc | NetworkMode::Host))
}

/// Whether a container of ours has to keep what the task's containers share: the first of them may end or start again.
pub(super) fn needs_pause(task: &Running) -> bool {
    let definition = &task.task.task_definition;
    let restarts = |it: &ContainerDefinition| it.restart_policy.as_ref().is_some_and(|policy| policy.enabled);
    let several = task.containers.len() > 1;
    let processes = definition.pid_mode.is_some_and(|mode| matches!(mode, PidMode::Task | PidMode::Host))
        || definition.ipc_mode.is_some_and(|mode| matches!(mode, IpcMode::Task | IpcMode::Host));
    let alone = task.containers.first().is_some_and(|it| restarts(&it.definition));
    (is_shared(task) && (several || alone)) || (several && processes)
}

/// What Docker publishes: on loopback, and nothing in mode `awsvpc`, where tasks have addresses.
pub(super) fn port_map(
    containers: &[&ContainerDefinition],
    mode: Option<NetworkMode>,
    fixed_ports: bool,
) -> PortMap {
    let mappings = containers.iter().flat_map(|it| &it.port_mappings);
    let ports = mappings.flat_map(|mapping| ports_of(mapping, mode));
    let published = ports.filter(|(_, host, _)| fixed_ports || *host == 0);
    let binding = |host: u16| PortBinding {
        host_ip: Some(LOOPBACK.to_owned()),
        host_port: Some(if host == 0 { String::new() } else { host.to_string() }),
    };
    if mode == Some(NetworkMode::Awsvpc) {
        return PortMap::new();
    }
    published
        .map(|(port, host, protocol)| (format!("{port}/{protocol}"), Some(vec![binding(host)])))
        .collect()
}

/// The container ports of a mapping with their host ports, 0 where Docker picks one.
fn ports_of(mapping: &PortMapping, mode: Option<NetworkMode>) -> Vec<(u16, u16, String)> {
    let port = |number: i32| u16::try_from(number).ok();
    let protocol = mapping.protocol().to_owned();
    if let Some((first, last)) = mapping.container_port_range.as_deref().and_then(|it| it.split_once('-')) {
        let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse()) else { return Vec::new() };
        return (first..=last).map(|port| (port, 0, protocol.clone())).collect();
    }
    let Some(container) = mapping.container_port.and_then(port) else { return Vec::new() };
    let host = match mode {
        Some(NetworkMode::Host) => container,
        _ => mapping.host_port.and_then(port).unwrap_or(0),
    };
    vec![(container, host, protocol)]
}

/// Host ports of a container that runs: those it asks for, and those that Docker has picked.
pub(super) fn host_ports(
    definition: &ContainerDefinition,
    mode: Option<NetworkMode>,
    inspected: &ContainerInspectResponse,
) -> Vec<(u16, u16, String)> {
    if matches!(mode, Some(NetworkMode::Awsvpc | NetworkMode::None)) {
        return Vec::new();
    }
    let live = inspected.network_settings.as_ref().and_then(|it| it.ports.as_ref());
    let picked = |port: u16, protocol: &str| {
        let bindings = live?.get(&format!("{port}/{protocol}"))?.as_ref()?;
        bindings.iter().find_map(|binding| binding.host_port.as_ref()?.parse().ok())
    };
    let ports = definition.port_mappings.iter().flat_map(|mapping| ports_of(mapping, mode));
    let known = |(port, host, protocol): (u16, u16, String)| {
        let host = if host == 0 { picked(port, &protocol)? } else { host };
        Some((port, host, protocol))
    };
    ports.filter_map(known).collect()
}

/// The address of a container in the Docker network.
pub(super) fn address(inspected: &ContainerInspectResponse, network: &str) -> Option<IpAddr> {
    let networks = inspected.network_settings.as_ref()?.networks.as_ref()?;
    networks.get(network)?.ip_address.as_deref()?.parse().ok()
}
