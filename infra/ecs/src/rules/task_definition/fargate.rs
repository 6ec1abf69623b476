//! What Fargate does not have, because it belongs to an instance: T34 to T40, X17.

use super::checked::Checked;
use crate::container::{ContainerDefinition, ResourceType};
use crate::rules::{Findings, Path, Rule};
use crate::task_definition::PidMode;

/// The one capability that can be added.
const CAPABILITY: &str = "SYS_PTRACE";

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    if !task.fargate {
        return;
    }
    let definition = task.definition;
    if definition.ipc_mode.is_some() {
        findings.add(Rule::T38, &Path::at("ipcMode"), "an ipcMode on Fargate");
    }
    match definition.pid_mode {
        Some(PidMode::Host) => findings.add(Rule::T38, &Path::at("pidMode"), "pidMode host on Fargate"),
        Some(PidMode::Task) if !has_family(task) => {
            findings.add(Rule::X17, &Path::at("pidMode"), "pidMode task without an operating system family");
        }
        _ => {}
    }
    if !definition.placement_constraints.is_empty() {
        findings.add(Rule::T39, &Path::at("placementConstraints"), "placement constraints on Fargate");
    }
    task.each_container(|container, path| {
        container_settings(container, path, findings);
        linux_parameters(container, path, findings);
    });
}

fn has_family(task: &Checked<'_>) -> bool {
    let platform = task.definition.runtime_platform;
    platform.is_some_and(|platform| platform.operating_system_family.is_some())
}

fn container_settings(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    if container.privileged == Some(true) {
        findings.add(Rule::T34, &path.member("privileged"), "a privileged container on Fargate");
    }
    if !container.docker_security_options.is_empty() {
        findings.add(Rule::T35, &path.member("dockerSecurityOptions"), "security options on Fargate");
    }
    let requirements = path.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements.iter().enumerate() {
        if requirement.resource_type == ResourceType::Gpu {
            findings.add(Rule::T40, &requirements.item(index), "a GPU on Fargate");
        }
    }
}

fn linux_parameters(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let Some(parameters) = &container.linux_parameters else { return };
    let path = path.member("linuxParameters");
    let given = [
        ("devices", !parameters.devices.is_empty()),
        ("sharedMemorySize", parameters.shared_memory_size.is_some()),
        ("maxSwap", parameters.max_swap.is_some()),
        ("swappiness", parameters.swappiness.is_some()),
    ];
    for (member, _) in given.iter().filter(|(_, given)| *given) {
        findings.add(Rule::T36, &path.member(member), format!("{member} on Fargate"));
    }
    let capabilities = path.member("capabilities");
    let added = parameters.capabilities.iter().flat_map(|capabilities| &capabilities.add);
    for (index, capability) in added.enumerate().filter(|(_, capability)| *capability != CAPABILITY) {
        let path = capabilities.member("add");
        findings.add(Rule::T37, &path.item(index), format!("{capability} on Fargate"));
    }
}
