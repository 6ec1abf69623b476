//! Settings of a container that depend on the network mode: T29 to T33, T66, T67, T69, T77, X26, X27.

use super::checked::Checked;
use crate::container::ContainerDefinition;
use crate::rules::{Findings, Minds, Path, Rule};
use crate::task_definition::{IpcMode, NetworkMode};

const PROXY_PROPERTIES: [&str; 4] = ["ProxyIngressPort", "ProxyEgressPort", "AppPorts", "EgressIgnoredIPs"];
const PROXY_USERS: [&str; 2] = ["IgnoredUID", "IgnoredGID"];

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        links(task, container, path, findings);
        if task.awsvpc() {
            awsvpc(container, path, findings);
        }
        system_controls(task, container, path, findings);
    });
    proxy(task, findings);
    fault_injection(task, findings);
}

fn links(task: &Checked<'_>, container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let path = path.member("links");
    if !container.links.is_empty() && !matches!(task.mode(), None | Some(NetworkMode::Bridge)) {
        findings.add(Rule::T29, &path, "links without network mode bridge");
        return;
    }
    for (index, link) in container.links.iter().enumerate() {
        let name = link.split(':').next().unwrap_or_default();
        if task.container(name).is_none() {
            let problem = format!("the task has no container \"{name}\"");
            findings.warn(Rule::T77, &path.item(index), problem, Minds::Agent);
        }
    }
}

/// With awsvpc the VPC decides on names and addresses.
fn awsvpc(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    if container.hostname.as_deref().is_some_and(|name| !name.is_empty()) {
        findings.add(Rule::T30, &path.member("hostname"), "a hostname with awsvpc");
    }
    for (member, list) in
        [("dnsServers", &container.dns_servers), ("dnsSearchDomains", &container.dns_search_domains)]
    {
        if !list.is_empty() {
            findings.add(Rule::T31, &path.member(member), format!("{member} with awsvpc"));
        }
    }
    if !container.extra_hosts.is_empty() {
        findings.add(Rule::T32, &path.member("extraHosts"), "extraHosts with awsvpc");
    }
    if container.disable_networking == Some(true) {
        findings.add(Rule::T33, &path.member("disableNetworking"), "disableNetworking with awsvpc");
    }
}

fn system_controls(
    task: &Checked<'_>,
    container: &ContainerDefinition,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let controls = path.member("systemControls");
    let shares_ipc = matches!(task.definition.ipc_mode, Some(IpcMode::Host));
    for (index, control) in container.system_controls.iter().enumerate() {
        let namespace = control.namespace.as_deref().unwrap_or_default();
        let item = controls.item(index);
        if task.mode() == Some(NetworkMode::Host) && namespace.starts_with("net.") {
            findings.add(Rule::T66, &item.member("namespace"), format!("{namespace} in network mode host"));
        }
        if shares_ipc && is_ipc(namespace) {
            findings.add(Rule::T66, &item.member("namespace"), format!("{namespace} with ipcMode host"));
        }
    }
}

/// The parameters that belong to the IPC namespace, as "SystemControl" lists them.
fn is_ipc(namespace: &str) -> bool {
    let kernel = ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"];
    namespace.strip_prefix("kernel.").is_some_and(|name| kernel.contains(&name))
        || namespace.starts_with("fs.mqueue.")
}

fn proxy(task: &Checked<'_>, findings: &mut Findings) {
    let Some(proxy) = &task.definition.proxy_configuration else { return };
    let path = Path::at("proxyConfiguration");
    let before = findings.errors.len();
    if !task.awsvpc() {
        findings.add(Rule::T67, &path, "a proxy without network mode awsvpc");
    }
    if task.container(&proxy.container_name).is_none() {
        let problem = format!("the task has no container \"{}\"", proxy.container_name);
        findings.add(Rule::T67, &path.member("containerName"), problem);
    }
    let given = |name: &str| proxy.properties.iter().any(|property| property.name.as_deref() == Some(name));
    for name in PROXY_PROPERTIES.iter().filter(|name| !given(name)) {
        findings.add(Rule::T67, &path.member("properties"), format!("{name} is missing"));
    }
    if findings.errors.len() == before {
        let users = PROXY_USERS.iter().any(|name| given(name));
        let problem =
            if users { "App Mesh has ended" } else { "App Mesh has ended, and its proxy has no user" };
        findings.add(Rule::X26, &path, problem);
    }
}

fn fault_injection(task: &Checked<'_>, findings: &mut Findings) {
    if task.definition.enable_fault_injection != Some(true) {
        return;
    }
    let path = Path::at("enableFaultInjection");
    if !matches!(task.mode(), Some(NetworkMode::Awsvpc | NetworkMode::Host)) {
        findings.add(Rule::T69, &path, "fault injection without network mode awsvpc or host");
    } else if task.windows {
        findings.add(Rule::X27, &path, "fault injection with Windows");
    }
}
