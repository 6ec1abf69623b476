//! Storage that the containers of a task can mount.

use crate::open_enum;
use infra_engine::Output;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A volume. What kind it is depends on which member is set; with none it is an empty bind mount.
///
/// | kind | use it for | Fargate | EC2 |
/// | --- | --- | --- | --- |
/// | bind mount | sharing files between the containers of a task | yes | yes |
/// | bind mount of a host path | files of the instance | no | yes |
/// | Docker volume | a volume driver, files that outlive the task on its instance | no | yes |
/// | EFS | files shared by many tasks, which stay | yes | yes |
/// | FSx for Windows File Server | the same for Windows | no | yes |
/// | S3 Files | a bucket as a file system | yes | yes |
/// | EBS, configured at launch | a fast disk for one task | yes | yes |
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_data_volumes.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Volume {
    /// The name by which containers mount it.
    pub name: Option<String>,
    /// A bind mount.
    pub host: Option<HostVolume>,
    /// A volume that Docker manages.
    pub docker_volume_configuration: Option<DockerVolume>,
    /// An Amazon EFS file system.
    pub efs_volume_configuration: Option<EfsVolume>,
    /// An S3 Files file system.
    pub s3files_volume_configuration: Option<S3FilesVolume>,
    /// An FSx for Windows File Server share.
    pub fsx_windows_file_server_volume_configuration: Option<FsxWindowsVolume>,
    /// An EBS volume that the service or run-task describes.
    pub configured_at_launch: Option<bool>,
}

/// A bind mount.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HostVolume {
    /// A path of the instance; without one Docker picks a place that goes with the task. Not on Fargate.
    pub source_path: Option<String>,
}

/// A volume that Docker manages on the instance. Not on Fargate.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/docker-volumes.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DockerVolume {
    /// Whether it goes with the task or stays on the instance for others.
    pub scope: Option<DockerVolumeScope>,
    /// Whether Docker makes a shared volume that is not there yet.
    pub autoprovision: Option<bool>,
    /// The volume driver, `local` unless a plugin is installed.
    pub driver: Option<String>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, String>,
    /// Labels of the volume.
    pub labels: BTreeMap<String, String>,
}

open_enum! {
    /// How long a Docker volume lives.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DockerVolumeConfiguration.html>
    pub enum DockerVolumeScope {
        /// As long as the task.
        Task = "task",
        /// It stays, and other tasks on the instance can use it.
        Shared = "shared",
    }
}

/// An Amazon EFS file system: shared by many tasks, on Fargate and EC2, and still there after them.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EfsVolume {
    /// The file system.
    pub file_system_id: Output<String>,
    /// The directory that is mounted; with an access point that one decides, and this is `/` or left out.
    pub root_directory: Option<String>,
    /// TLS on the way to the file system; an access point and IAM need it.
    pub transit_encryption: Option<Switch>,
    /// The port that the encrypted connection uses on this side.
    pub transit_encryption_port: Option<i32>,
    /// An access point, and whether IAM decides who may mount.
    pub authorization_config: Option<EfsAuthorization>,
}

/// Who a task is to an EFS file system.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EfsAuthorization {
    /// The access point: a user, a group and a directory fixed on the file system's side.
    pub access_point_id: Option<Output<String>>,
    /// Whether the task role's rights are checked.
    pub iam: Option<Switch>,
}

open_enum! {
    /// `ENABLED` or `DISABLED`.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html>
    pub enum Switch {
        /// On.
        Enabled = "ENABLED",
        /// Off.
        Disabled = "DISABLED",
    }
}

/// An S3 Files file system: a bucket seen as files. Needs a task role.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_S3FilesVolumeConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct S3FilesVolume {
    /// The file system.
    pub file_system_arn: Output<String>,
    /// The directory that is mounted.
    pub root_directory: Option<String>,
    /// The port that the encrypted connection uses on this side.
    pub transit_encryption_port: Option<i32>,
    /// The access point.
    pub access_point_arn: Option<Output<String>>,
}

/// An FSx for Windows File Server share, for Windows containers on EC2. Not on Fargate.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FsxWindowsVolume {
    /// The file system.
    pub file_system_id: Output<String>,
    /// The directory of the file system that is mounted.
    pub root_directory: String,
    /// The Active Directory user.
    pub authorization_config: FsxAuthorization,
}

/// The Active Directory user with whom a share is mounted.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FSxWindowsFileServerAuthorizationConfig.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FsxAuthorization {
    /// The secret in Secrets Manager or the parameter in SSM that holds user and password.
    pub credentials_parameter: Output<String>,
    /// The domain.
    pub domain: String,
}
