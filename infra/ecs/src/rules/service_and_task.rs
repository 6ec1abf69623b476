//! What ECS refuses of a service beside the task definition that it runs: C13, C15, S07, S13, S14, S16, S19, S20, S22,
//! S23.

use super::findings::Findings;
use super::path::Path;
use super::rule::Rule;
use crate::capacity::{CapacityProviderStrategyItem, FARGATE_SPOT};
use crate::service::{LaunchType, Service, ServiceLoadBalancer};
use crate::task_definition::{Compatibility, NetworkMode, TaskDefinition};

/// Checks that a service fits its task definition.
pub fn service_and_task(service: &Service, task: &TaskDefinition) -> Findings {
    let mut findings = Findings::default();
    network(service, task, &mut findings);
    capacity(service.launch_type, &service.capacity_provider_strategy, task, &mut findings);
    let balancers = Path::at("loadBalancers");
    for (index, balancer) in service.load_balancers.iter().enumerate() {
        load_balancer(balancer, task, &balancers.item(index), &mut findings);
    }
    connect(service, task, &mut findings);
    let launched: Vec<&str> =
        service.volume_configurations.iter().map(|volume| volume.name.as_str()).collect();
    volumes_at_launch(&launched, task, &Path::at("volumeConfigurations"), &mut findings);
    if service.enable_execute_command == Some(true) && task.task_role_arn.is_none() {
        findings.add(Rule::S23, &Path::at("enableExecuteCommand"), "ECS Exec without a task role");
    }
    findings
}

fn network(service: &Service, task: &TaskDefinition, findings: &mut Findings) {
    let awsvpc = task.network_mode == Some(NetworkMode::Awsvpc);
    let configured = service.network_configuration.is_some();
    if awsvpc != configured {
        let problem =
            if awsvpc { "awsvpc, and no network configuration" } else { "a network mode other than awsvpc" };
        findings.add(Rule::S07, &Path::at("networkConfiguration"), problem);
    }
    let registries = Path::at("serviceRegistries");
    for (index, registry) in service.service_registries.iter().enumerate().filter(|_| !awsvpc) {
        if registry.container_name.is_none() || registry.container_port.is_none() {
            findings.add(Rule::S19, &registries.item(index), "no container and port without awsvpc");
        }
    }
    if awsvpc && service.role.is_some() {
        findings.add(Rule::S16, &Path::at("role"), "a role with awsvpc");
    }
}

/// What runs a service or a run-task must be what its task definition is made for.
pub fn capacity(
    launch_type: Option<LaunchType>,
    strategy: &[CapacityProviderStrategyItem],
    task: &TaskDefinition,
    findings: &mut Findings,
) {
    let compatible = |compatibility| {
        task.requires_compatibilities.is_empty() || task.requires_compatibilities.contains(&compatibility)
    };
    let on_fargate = launch_type == Some(LaunchType::Fargate) || strategy.iter().any(|it| it.is_fargate());
    let is_own =
        |item: &CapacityProviderStrategyItem| !item.is_fargate() && !item.capacity_provider.is_empty();
    let own_providers = !strategy.is_empty() && strategy.iter().all(is_own);
    let on_ec2 = launch_type == Some(LaunchType::Ec2) || own_providers;
    // One's own provider can be an Auto Scaling group's or one of Managed Instances.
    let on_instances = compatible(Compatibility::Ec2) || compatible(Compatibility::ManagedInstances);
    if (on_fargate && !compatible(Compatibility::Fargate)) || (on_ec2 && !on_instances) {
        let member = if strategy.is_empty() { "launchType" } else { "capacityProviderStrategy" };
        findings.add(Rule::S13, &Path::at(member), "a task definition that is not made for it");
    }
    let family = task.runtime_platform.and_then(|platform| platform.operating_system_family);
    let spot = strategy.iter().any(|item| item.capacity_provider == FARGATE_SPOT);
    if spot && family.is_some_and(|family| family.is_windows()) {
        findings.add(Rule::C13, &Path::at("capacityProviderStrategy"), "Windows on FARGATE_SPOT");
    }
    if !strategy.is_empty() && task.requires_compatibilities == [Compatibility::External] {
        findings.add(Rule::C15, &Path::at("capacityProviderStrategy"), "a strategy for EXTERNAL");
    }
}

/// A load balancer finds a container by its port mapping, also with awsvpc.
fn load_balancer(
    balancer: &ServiceLoadBalancer,
    task: &TaskDefinition,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let Some(name) = balancer.container_name.as_deref() else { return };
    let Some(container) = task.container_definitions.iter().find(|container| container.name() == name) else {
        let problem = format!("the task has no container \"{name}\"");
        findings.add(Rule::S14, &path.member("containerName"), problem);
        return;
    };
    let port = balancer.container_port;
    if !container.port_mappings.iter().any(|mapping| mapping.container_port == port) {
        let problem = format!("container {name} has no port mapping for port {}", port.unwrap_or_default());
        findings.add(Rule::S14, &path.member("containerPort"), problem);
    }
}

fn connect(service: &Service, task: &TaskDefinition, findings: &mut Findings) {
    let Some(connect) = &service.service_connect_configuration else { return };
    let path = Path::at("serviceConnectConfiguration");
    let services = path.member("services");
    let mappings = || task.container_definitions.iter().flat_map(|container| &container.port_mappings);
    for (index, offered) in connect.services.iter().enumerate() {
        if !mappings().any(|mapping| mapping.name.as_deref() == Some(&offered.port_name)) {
            let problem = format!("no port mapping is named \"{}\"", offered.port_name);
            findings.add(Rule::S22, &services.item(index).member("portName"), problem);
        }
    }
}

/// A volume that is configured at launch needs somebody who does it, and the other way round.
pub fn volumes_at_launch(
    configured: &[&str],
    task: &TaskDefinition,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let at_launch = task.volumes.iter().filter(|volume| volume.configured_at_launch == Some(true));
    let names: Vec<&str> = at_launch.filter_map(|volume| volume.name.as_deref()).collect();
    for (index, name) in configured.iter().enumerate().filter(|(_, name)| !names.contains(name)) {
        let problem = format!("the task has no volume \"{name}\" that is configured at launch");
        findings.add(Rule::S20, &path.item(index).member("name"), problem);
    }
    for name in names.iter().filter(|name| !configured.contains(name)) {
        findings.add(Rule::S20, path, format!("nobody configures the task's volume \"{name}\""));
    }
}
