//! The settings of the image repositories.

use super::range::{Allowed, MOST, Range, settings};
use Allowed::{Number, Word};
use infra_ecs::open_enum::known;
use infra_resources::TagMutability;

settings! {
    /// The image repositories.
    pub struct RegistrySettings {
        /// Whether a tag can be moved to another image: `IMMUTABLE`, or `MUTABLE` as in the tutorial.
        #[serde(deserialize_with = "known")]
        tag_mutability: TagMutability = TagMutability::Immutable,
            Word(&["MUTABLE", "IMMUTABLE"]), "PutImageTagMutability, Amazon ECR API Reference";
        /// How many images a repository keeps.
        keep_images: u32 = 20,
            Number(1, MOST), "Lifecycle policy properties (countNumber), Amazon ECR User Guide";
    }
}
