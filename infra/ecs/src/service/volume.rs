//! EBS volumes that ECS makes for each task of a service.

use super::propagate_tags::PropagateTags;
use crate::open_enum;
use crate::tag::Tag;
use infra_engine::Output;
use serde::{Deserialize, Serialize};

/// The volume behind a name that the task definition leaves to be configured at launch.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceVolume {
    /// The volume's name in the task definition.
    pub name: String,
    /// The disk.
    #[serde(rename = "managedEBSVolume")]
    pub managed_ebs_volume: Option<ManagedEbsVolume>,
}

/// A disk that lives as long as its task: a service's is always deleted with it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedEbsVolume {
    /// The role with which ECS makes the disk: the infrastructure role.
    pub role_arn: Output<String>,
    /// GiB; needed without a snapshot.
    #[serde(rename = "sizeInGiB")]
    pub size_in_gib: Option<i32>,
    /// What is on it at the start.
    pub snapshot_id: Option<String>,
    /// `gp3`, the default, `gp2`, `io1`, `io2`, `st1`, `sc1`, `standard`.
    pub volume_type: Option<String>,
    /// Operations a second: `io1` and `io2` need it, `gp3` can have it.
    pub iops: Option<i32>,
    /// MiB a second, for `gp3`.
    pub throughput: Option<i32>,
    /// MiB a second at which the disk is filled from a snapshot.
    pub volume_initialization_rate: Option<i32>,
    /// Whether it is encrypted.
    pub encrypted: Option<bool>,
    /// With which key.
    pub kms_key_id: Option<String>,
    /// How it is formatted: `xfs`, the default, `ext3`, `ext4`, `ntfs`.
    pub filesystem_type: Option<FilesystemType>,
    /// Tags of the disk.
    #[serde(default)]
    pub tag_specifications: Vec<EbsTagSpecification>,
}

open_enum! {
    /// How a disk is formatted.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceManagedEBSVolumeConfiguration.html>
    #[expect(missing_docs, reason = "the file systems' own names")]
    pub enum FilesystemType {
        Ext3 = "ext3",
        Ext4 = "ext4",
        Xfs = "xfs",
        Ntfs = "ntfs",
    }
}

/// Tags of a disk.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EBSTagSpecification.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EbsTagSpecification {
    /// `volume`.
    pub resource_type: EbsResourceType,
    /// Its own tags.
    #[serde(default)]
    pub tags: Vec<Tag>,
    /// Whose tags it gets besides.
    pub propagate_tags: Option<PropagateTags>,
}

open_enum! {
    /// What is tagged.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EBSTagSpecification.html>
    pub enum EbsResourceType {
        /// The disk.
        Volume = "volume",
    }
}
