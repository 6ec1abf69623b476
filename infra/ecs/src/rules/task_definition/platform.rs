//! Operating system, architecture and launch type: T08, T11, T12, T65, T70 to T72, X11, X12.

use super::checked::Checked;
use crate::rules::{Findings, Path, Rule};
use crate::task_definition::NetworkMode;
use crate::task_definition::runtime_platform::{CpuArchitecture, OperatingSystemFamily, RuntimePlatform};

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    network_mode(task, findings);
    let Some(platform) = task.definition.runtime_platform else { return };
    let runtime = Path::at("runtimePlatform");
    let arm = platform.cpu_architecture == Some(CpuArchitecture::Arm64);
    if task.windows && arm {
        let rule = if task.fargate { Rule::T12 } else { Rule::X12 };
        findings.add(rule, &runtime.member("cpuArchitecture"), "ARM64 with Windows");
    }
    if task.fargate {
        fargate_family(platform, findings);
    }
    if task.managed_instances && task.windows {
        findings.add(Rule::T71, &runtime.member("operatingSystemFamily"), "Windows on Managed Instances");
    }
}

fn network_mode(task: &Checked<'_>, findings: &mut Findings) {
    let path = Path::at("networkMode");
    let mode = task.mode();
    if task.fargate && mode != Some(NetworkMode::Awsvpc) {
        findings.add(Rule::T08, &path, format!("{} on Fargate", shown(mode)));
    } else if task.windows && matches!(mode, Some(mode) if mode != NetworkMode::Awsvpc) {
        findings.add(Rule::T65, &path, format!("{} with Windows", shown(mode)));
    }
    if task.external && mode == Some(NetworkMode::Awsvpc) {
        findings.add(Rule::T70, &path, "awsvpc on EXTERNAL");
    }
    if task.managed_instances {
        match mode {
            Some(NetworkMode::Awsvpc | NetworkMode::Host) => {}
            Some(_) => findings.add(Rule::T71, &path, format!("{} on Managed Instances", shown(mode))),
            None => findings.add(Rule::X16, &path, "no network mode on Managed Instances"),
        }
    }
}

fn shown(mode: Option<NetworkMode>) -> &'static str {
    mode.map_or("no network mode", NetworkMode::as_str)
}

fn fargate_family(platform: RuntimePlatform, findings: &mut Findings) {
    use OperatingSystemFamily::{
        WindowsServer20H2Core, WindowsServer2004Core, WindowsServer2016Full, WindowsServer2025Core,
        WindowsServer2025Full,
    };
    let runtime = Path::at("runtimePlatform");
    let path = runtime.member("operatingSystemFamily");
    match platform.operating_system_family {
        Some(WindowsServer2016Full | WindowsServer2004Core | WindowsServer20H2Core) => {
            findings.add(Rule::T72, &path, "a version of Windows that Fargate does not have");
        }
        Some(WindowsServer2025Core | WindowsServer2025Full) => {
            findings.add(Rule::X11, &path, "Windows Server 2025 on Fargate");
        }
        _ => {}
    }
}
