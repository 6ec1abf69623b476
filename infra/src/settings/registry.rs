//! The settings of the image repositories.

use super::range::{Allowed, MOST, Range, settings};
use super::texts::KMS_KEY;
use Allowed::{Number, Optional, Text, Word};
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
        /// The customer managed key that encrypts the images, by alias or ARN; AES-256 without one. Changing it makes new
        /// repositories.
        kms_key: Option<String> = None,
            Optional(&Text(&KMS_KEY)), "EncryptionConfiguration (kmsKey), Amazon ECR API Reference";
    }
}
