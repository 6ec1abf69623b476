//! From our task definition to the SDK's request.

use crate::build_error::Built;
use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder as Request;
use aws_sdk_ecs::types::{
    Compatibility, ContainerDefinition as Container, CpuArchitecture, HealthCheck, HostVolumeProperties,
    KeyValuePair, LogConfiguration, LogDriver, MountPoint, NetworkMode, OsFamily, PortMapping,
    RuntimePlatform, SystemControl, TransportProtocol, Volume,
};
use infra_engine::Failure;
use infra_resources::TaskDefinition;
use infra_resources::ecs::ContainerDefinition;
use std::collections::HashMap;

/// The request that registers this task definition.
///
/// # Errors
/// When a value it refers to is not known, or ECS requires something that is missing.
pub fn register(request: Request, desired: &TaskDefinition) -> Result<Request, Failure> {
    let containers = desired.container_definitions.iter().map(container).collect::<Result<Vec<_>, _>>()?;
    let compatibilities =
        desired.requires_compatibilities.iter().map(|name| Compatibility::from(name.as_str()));
    let platform = RuntimePlatform::builder()
        .operating_system_family(OsFamily::from(desired.runtime_platform.operating_system_family.as_str()))
        .cpu_architecture(CpuArchitecture::from(desired.runtime_platform.cpu_architecture.as_str()))
        .build();
    Ok(request
        .family(&desired.family)
        .set_requires_compatibilities(Some(compatibilities.collect()))
        .network_mode(NetworkMode::from(desired.network_mode.as_str()))
        .cpu(&desired.cpu)
        .memory(&desired.memory)
        .runtime_platform(platform)
        .execution_role_arn(desired.execution_role_arn.get()?)
        .task_role_arn(desired.task_role_arn.get()?)
        .set_container_definitions(Some(containers))
        .set_volumes(Some(desired.volumes.iter().map(|volume| bind_mount(&volume.name)).collect())))
}

fn container(desired: &ContainerDefinition) -> Result<Container, Failure> {
    let ports = desired.port_mappings.iter().map(|mapping| {
        let port = PortMapping::builder().container_port(i32::from(mapping.container_port));
        port.protocol(TransportProtocol::Tcp).build()
    });
    let mounts = desired.mount_points.iter().map(|mount| {
        let point = MountPoint::builder().source_volume(&mount.source_volume).read_only(mount.read_only);
        point.container_path(&mount.container_path).build()
    });
    let controls = desired
        .system_controls
        .iter()
        .map(|control| SystemControl::builder().namespace(&control.namespace).value(&control.value).build());
    let environment = desired.environment.iter().map(|variable| {
        Ok(KeyValuePair::builder().name(&variable.name).value(variable.value.get()?).build())
    });
    Ok(Container::builder()
        .name(&desired.name)
        .image(desired.image.get()?)
        .essential(desired.essential)
        .set_port_mappings(Some(ports.collect()))
        .set_environment(Some(environment.collect::<Result<_, Failure>>()?))
        .log_configuration(logs(desired)?)
        .health_check(health_check(desired)?)
        .readonly_root_filesystem(desired.readonly_root_filesystem)
        .set_mount_points(Some(mounts.collect()))
        .set_system_controls(Some(controls.collect()))
        .stop_timeout(desired.stop_timeout)
        .build())
}

fn logs(desired: &ContainerDefinition) -> Result<LogConfiguration, Failure> {
    let options = desired.log_configuration.options.iter();
    let options: HashMap<String, String> = options
        .map(|(key, value)| Ok((key.clone(), value.get()?.clone())))
        .collect::<Result<_, Failure>>()?;
    let driver = LogDriver::from(desired.log_configuration.log_driver.as_str());
    LogConfiguration::builder().log_driver(driver).set_options(Some(options)).build().built()
}

fn health_check(desired: &ContainerDefinition) -> Result<HealthCheck, Failure> {
    let check = &desired.health_check;
    HealthCheck::builder()
        .set_command(Some(check.command.clone()))
        .interval(check.interval)
        .timeout(check.timeout)
        .retries(check.retries)
        .start_period(check.start_period)
        .build()
        .built()
}

fn bind_mount(name: &str) -> Volume {
    Volume::builder().name(name).host(HostVolumeProperties::builder().build()).build()
}
