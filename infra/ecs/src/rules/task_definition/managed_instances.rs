//! ECS Managed Instances, which are EC2 instances but not one's own: T71, X28.

use super::checked::Checked;
use crate::container::{ContainerDefinition, LogDriver};
use crate::rules::{Findings, Path, Rule};
use crate::task_definition::{IpcMode, PidMode};

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    if !task.managed_instances {
        return;
    }
    let volumes = Path::at("volumes");
    for (index, volume) in task.definition.volumes.iter().enumerate() {
        if volume.docker_volume_configuration.is_some() {
            findings.add(Rule::T71, &volumes.item(index), "a Docker volume on Managed Instances");
        }
    }
    if task.definition.pid_mode == Some(PidMode::Host) {
        findings.add(Rule::X28, &Path::at("pidMode"), "pidMode host on Managed Instances");
    }
    if matches!(task.definition.ipc_mode, Some(IpcMode::Host | IpcMode::Task)) {
        findings.add(Rule::X28, &Path::at("ipcMode"), "ipcMode on Managed Instances");
    }
    task.each_container(|container, path| {
        log_driver(container, path, findings);
        if container.privileged == Some(true) {
            findings.add(Rule::X28, &path.member("privileged"), "a privileged container");
        }
        let parameters = container.linux_parameters.as_ref();
        let of_an_instance = parameters.is_some_and(|it| {
            !it.devices.is_empty()
                || it.shared_memory_size.is_some()
                || it.max_swap.is_some()
                || it.swappiness.is_some()
        });
        if of_an_instance {
            findings.add(Rule::X28, &path.member("linuxParameters"), "devices, shared memory or swap");
        }
        if !container.docker_security_options.is_empty() {
            findings.add(Rule::X28, &path.member("dockerSecurityOptions"), "security options");
        }
    });
}

fn log_driver(container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let Some(logs) = &container.log_configuration else { return };
    if !matches!(
        logs.log_driver,
        LogDriver::AwsLogs | LogDriver::Splunk | LogDriver::AwsFirelens | LogDriver::JsonFile
    ) {
        let logs = path.member("logConfiguration");
        findings.add(Rule::T71, &logs.member("logDriver"), "a log driver that Managed Instances do not have");
    }
}
