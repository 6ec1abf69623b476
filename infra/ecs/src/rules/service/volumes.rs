//! EBS volumes of a service: S20.

use crate::rules::{Findings, Path, Rule};
use crate::service::{ManagedEbsVolume, Service};

pub fn check(service: &Service, findings: &mut Findings) {
    let volumes = Path::at("volumeConfigurations");
    if service.volume_configurations.len() > 1 {
        let problem = format!("{} volumes", service.volume_configurations.len());
        findings.add(Rule::S20, &volumes, problem);
    }
    for (index, volume) in service.volume_configurations.iter().enumerate() {
        let path = volumes.item(index);
        if let Some(disk) = &volume.managed_ebs_volume {
            managed_volume(disk, &path.member("managedEBSVolume"), findings);
        }
    }
}

/// Checks a disk of a service's or a run-task's.
pub fn managed_volume(disk: &ManagedEbsVolume, path: &Path<'_>, findings: &mut Findings) {
    if disk.size_in_gib.is_none() && disk.snapshot_id.is_none() {
        findings.add(Rule::S20, &path.member("sizeInGiB"), "neither a size nor a snapshot");
    }
    let volume_type = disk.volume_type.as_deref().unwrap_or("gp3");
    let provisioned = matches!(volume_type, "io1" | "io2");
    if provisioned && disk.iops.is_none() {
        findings.add(Rule::S20, &path.member("iops"), format!("{volume_type} without iops"));
    }
    if disk.iops.is_some() && !provisioned && volume_type != "gp3" {
        findings.add(Rule::S20, &path.member("iops"), format!("iops for {volume_type}"));
    }
    if disk.throughput.is_some() && volume_type != "gp3" {
        findings.add(Rule::S20, &path.member("throughput"), format!("throughput for {volume_type}"));
    }
}
