//! What Windows containers do not have: T64, X18, X24, X25.

use super::checked::Checked;
use crate::container::{ContainerDefinition, LinuxParameters, ResourceType};
use crate::rules::{Findings, Path, Rule};

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    if !task.windows {
        return;
    }
    for (member, given) in
        [("pidMode", task.definition.pid_mode.is_some()), ("ipcMode", task.definition.ipc_mode.is_some())]
    {
        if given {
            findings.add(Rule::T64, &Path::at(member), format!("{member} with Windows"));
        }
    }
    if task.fargate && !task.definition.volumes.is_empty() {
        findings.add(Rule::X24, &Path::at("volumes"), "volumes for Windows on Fargate");
    }
    task.each_container(|container, path| {
        for (member, _) in of_linux(container).iter().filter(|(_, given)| *given) {
            findings.add(Rule::T64, &path.member(member), format!("{member} with Windows"));
        }
        gpus(container, path, findings);
    });
}

fn of_linux(container: &ContainerDefinition) -> [(&'static str, bool); 11] {
    let parameters = container.linux_parameters.as_ref();
    [
        ("links", !container.links.is_empty()),
        ("linuxParameters", parameters.is_some_and(|parameters| *parameters != LinuxParameters::default())),
        ("user", container.user.as_deref().is_some_and(|user| !user.is_empty())),
        ("disableNetworking", container.disable_networking == Some(true)),
        ("privileged", container.privileged == Some(true)),
        ("readonlyRootFilesystem", container.readonly_root_filesystem == Some(true)),
        ("dnsServers", !container.dns_servers.is_empty()),
        ("dnsSearchDomains", !container.dns_search_domains.is_empty()),
        ("extraHosts", !container.extra_hosts.is_empty()),
        ("ulimits", !container.ulimits.is_empty()),
        ("systemControls", !container.system_controls.is_empty()),
    ]
}

fn gpus(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let requirements = path.member("resourceRequirements");
    for (index, requirement) in container.resource_requirements.iter().enumerate() {
        if requirement.resource_type == ResourceType::Gpu {
            findings.add(Rule::X18, &requirements.item(index), "a GPU with Windows");
        }
    }
}
