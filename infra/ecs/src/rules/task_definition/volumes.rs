//! Volumes: what each is, and who has which: T42 to T44, T46, T47, X21, X25.

use super::checked::Checked;
use crate::rules::text::{given, is_name};
use crate::rules::{Findings, Path, Rule};
use crate::task_definition::volume::{EfsVolume, Switch, Volume};
use std::collections::HashSet;

const LONGEST_NAME: usize = 255;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    let volumes = Path::at("volumes");
    let mut names = HashSet::new();
    for (index, volume) in task.definition.volumes.iter().enumerate() {
        let path = volumes.item(index);
        name(volume, &mut names, &path, findings);
        one_kind(volume, &path, findings);
        if task.fargate {
            fargate(volume, &path, findings);
        }
        if let Some(efs) = &volume.efs_volume_configuration {
            encryption(efs, &path.member("efsVolumeConfiguration"), findings);
        }
        disputed(task, volume, &path, findings);
    }
    at_launch(task, &volumes, findings);
}

fn name<'a>(volume: &'a Volume, names: &mut HashSet<&'a str>, path: &Path<'_>, findings: &mut Findings) {
    let path = path.member("name");
    match volume.name.as_deref() {
        None | Some("") => findings.add(Rule::T43, &path, "the volume has no name"),
        Some(name) if !is_name(name, LONGEST_NAME) => {
            findings.add(Rule::T44, &path, format!("\"{name}\" is not a valid volume name"));
        }
        Some(name) if !names.insert(name) => {
            findings.add(Rule::T44, &path, format!("another volume is named \"{name}\", too"));
        }
        Some(_) => {}
    }
}

/// An empty `host` says nothing: ECS itself reports it of volumes of any kind.
fn one_kind(volume: &Volume, path: &Path<'_>, findings: &mut Findings) {
    let kinds = [
        volume.host.as_ref().is_some_and(|host| host.source_path.is_some()),
        volume.docker_volume_configuration.is_some(),
        volume.efs_volume_configuration.is_some(),
        volume.s3files_volume_configuration.is_some(),
        volume.fsx_windows_file_server_volume_configuration.is_some(),
        volume.configured_at_launch == Some(true),
    ];
    let count = kinds.iter().filter(|&&kind| kind).count();
    if count > 1 {
        findings.add(Rule::T43, path, format!("a volume of {count} kinds"));
    }
}

fn fargate(volume: &Volume, path: &Path<'_>, findings: &mut Findings) {
    if volume.docker_volume_configuration.is_some() {
        findings.add(Rule::T42, &path.member("dockerVolumeConfiguration"), "a Docker volume on Fargate");
    }
    if volume.host.as_ref().is_some_and(|host| host.source_path.is_some()) {
        let host = path.member("host");
        findings.add(Rule::T42, &host.member("sourcePath"), "a path of the instance on Fargate");
    }
    if volume.fsx_windows_file_server_volume_configuration.is_some() {
        let path = path.member("fsxWindowsFileServerVolumeConfiguration");
        findings.add(Rule::T42, &path, "FSx for Windows File Server on Fargate");
    }
}

fn encryption(efs: &EfsVolume, path: &Path<'_>, findings: &mut Findings) {
    let authorization = efs.authorization_config.as_ref();
    let access_point = authorization.is_some_and(|config| given(config.access_point_id.as_ref()));
    let iam = authorization.is_some_and(|config| config.iam == Some(Switch::Enabled));
    let encrypted = efs.transit_encryption == Some(Switch::Enabled);
    let root = efs.root_directory.as_deref().unwrap_or("/");
    if access_point && !matches!(root, "/" | "") {
        let problem = format!("directory {root} with an access point");
        findings.add(Rule::T47, &path.member("rootDirectory"), problem);
    }
    let needs = [
        (iam, "IAM"),
        (access_point, "an access point"),
        (efs.transit_encryption_port.is_some(), "a port for encryption"),
    ];
    for (_, what) in needs.iter().filter(|(needed, _)| *needed && !encrypted) {
        let problem = format!("{what} without encryption in transit");
        findings.add(Rule::T47, &path.member("transitEncryption"), problem);
    }
}

fn disputed(task: &Checked<'_>, volume: &Volume, path: &Path<'_>, findings: &mut Findings) {
    let efs = volume.efs_volume_configuration.is_some();
    let s3_files = volume.s3files_volume_configuration.is_some();
    let fsx = volume.fsx_windows_file_server_volume_configuration.is_some();
    if task.external && (efs || s3_files || fsx || volume.configured_at_launch == Some(true)) {
        findings.add(Rule::X21, path, "a file system of AWS on EXTERNAL");
    }
    if task.windows && (efs || s3_files) {
        findings.add(Rule::X25, path, "a Linux file system with Windows");
    }
    if fsx && !task.windows && !task.fargate {
        findings.add(Rule::X25, path, "FSx for Windows File Server without Windows");
    }
}

/// EBS volumes, which the service or run-task describes.
fn at_launch(task: &Checked<'_>, volumes: &Path<'_>, findings: &mut Findings) {
    let configured = task.definition.volumes.iter().enumerate();
    let configured = configured.filter(|(_, volume)| volume.configured_at_launch == Some(true));
    for (count, (index, volume)) in configured.enumerate() {
        let path = volumes.item(index);
        if count > 0 {
            let path = path.member("configuredAtLaunch");
            findings.add(Rule::T46, &path, "a second volume that is configured at launch");
        }
        let mounts = task.containers().iter().flat_map(|container| &container.mount_points);
        let named = volume.name.as_deref().filter(|name| !name.is_empty());
        if named.is_some() && !mounts.into_iter().any(|mount| mount.source_volume.as_deref() == named) {
            findings.add(Rule::T46, &path, "no container mounts the volume");
        }
    }
}
