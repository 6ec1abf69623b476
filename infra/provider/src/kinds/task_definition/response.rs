//! From the SDK's task definition to ours.

use aws_sdk_ecs::types::{ContainerDefinition as Container, HealthCheck, TaskDefinition as Described};
use infra_resources::TaskDefinition;
use infra_resources::ecs::{
    ContainerDefinition, ContainerHealthCheck, KeyValue, LogConfiguration, MountPoint, PortMapping,
    RuntimePlatform, SystemControl, Volume,
};

/// The live revision in our types. What an endpoint does not tell can't be compared and counts as desired.
pub fn task_definition(live: &Described, desired: &TaskDefinition) -> TaskDefinition {
    let platform = live.runtime_platform();
    let platform = platform.map_or_else(
        || desired.runtime_platform.clone(),
        |platform| RuntimePlatform {
            operating_system_family: text(platform.operating_system_family().map(|family| family.as_str())),
            cpu_architecture: text(platform.cpu_architecture().map(|architecture| architecture.as_str())),
        },
    );
    let compatibilities =
        live.requires_compatibilities().iter().map(|compatibility| compatibility.as_str().to_owned());
    TaskDefinition {
        family: text(live.family()),
        requires_compatibilities: compatibilities.collect(),
        network_mode: text(live.network_mode().map(|mode| mode.as_str())),
        cpu: text(live.cpu()),
        memory: text(live.memory()),
        runtime_platform: platform,
        execution_role_arn: text(live.execution_role_arn()).into(),
        task_role_arn: text(live.task_role_arn()).into(),
        container_definitions: live.container_definitions().iter().map(container).collect(),
        volumes: live.volumes().iter().map(|volume| Volume { name: text(volume.name()) }).collect(),
    }
}

fn container(live: &Container) -> ContainerDefinition {
    let ports = live.port_mappings().iter().map(|mapping| PortMapping {
        container_port: mapping
            .container_port()
            .and_then(|port| u16::try_from(port).ok())
            .unwrap_or_default(),
    });
    let environment = live
        .environment()
        .iter()
        .map(|variable| KeyValue { name: text(variable.name()), value: text(variable.value()).into() });
    let mounts = live.mount_points().iter().map(|mount| MountPoint {
        source_volume: text(mount.source_volume()),
        container_path: text(mount.container_path()),
        read_only: mount.read_only().unwrap_or_default(),
    });
    let controls = live
        .system_controls()
        .iter()
        .map(|control| SystemControl { namespace: text(control.namespace()), value: text(control.value()) });
    ContainerDefinition {
        name: text(live.name()),
        image: text(live.image()).into(),
        essential: live.essential().unwrap_or(true),
        port_mappings: ports.collect(),
        environment: environment.collect(),
        log_configuration: logs(live),
        health_check: health_check(live.health_check()),
        readonly_root_filesystem: live.readonly_root_filesystem().unwrap_or_default(),
        mount_points: mounts.collect(),
        system_controls: controls.collect(),
        stop_timeout: live.stop_timeout().unwrap_or_default(),
    }
}

fn logs(live: &Container) -> LogConfiguration {
    let logs = live.log_configuration();
    let options = logs.and_then(|logs| logs.options().cloned()).unwrap_or_default();
    LogConfiguration {
        log_driver: text(logs.map(|logs| logs.log_driver().as_str())),
        options: options.into_iter().map(|(key, value)| (key, value.into())).collect(),
    }
}

/// What is left out has ECS's defaults.
fn health_check(live: Option<&HealthCheck>) -> ContainerHealthCheck {
    ContainerHealthCheck {
        command: live.map(|check| check.command().to_vec()).unwrap_or_default(),
        interval: live.and_then(HealthCheck::interval).unwrap_or(30),
        timeout: live.and_then(HealthCheck::timeout).unwrap_or(5),
        retries: live.and_then(HealthCheck::retries).unwrap_or(3),
        start_period: live.and_then(HealthCheck::start_period).unwrap_or(0),
    }
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}
