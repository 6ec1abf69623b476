//! Looks up keys of KMS.

use crate::Aws;
use crate::kms::{self, KeyMetadata};
use async_trait::async_trait;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::KmsKey;
use infra_resources::kms_key::KmsKeyOutputs;

/// Keys that the settings name; nothing of them is ever written.
pub struct KmsKeys(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for KmsKeys {
    type Resource = KmsKey;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &[];
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations::reading(&["DescribeKey"]);

    /// One that is not there, or can't be used, is found so before anything is written.
    async fn read(&self, desired: &KmsKey) -> ReadResult<KmsKey> {
        let arn = usable(&desired.name, kms::key(&self.0, &desired.name).await)?;
        let outputs = KmsKeyOutputs { arn: arn.into() };
        Ok(Some(Live { properties: desired.clone(), outputs, tags: None }))
    }

    async fn create(&self, _: &KmsKey, _: &Context<'_>) -> Result<KmsKeyOutputs, Failure> {
        Err(only_looked_up())
    }

    async fn update(&self, _: &KmsKey, _: LiveOf<KmsKey>, _: &Context<'_>) -> Result<KmsKeyOutputs, Failure> {
        Err(only_looked_up())
    }

    async fn delete(&self, _: &Found, _: &Context<'_>) -> Result<(), Failure> {
        Err(only_looked_up())
    }

    async fn list(&self, _: &str) -> Result<Vec<Found>, Failure> {
        Ok(Vec::new())
    }
}

/// The ARN of a key that services can encrypt with.
fn usable(name: &str, found: Result<Option<KeyMetadata>, Failure>) -> Result<String, Failure> {
    let key = match found {
        Ok(Some(key)) => key,
        Ok(None) => {
            return Err(Failure::new(format!("there is no key of KMS {name}")).hint(
                "create it with `aws kms create-key` and `aws kms create-alias`, or name another one",
            ));
        }
        // Another account's key can often be used, and not be looked at; its ARN is known.
        Err(denied) if denied.code() == Some("AccessDeniedException") && is_arn_of_key(name) => {
            return Ok(name.to_owned());
        }
        Err(failure) => return Err(failure),
    };
    if key.state != "Enabled" {
        return Err(Failure::new(format!("the key {name} can't be used: it is {}", key.state))
            .hint("enable it with `aws kms enable-key`, or `aws kms cancel-key-deletion` first; or name another one"));
    }
    if key.spec != "SYMMETRIC_DEFAULT" {
        return Err(Failure::new(format!("services can't encrypt with the key {name}: it is {}", key.spec))
            .hint("name a symmetric key"));
    }
    Ok(key.arn)
}

fn is_arn_of_key(name: &str) -> bool {
    name.starts_with("arn:") && name.contains(":key/")
}

fn only_looked_up() -> Failure {
    Failure::new("a key of KMS is only looked up")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:kms:eu-west-1:123456789012:key/1";

    #[test]
    fn a_key_that_nothing_can_be_encrypted_with_is_refused() {
        let key = |state: &str, spec: &str| {
            Ok(Some(KeyMetadata { arn: ARN.to_owned(), state: state.to_owned(), spec: spec.to_owned() }))
        };
        assert_eq!(usable("alias/a", key("Enabled", "SYMMETRIC_DEFAULT")).unwrap(), ARN);
        for (found, words) in [
            (Ok(None), "there is no key of KMS alias/a"),
            (key("PendingDeletion", "SYMMETRIC_DEFAULT"), "it is PendingDeletion"),
            (key("Enabled", "RSA_2048"), "it is RSA_2048"),
        ] {
            let refused = usable("alias/a", found).unwrap_err();
            assert!(refused.to_string().contains(words), "{refused}");
            assert!(refused.what_to_do().is_some());
        }
    }

    #[test]
    fn a_key_that_may_not_be_looked_at_is_known_by_its_arn_alone() {
        let denied = || Err(Failure::new("not authorized").with_code("AccessDeniedException"));
        assert_eq!(usable(ARN, denied()).unwrap(), ARN);
        assert!(usable("alias/a", denied()).is_err());
        assert!(usable(ARN, Err(Failure::new("no answer"))).is_err());
    }
}
