//! ECS's defaults, filled in or left out, so that a definition and what ECS tells of it have the same form.

use super::{NetworkMode, TaskDefinition, volume::Volume};
use crate::ecs::container::{ContainerDefinition, HealthCheck, PortMapping};

/// Brings equal definitions to the same form.
pub fn task_definition(definition: &mut TaskDefinition) {
    let mode = definition.network_mode;
    for container in &mut definition.container_definitions {
        container_definition(container, mode);
    }
    definition.volumes.iter_mut().for_each(volume);
    definition.tags.sort_by(|a, b| a.key.cmp(&b.key));
}

fn container_definition(container: &mut ContainerDefinition, mode: Option<NetworkMode>) {
    container.essential.get_or_insert(true);
    container.cpu = container.cpu.filter(|&units| units != 0);
    container.environment.sort_by(|a, b| a.name.cmp(&b.name));
    container.secrets.sort_by(|a, b| a.name.cmp(&b.name));
    container.port_mappings.iter_mut().for_each(|mapping| port_mapping(mapping, mode));
    if let Some(check) = &mut container.health_check {
        health_check(check);
    }
    for mount in &mut container.mount_points {
        mount.read_only.get_or_insert(false);
    }
    for volume in &mut container.volumes_from {
        volume.read_only.get_or_insert(false);
    }
    if let Some(policy) = &mut container.restart_policy {
        policy.restart_attempt_period.get_or_insert(300);
    }
}

/// ECS tells the host port of every mapping, also where there is nothing to choose.
fn port_mapping(mapping: &mut PortMapping, mode: Option<NetworkMode>) {
    if mapping.protocol.as_deref() == Some("tcp") {
        mapping.protocol = None;
    }
    match mode {
        Some(NetworkMode::Awsvpc | NetworkMode::Host) if mapping.host_port == mapping.container_port => {
            mapping.host_port = None;
        }
        Some(NetworkMode::Bridge) | None if mapping.container_port_range.is_none() => {
            mapping.host_port.get_or_insert(0);
        }
        _ => {}
    }
}

fn health_check(check: &mut HealthCheck) {
    check.interval.get_or_insert(30);
    check.timeout.get_or_insert(5);
    check.retries.get_or_insert(3);
    check.start_period.get_or_insert(0);
}

fn volume(volume: &mut Volume) {
    if volume.host.as_ref().is_some_and(|host| host.source_path.is_none()) {
        volume.host = None;
    }
    volume.configured_at_launch = volume.configured_at_launch.filter(|&configured| configured);
    if let Some(efs) = &mut volume.efs_volume_configuration {
        efs.root_directory = efs.root_directory.take().filter(|directory| directory != "/");
    }
}
