//! Mounts and ephemeral storage: T45, T48, X15.

use super::checked::Checked;
use crate::container::ContainerDefinition;
use crate::rules::{Findings, Path, Rule};

/// What can be asked for; the 20 GiB that every task has can't be written.
const EPHEMERAL_GIB: std::ops::RangeInclusive<i32> = 21..=200;

pub fn check(task: &Checked<'_>, findings: &mut Findings) {
    task.each_container(|container, path| {
        mounts(task, container, path, findings);
        volumes_from(task, container, path, findings);
    });
    ephemeral(task, findings);
}

fn mounts(task: &Checked<'_>, container: &ContainerDefinition, path: &Path<'_>, findings: &mut Findings) {
    let mounts = path.member("mountPoints");
    for (index, mount) in container.mount_points.iter().enumerate() {
        let source = mount.source_volume.as_deref().unwrap_or_default();
        let known = task.definition.volumes.iter().any(|volume| volume.name.as_deref() == Some(source));
        if !known || source.is_empty() {
            let problem = format!("the task has no volume \"{source}\"");
            findings.add(Rule::T45, &mounts.item(index).member("sourceVolume"), problem);
        }
    }
}

fn volumes_from(
    task: &Checked<'_>,
    container: &ContainerDefinition,
    path: &Path<'_>,
    findings: &mut Findings,
) {
    let volumes = path.member("volumesFrom");
    for (index, from) in container.volumes_from.iter().enumerate() {
        let source = from.source_container.as_deref().unwrap_or_default();
        if task.container(source).is_none() {
            let problem = format!("the task has no container \"{source}\"");
            findings.add(Rule::T45, &volumes.item(index).member("sourceContainer"), problem);
        }
    }
}

fn ephemeral(task: &Checked<'_>, findings: &mut Findings) {
    let Some(storage) = task.definition.ephemeral_storage else { return };
    let path = Path::at("ephemeralStorage");
    if !EPHEMERAL_GIB.contains(&storage.size_in_gib) {
        findings.add(Rule::T48, &path.member("sizeInGiB"), format!("{} GiB", storage.size_in_gib));
    }
    if task.definition.requires_compatibilities.is_empty() {
        findings.add(Rule::X15, &path, "ephemeral storage without FARGATE");
    } else if !task.fargate {
        findings.add(Rule::T48, &path, "ephemeral storage without FARGATE");
    } else if task.windows {
        findings.add(Rule::T48, &path, "ephemeral storage with Windows");
    }
}
