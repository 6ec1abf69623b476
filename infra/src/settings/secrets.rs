//! The settings of an app's secrets: where they are, never what they are.

use super::range::{Allowed, Range};
use super::texts::{KMS_KEY, SECRET, VARIABLE};
use Allowed::{Optional, Text};
use serde::{Deserialize, Serialize};

/// So many of both apps fit into the policies of their role, whose length IAM limits.
pub(super) const MOST_SECRETS: usize = 40;

pub(super) const PAGE: &str = "Secret, Amazon ECS API Reference";

/// A variable that ECS reads from Secrets Manager or SSM when a task starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSetting {
    /// The variable.
    pub name: String,
    /// The ARN of a secret in Secrets Manager, which `:json-key:version-stage:version-id` may follow; or the ARN or the name of a
    /// parameter in SSM.
    pub from: String,
    /// The customer managed key that encrypts it, by ARN or alias; left out for AWS's own.
    #[serde(default)]
    pub kms_key: Option<String>,
}

impl SecretSetting {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new("name", Text(&VARIABLE), PAGE, "The variable of the container."),
        Range::new("from", Text(&SECRET), PAGE, "The ARN of a secret, or the name or ARN of a parameter."),
        Range::new(
            "kms_key",
            Optional(&Text(&KMS_KEY)),
            PAGE,
            "The key that it is encrypted with, where that is not AWS's own.",
        ),
    ];
}
