//! ECS's defaults, filled in or left out, so that a definition and what ECS reports of it have the same form.

use super::volume::{DockerVolume, DockerVolumeScope, EfsAuthorization, EfsVolume, Switch, Volume};
use super::{NetworkMode, TaskDefinition};
use crate::container::{ContainerDefinition, HealthCheck, KernelCapabilities, LinuxParameters, PortMapping};
use crate::rules::size_text;

/// Brings equal definitions to the same form.
pub fn task_definition(definition: &mut TaskDefinition) {
    let mode = definition.network_mode;
    for container in &mut definition.container_definitions {
        container_definition(container, mode);
    }
    definition.volumes.iter_mut().for_each(volume);
    // ECS reports sizes in their smallest unit.
    definition.cpu = definition.cpu.take().map(|text| amount(size_text::cpu(&text), text));
    definition.memory = definition.memory.take().map(|text| amount(size_text::memory(&text), text));
    definition.enable_fault_injection = definition.enable_fault_injection.filter(|&enabled| enabled);
    definition.tags.sort_by(|a, b| a.key.cmp(&b.key));
}

fn amount(size: Option<size_text::Size>, text: String) -> String {
    size.map_or(text, |size| size.amount.to_string())
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
    if let Some(parameters) = &mut container.linux_parameters {
        let nothing = KernelCapabilities::default();
        parameters.capabilities = parameters.capabilities.take().filter(|it| *it != nothing);
    }
    container.linux_parameters =
        container.linux_parameters.take().filter(|it| *it != LinuxParameters::default());
}

/// ECS reports the host port of every mapping, also where there is nothing to choose.
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
    if let Some(docker) = &mut volume.docker_volume_configuration {
        docker_volume(docker);
    }
    if let Some(efs) = &mut volume.efs_volume_configuration {
        efs_volume(efs);
    }
}

fn docker_volume(docker: &mut DockerVolume) {
    docker.scope = docker.scope.filter(|&scope| scope != DockerVolumeScope::Task);
    docker.autoprovision = docker.autoprovision.filter(|&autoprovision| autoprovision);
    docker.driver = docker.driver.take().filter(|driver| driver != "local");
}

fn efs_volume(efs: &mut EfsVolume) {
    efs.root_directory = efs.root_directory.take().filter(|directory| directory != "/");
    efs.transit_encryption = efs.transit_encryption.filter(|&encryption| encryption == Switch::Enabled);
    if let Some(authorization) = &mut efs.authorization_config {
        authorization.iam = authorization.iam.filter(|&iam| iam == Switch::Enabled);
    }
    efs.authorization_config =
        efs.authorization_config.take().filter(|it| *it != EfsAuthorization::default());
}
