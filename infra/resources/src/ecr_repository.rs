//! ECR repositories: where the images live.

use crate::name::REPOSITORY;
use infra_ecs::open_enum;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A private repository, encrypted with AES-256 or with a key of KMS. That can't change: another key goes with another name.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EcrRepository {
    /// The repository's name.
    pub name: String,
    /// Whether each image is scanned for known vulnerabilities when it is pushed.
    pub scan_on_push: bool,
    /// Whether a tag can be moved to another image.
    pub image_tag_mutability: TagMutability,
    /// The ARN of the key of KMS that encrypts its images; AES-256 without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Output<String>>,
    /// Which images expire, as ECR's JSON document.
    pub lifecycle_policy: Value,
}

open_enum! {
    /// Whether a tag can be moved to another image.
    pub enum TagMutability {
        /// A push can move it: the tutorial's choice.
        Mutable = "MUTABLE",
        /// Once pushed it stays: what was tested is what runs.
        Immutable = "IMMUTABLE",
    }
}

/// A lifecycle policy that keeps the newest `images` images and lets the others expire.
pub fn keep_newest(images: u32) -> Value {
    json!({"rules": [{
        "rulePriority": 1,
        "description": format!("keep the newest {images} images"),
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": images},
        "action": {"type": "expire"},
    }]})
}

outputs! {
    /// What others refer to.
    EcrRepositoryOutputs {
        /// The repository's ARN.
        arn: String,
        /// Where images are pushed to and pulled from, without a tag.
        uri: String,
    }
}

impl Resource for EcrRepository {
    const KIND: &'static str = "ecr-repository";
    const READ_WITH: &'static [&'static str] = &["kmsKeyArn"];
    type Outputs = EcrRepositoryOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        REPOSITORY.problems(&self.name)
    }
}
