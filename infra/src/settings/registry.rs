//! The settings of the image repositories.

use super::range::{Allowed, MOST, Range};
use Allowed::{Number, Word};
use infra_ecs::open_enum::known;
use infra_resources::TagMutability;
use serde::{Deserialize, Serialize};

/// The image repositories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrySettings {
    /// Whether a tag can be moved to another image: `IMMUTABLE`, or `MUTABLE` as in the tutorial.
    #[serde(deserialize_with = "known")]
    pub tag_mutability: TagMutability,
    /// How many images a repository keeps.
    pub keep_images: u32,
}

impl RegistrySettings {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new(
            "tag_mutability",
            Word(&["MUTABLE", "IMMUTABLE"]),
            "PutImageTagMutability, Amazon ECR API Reference",
        ),
        Range::new(
            "keep_images",
            Number(1, MOST),
            "Lifecycle policy properties (countNumber), Amazon ECR User Guide",
        ),
    ];
}

impl Default for RegistrySettings {
    fn default() -> Self {
        Self { tag_mutability: TagMutability::Immutable, keep_images: 20 }
    }
}
