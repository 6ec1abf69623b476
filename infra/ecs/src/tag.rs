//! Tags of ECS resources.

use serde::{Deserialize, Serialize};

/// A tag: at most 50 on a resource, keys of at most 128 and values of at most 256 characters, no key beginning `aws:`.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tag {
    /// Unique on the resource.
    pub key: Option<String>,
    /// Its value.
    pub value: Option<String>,
}
