//! Name, number of tasks, capacity and percentages: S01 to S05, S10, S21, S22, C10, C14, D06 to D08.

use crate::rules::strategy::strategy;
use crate::rules::text::is_name;
use crate::rules::{Findings, Path, Rule};
use crate::service::{DeploymentControllerType, LaunchType, SchedulingStrategy, Service};
use crate::task_definition::volume::Switch;

const LONGEST_NAME: usize = 255;
/// 1.4.0 is Linux's, 1.0.0 is Windows'.
const PLATFORM_VERSIONS: [&str; 3] = ["LATEST", "1.4.0", "1.0.0"];

pub fn check(service: &Service, findings: &mut Findings) {
    if !is_name(&service.service_name, LONGEST_NAME) {
        let problem = format!("\"{}\" is not a valid service name", service.service_name);
        findings.add(Rule::S01, &Path::at("serviceName"), problem);
    }
    capacity(service, findings);
    let external = service.deployment_controller.map(|it| it.controller_type)
        == Some(DeploymentControllerType::External);
    if service.task_definition.is_none() != external {
        let problem = if external { "a task definition with EXTERNAL" } else { "no task definition" };
        findings.add(Rule::S02, &Path::at("taskDefinition"), problem);
    }
    if service.scheduling_strategy == Some(SchedulingStrategy::Daemon) {
        daemon(service, findings);
    } else {
        replica(service, findings);
    }
    connect(service, findings);
}

fn capacity(service: &Service, findings: &mut Findings) {
    let path = Path::at("capacityProviderStrategy");
    if !service.capacity_provider_strategy.is_empty() {
        strategy(&service.capacity_provider_strategy, &path, findings);
        if service.launch_type.is_some() {
            findings.add(Rule::C10, &path, "a launch type and a capacity provider strategy");
        }
    }
    if service.launch_type == Some(LaunchType::ManagedInstances) {
        findings.add(Rule::C14, &Path::at("launchType"), "the launch type MANAGED_INSTANCES");
    }
    let on_instances = matches!(service.launch_type, Some(LaunchType::Ec2 | LaunchType::External))
        || service.capacity_provider_strategy.iter().any(|item| !item.is_fargate());
    if service.platform_version.is_some() && on_instances {
        findings.add(Rule::S10, &Path::at("platformVersion"), "a platform version without Fargate");
    }
    platform_version(service.platform_version.as_deref(), findings);
}

/// Checks that Fargate has this platform version. Those up to 1.3.0 were retired by June 2026.
pub fn platform_version(version: Option<&str>, findings: &mut Findings) {
    let exists = |version: &str| version.is_empty() || PLATFORM_VERSIONS.contains(&version);
    if let Some(version) = version.filter(|version| !exists(version)) {
        findings.add(
            Rule::S10,
            &Path::at("platformVersion"),
            format!("Fargate has no platform version {version}"),
        );
    }
}

fn replica(service: &Service, findings: &mut Findings) {
    if let Some(count) = service.desired_count.filter(|&count| count < 0) {
        findings.add(Rule::S03, &Path::at("desiredCount"), format!("{count} tasks"));
    }
    let deployment = service.deployment_configuration.as_ref();
    let percentages = Percentages {
        minimum_healthy: deployment.and_then(|deployment| deployment.minimum_healthy_percent),
        maximum: deployment.and_then(|deployment| deployment.maximum_percent),
        rebalancing: service.availability_zone_rebalancing,
    };
    let path = Path::at("deploymentConfiguration");
    percentages.check(&path, &Path::Root, findings);
}

/// The percentages of a rolling update and what availability zone rebalancing wants of them.
struct Percentages {
    minimum_healthy: Option<i32>,
    maximum: Option<i32>,
    rebalancing: Option<Switch>,
}

impl Percentages {
    fn check(&self, deployment: &Path<'_>, service: &Path<'_>, findings: &mut Findings) {
        let (least, most) = (self.minimum_healthy.unwrap_or(100), self.maximum.unwrap_or(200));
        if !(0..=100).contains(&least) {
            findings.add(Rule::D06, &deployment.member("minimumHealthyPercent"), format!("{least} percent"));
        }
        if most < 100 {
            findings.add(Rule::D07, &deployment.member("maximumPercent"), format!("{most} percent"));
        }
        if least == 100 && most == 100 {
            findings.add(Rule::D08, &deployment.member("maximumPercent"), "100 and 100 percent");
        }
        if self.rebalancing == Some(Switch::Enabled) && most <= 100 {
            let problem = format!("rebalancing with a maximumPercent of {most}");
            findings.add(Rule::S21, &service.member("availabilityZoneRebalancing"), problem);
        }
    }
}

/// Checks the numbers of a rolling update alone, with all members in one object.
pub fn rolling_update(
    desired_count: Option<i32>,
    minimum_healthy: Option<i32>,
    maximum: Option<i32>,
    rebalancing: Option<Switch>,
) -> Findings {
    let mut findings = Findings::default();
    match desired_count {
        Some(count) if count < 0 => {
            findings.add(Rule::S03, &Path::at("desiredCount"), format!("{count} tasks"));
        }
        None => findings.add(Rule::S03, &Path::at("desiredCount"), "no desiredCount"),
        Some(_) => {}
    }
    Percentages { minimum_healthy, maximum, rebalancing }.check(&Path::Root, &Path::Root, &mut findings);
    findings
}

fn daemon(service: &Service, findings: &mut Findings) {
    if service.desired_count.is_some() {
        findings.add(Rule::S03, &Path::at("desiredCount"), "a desiredCount with DAEMON");
    }
    let fargate = service.capacity_provider_strategy.iter().any(|item| item.is_fargate());
    if service.launch_type == Some(LaunchType::Fargate) || fargate {
        findings.add(Rule::S04, &Path::at("schedulingStrategy"), "DAEMON on Fargate");
    }
    let controller = service.deployment_controller.map(|it| it.controller_type);
    if controller.is_some_and(|controller| controller != DeploymentControllerType::Ecs) {
        findings.add(Rule::S04, &Path::at("deploymentController"), "DAEMON with another controller than ECS");
    }
    let deployment = service.deployment_configuration.as_ref();
    if let Some(most) = deployment.and_then(|it| it.maximum_percent).filter(|&most| most > 100) {
        let path = Path::at("deploymentConfiguration");
        findings.add(Rule::S05, &path.member("maximumPercent"), format!("{most} percent with DAEMON"));
    }
    let given = [
        ("placementStrategy", !service.placement_strategy.is_empty()),
        ("volumeConfigurations", !service.volume_configurations.is_empty()),
        ("availabilityZoneRebalancing", service.availability_zone_rebalancing == Some(Switch::Enabled)),
    ];
    for (member, _) in given.iter().filter(|(_, given)| *given) {
        findings.add(Rule::S05, &Path::at(member), format!("{member} with DAEMON"));
    }
}

fn connect(service: &Service, findings: &mut Findings) {
    let Some(connect) = &service.service_connect_configuration else { return };
    let path = Path::at("serviceConnectConfiguration");
    // The clusters of a stack have no default namespace.
    if connect.enabled && connect.namespace.is_none() {
        findings.add(Rule::S22, &path.member("namespace"), "no namespace");
    }
    let services = path.member("services");
    for (index, offered) in connect.services.iter().enumerate() {
        if offered.client_aliases.len() > 1 {
            let problem = format!("{} client aliases", offered.client_aliases.len());
            findings.add(Rule::S22, &services.item(index).member("clientAliases"), problem);
        }
    }
}
