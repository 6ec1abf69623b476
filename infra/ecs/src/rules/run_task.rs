//! What ECS refuses of a run-task: C10, C13, C15, C17, S07, S08, S10, S11, S12, S13, S20, S23, S24, T63, T73.

use super::findings::Findings;
use super::path::Path;
use super::rule::Rule;
use super::service::{constraints, managed_volume, network, platform_version, strategies};
use super::service_and_task::{capacity, volumes_at_launch};
use super::strategy::strategy;
use super::task_definition::devices;
use crate::run_task::RunTaskRequest;
use crate::service::{LaunchType, PropagateTags};
use crate::task_definition::{NetworkMode, TaskDefinition};

const TASKS_PER_CALL: std::ops::RangeInclusive<i32> = 1..=10;

/// Checks a run-task request against every rule that needs nothing but the request itself.
pub fn run_task(request: &RunTaskRequest) -> Findings {
    let mut findings = Findings::default();
    if let Some(count) = request.count.filter(|count| !TASKS_PER_CALL.contains(count)) {
        findings.add(Rule::C17, &Path::at("count"), format!("{count} tasks"));
    }
    let items = &request.capacity_provider_strategy;
    if !items.is_empty() {
        strategy(items, &Path::at("capacityProviderStrategy"), &mut findings);
        if request.launch_type.is_some() {
            findings.add(
                Rule::C10,
                &Path::at("launchType"),
                "a launch type and a capacity provider strategy",
            );
        }
    }
    let fargate =
        request.launch_type == Some(LaunchType::Fargate) || items.iter().any(|item| item.is_fargate());
    network(request.network_configuration.as_ref(), &mut findings);
    platform_version(request.platform_version.as_deref(), &mut findings);
    constraints(&request.placement_constraints, fargate, &mut findings);
    strategies(&request.placement_strategy, fargate, &mut findings);
    let volumes = Path::at("volumeConfigurations");
    for (index, volume) in request.volume_configurations.iter().enumerate() {
        if let Some(volume) = &volume.managed_ebs_volume {
            managed_volume(&volume.disk, &volumes.item(index).member("managedEBSVolume"), &mut findings);
        }
    }
    let overrides = Path::at("overrides");
    let overrides = overrides.member("containerOverrides");
    for (index, change) in request.overrides.iter().flat_map(|it| &it.container_overrides).enumerate() {
        devices(&change.resource_requirements, &overrides.item(index), &mut findings);
    }
    if request.propagate_tags == Some(PropagateTags::Service) {
        findings.add(Rule::S24, &Path::at("propagateTags"), "SERVICE, and there is no service");
    }
    findings
}

/// Checks that a run-task request fits its task definition.
pub fn run_task_and_task(request: &RunTaskRequest, task: &TaskDefinition) -> Findings {
    let mut findings = Findings::default();
    let awsvpc = task.network_mode == Some(NetworkMode::Awsvpc);
    if awsvpc != request.network_configuration.is_some() {
        let problem =
            if awsvpc { "awsvpc, and no network configuration" } else { "a network mode other than awsvpc" };
        findings.add(Rule::S07, &Path::at("networkConfiguration"), problem);
    }
    capacity(request.launch_type, &request.capacity_provider_strategy, task, &mut findings);
    if request.enable_execute_command == Some(true) && task.task_role_arn.is_none() {
        findings.add(Rule::S23, &Path::at("enableExecuteCommand"), "ECS Exec without a task role");
    }
    let overrides = Path::at("overrides");
    let overrides = overrides.member("containerOverrides");
    for (index, change) in request.overrides.iter().flat_map(|it| &it.container_overrides).enumerate() {
        if !task.container_definitions.iter().any(|container| container.name == change.name) {
            let problem =
                format!("the task has no container \"{}\"", change.name.as_deref().unwrap_or_default());
            findings.add(Rule::T05, &overrides.item(index).member("name"), problem);
        }
    }
    let launched: Vec<&str> =
        request.volume_configurations.iter().map(|volume| volume.name.as_str()).collect();
    volumes_at_launch(&launched, task, &Path::at("volumeConfigurations"), &mut findings);
    findings
}
