//! What ECS refuses of a service beside the task definition that it runs: C13, C15, S07, S13, S14, S16, S20, S22, S23.

use super::finding::{Findings, Path};
use super::rule::Rule;
use crate::ecs::capacity::FARGATE_SPOT;
use crate::ecs::service::{LaunchType, Service, ServiceLoadBalancer};
use crate::ecs::task_definition::{Compatibility, NetworkMode, TaskDefinition};

/// Checks that a service fits its task definition.
pub fn service_and_task(service: &Service, task: &TaskDefinition) -> Findings {
    let mut findings = Findings::default();
    network(service, task, &mut findings);
    capacity(service, task, &mut findings);
    let balancers = at("loadBalancers");
    for (index, balancer) in service.load_balancers.iter().enumerate() {
        load_balancer(balancer, task, &balancers.item(index), &mut findings);
    }
    connect(service, task, &mut findings);
    volumes(service, task, &mut findings);
    if service.enable_execute_command == Some(true) && task.task_role_arn.is_none() {
        findings.add(Rule::S23, &at("enableExecuteCommand"), "ECS Exec without a task role");
    }
    findings
}

fn network(service: &Service, task: &TaskDefinition, findings: &mut Findings) {
    let awsvpc = task.network_mode == Some(NetworkMode::Awsvpc);
    let configured = service.network_configuration.is_some();
    if awsvpc != configured {
        let problem =
            if awsvpc { "awsvpc, and no network configuration" } else { "a network mode other than awsvpc" };
        findings.add(Rule::S07, &at("networkConfiguration"), problem);
    }
    if awsvpc && service.role.is_some() {
        findings.add(Rule::S16, &at("role"), "a role with awsvpc");
    }
}

fn capacity(service: &Service, task: &TaskDefinition, findings: &mut Findings) {
    let compatible = |compatibility| {
        task.requires_compatibilities.is_empty() || task.requires_compatibilities.contains(&compatibility)
    };
    let strategy = &service.capacity_provider_strategy;
    let on_fargate =
        service.launch_type == Some(LaunchType::Fargate) || strategy.iter().any(|it| it.is_fargate());
    let on_ec2 = service.launch_type == Some(LaunchType::Ec2);
    let fits =
        (!on_fargate || compatible(Compatibility::Fargate)) && (!on_ec2 || compatible(Compatibility::Ec2));
    if !fits {
        findings.add(Rule::S13, &at("launchType"), "a task definition that is not made for it");
    }
    let family = task.runtime_platform.and_then(|platform| platform.operating_system_family);
    let spot = strategy.iter().any(|item| item.capacity_provider == FARGATE_SPOT);
    if spot && family.is_some_and(|family| family.is_windows()) {
        findings.add(Rule::C13, &at("capacityProviderStrategy"), "Windows on FARGATE_SPOT");
    }
    if !strategy.is_empty() && task.requires_compatibilities == [Compatibility::External] {
        findings.add(Rule::C15, &at("capacityProviderStrategy"), "a strategy for EXTERNAL");
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
    let path = at("serviceConnectConfiguration");
    let services = path.member("services");
    let mappings = || task.container_definitions.iter().flat_map(|container| &container.port_mappings);
    for (index, offered) in connect.services.iter().enumerate() {
        if !mappings().any(|mapping| mapping.name.as_deref() == Some(&offered.port_name)) {
            let problem = format!("no port mapping is named \"{}\"", offered.port_name);
            findings.add(Rule::S22, &services.item(index).member("portName"), problem);
        }
    }
}

/// A volume that is configured at launch needs a service that does it, and the other way round.
fn volumes(service: &Service, task: &TaskDefinition, findings: &mut Findings) {
    let volumes = at("volumeConfigurations");
    let at_launch = |name: &str| {
        task.volumes
            .iter()
            .any(|it| it.configured_at_launch == Some(true) && it.name.as_deref() == Some(name))
    };
    for (index, volume) in service.volume_configurations.iter().enumerate() {
        if !at_launch(&volume.name) {
            let problem = format!("the task has no volume \"{}\" that is configured at launch", volume.name);
            findings.add(Rule::S20, &volumes.item(index).member("name"), problem);
        }
    }
}

fn at(member: &str) -> Path<'_> {
    Path::Member(&Path::Root, member)
}
