//! Keys of KMS that somebody else made: looked up, never created or deleted.

use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};

/// A customer managed key that things of the stack are encrypted with.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#customer-mgn-key>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KmsKey {
    /// How it is called: `alias/...`, or the ARN of a key or an alias.
    pub name: String,
}

/// What AWS's own keys are called: their policies can't be changed, and CloudWatch Logs takes none of them.
const AWS_MANAGED: &str = "alias/aws/";

/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html> (`AliasName`).
const LONGEST_ALIAS: usize = 256;

impl KmsKey {
    /// Whether a text names a customer managed key.
    pub fn is_one(name: &str) -> bool {
        let parts: Vec<&str> = name.split(':').collect();
        match parts.as_slice() {
            ["arn", _, "kms", region, account, named] => {
                let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
                !region.is_empty() && is_account && (is_alias(named) || is_key(named))
            }
            [alias] => is_alias(alias),
            _ => false,
        }
    }

    /// The region that a name says, where it says one.
    pub fn region_in(name: &str) -> Option<&str> {
        name.strip_prefix("arn:")?.split(':').nth(2)
    }
}

fn is_key(text: &str) -> bool {
    let id = text.strip_prefix("key/").unwrap_or_default();
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_alias(text: &str) -> bool {
    let name = text.strip_prefix("alias/").unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/_-".contains(&byte);
    !name.is_empty()
        && text.len() <= LONGEST_ALIAS
        && name.bytes().all(allowed)
        && !text.starts_with(AWS_MANAGED)
}

outputs! {
    /// What the lookup found.
    KmsKeyOutputs {
        /// The key's ARN, whatever it is called by.
        arn: String,
    }
}

impl Resource for KmsKey {
    const KIND: &'static str = "kms-key";
    type Outputs = KmsKeyOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_called_by_alias_or_arn() {
        let arn = |named: &str| format!("arn:aws:kms:eu-west-1:123456789012:{named}");
        let id = "key/mrk-1234abcd12ab34cd56ef1234567890ab";
        for name in ["alias/images".to_owned(), arn("alias/team/a_b-1"), arn(id)] {
            assert!(KmsKey::is_one(&name), "{name}");
        }
        for name in
            ["", "images", "alias/", "alias/aws/s3", "alias/a:b", id, &arn("alias/aws/ecr"), &arn("key/")]
        {
            assert!(!KmsKey::is_one(name), "{name}");
        }
        assert_eq!(KmsKey::region_in(&arn(id)), Some("eu-west-1"));
        assert_eq!(KmsKey::region_in("alias/images"), None);
    }
}
