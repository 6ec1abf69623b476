//! Where a task's containers are in the network, and the host ports that lead to them.

use super::running::Running;
use bollard::models::ContainerInspectResponse;
use infra_ecs::ContainerDefinition;
use infra_ecs::container::PortMapping;
use infra_ecs::task_definition::NetworkMode;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// Host ports are for this machine alone.
const LOOPBACK: &str = "127.0.0.1";

/// The network of a container.
pub(super) enum Network {
    /// An address of its own in the Docker network of this name.
    Own(String),
    /// That of the container with this id.
    Of(String),
    /// None at all.
    None,
}

impl Network {
    /// Where a container of the task is, once the container is made that keeps the network.
    pub fn of(task: &Running, index: usize, name: &str) -> Self {
        let disabled = task.containers[index].definition.disable_networking == Some(true);
        match task.state().pause.clone() {
            _ if disabled || task.task.task_definition.network_mode == Some(NetworkMode::None) => Self::None,
            Some(pause) => Self::Of(pause),
            None => Self::Own(name.to_owned()),
        }
    }

    /// As Docker writes it.
    pub fn mode(&self) -> String {
        match self {
            Self::Own(name) => name.clone(),
            Self::Of(id) => format!("container:{id}"),
            Self::None => "none".to_owned(),
        }
    }

    /// The Docker network that a container joins itself.
    pub fn name(&self) -> Option<&str> {
        if let Self::Own(name) = self { Some(name) } else { None }
    }

    /// Of these containers those whose ports are published with this network: all or none.
    pub fn publishes<'a, 'b>(&self, all: &'a [&'b ContainerDefinition]) -> &'a [&'b ContainerDefinition] {
        if self.name().is_some() { all } else { &[] }
    }
}

/// Whether a container of ours has to keep the task's network: the first of several may end, and one that starts again
/// would be somewhere else. In mode `host` that is the instance's on AWS; here it is the task's own, as this machine
/// is no instance.
pub(super) fn needs_pause(task: &Running) -> bool {
    let shared =
        matches!(task.task.task_definition.network_mode, Some(NetworkMode::Awsvpc | NetworkMode::Host));
    let restarts = |it: &ContainerDefinition| it.restart_policy.as_ref().is_some_and(|policy| policy.enabled);
    shared && (task.containers.len() > 1 || task.containers.iter().any(|it| restarts(&it.definition)))
}

/// What Docker publishes, as its `PortBindings`: on loopback, and nothing in mode `awsvpc`, where tasks have addresses.
pub(super) fn port_bindings(
    containers: &[&ContainerDefinition],
    mode: Option<NetworkMode>,
    fixed_ports: bool,
) -> Map<String, Value> {
    if mode == Some(NetworkMode::Awsvpc) {
        return Map::new();
    }
    let mappings = containers.iter().flat_map(|it| &it.port_mappings);
    let ports = mappings.flat_map(|mapping| ports_of(mapping, mode));
    let published = ports.filter(|(_, host, _)| fixed_ports || *host == 0);
    let binding = |(port, host, protocol): (u16, u16, String)| {
        let host = if host == 0 { String::new() } else { host.to_string() };
        (format!("{port}/{protocol}"), json!([{"HostIp": LOOPBACK, "HostPort": host}]))
    };
    published.map(binding).collect()
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
