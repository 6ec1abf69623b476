//! Where a container sees volumes.

use serde::{Deserialize, Serialize};

/// Where a container sees a volume of its task.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_MountPoint.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MountPoint {
    /// The volume's name.
    pub source_volume: Option<String>,
    /// The path in the container.
    pub container_path: Option<String>,
    /// Whether the container can't write to it.
    pub read_only: Option<bool>,
}

/// Another container of the task whose volumes this one sees at the same paths.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_VolumeFrom.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeFrom {
    /// The other container.
    pub source_container: Option<String>,
    /// Whether this one can't write to them.
    pub read_only: Option<bool>,
}
