//! What a secret is like, wherever it is: that it is there, what encrypts it, when it changed. Its value is never asked for.

use crate::Aws;
use crate::parameter_store::ParameterStore;
use crate::secrets_manager::SecretsManager;
use infra_engine::Failure;
use infra_resources::SecretSource;
use serde_json::Value;

/// What encrypts a parameter where nobody chose a key.
const AWS_MANAGED: [&str; 2] = ["alias/aws/ssm", "alias/aws/secretsmanager"];
/// The staging label of the version that is meant where none is named.
const CURRENT: &str = "AWSCURRENT";

/// A secret as its service describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SecretMetadata {
    /// Its whole ARN.
    pub arn: String,
    /// The customer managed key that encrypts it, by id, ARN or alias.
    pub kms_key: Option<String>,
    /// Why nobody can read it, where that is so.
    pub unreadable: Option<String>,
    /// The version that is read, where it is one of Secrets Manager.
    pub version: Option<String>,
    /// When it was last changed or rotated, in seconds since 1970, as far as that is known.
    pub changed: Option<f64>,
}

/// Looks at a secret; nothing where there is none.
///
/// # Errors
/// When it can't be described.
pub async fn look_at(aws: &Aws, source: &SecretSource) -> Result<Option<SecretMetadata>, Failure> {
    match source {
        SecretSource::Secret { arn, stage, version } => {
            let client = aws.client::<SecretsManager>();
            let described = client.describe_secret(source.region(), arn).await?;
            Ok(described.map(|it| of_secret(&it, stage.as_deref(), version.as_deref())))
        }
        SecretSource::Parameter { arn, name } => {
            let described = aws.client::<ParameterStore>().describe_parameters(source.region(), name).await?;
            Ok(described.map(|it| of_parameter(&it, arn)))
        }
    }
}

/// When the value that tasks are given was set, in seconds since 1970; nothing where it never changes or that is not known.
///
/// # Errors
/// When it can't be read.
pub async fn changed_at(aws: &Aws, source: &SecretSource) -> Result<Option<f64>, Failure> {
    let SecretSource::Secret { arn, version: None, .. } = source else {
        return match source {
            SecretSource::Parameter { .. } => Ok(look_at(aws, source).await?.and_then(|it| it.changed)),
            // A version that is named stays what it is.
            SecretSource::Secret { .. } => Ok(None),
        };
    };
    let Some(secret) = look_at(aws, source).await? else { return Ok(None) };
    let versions = aws.client::<SecretsManager>().list_secret_version_ids(source.region(), arn).await?;
    let made = versions.into_iter().find(|(id, _)| Some(id) == secret.version.as_ref());
    // A label can go back to an older version, which is then a rotation.
    Ok(latest(made.map(|(_, made)| made), secret.changed))
}

fn latest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}

fn of_secret(described: &Value, stage: Option<&str>, version: Option<&str>) -> SecretMetadata {
    let text = |member: &str| described[member].as_str().map(str::to_owned);
    let stages = |id: &str| described["VersionIdsToStages"][id].as_array().cloned();
    let with_stage = |stage: &str| {
        let all = described["VersionIdsToStages"].as_object().into_iter().flatten();
        let has =
            |stages: &Value| stages.as_array().is_some_and(|stages| stages.iter().any(|it| it == stage));
        all.filter(|(_, stages)| has(stages)).map(|(id, _)| id.clone()).next()
    };
    let stage = stage.unwrap_or(CURRENT);
    let found = version.map_or_else(|| with_stage(stage), |id| stages(id).map(|_| id.to_owned()));
    let unreadable = match (&described["DeletedDate"], version) {
        (deleted, _) if !deleted.is_null() => {
            Some("it is deleted, and can be restored with `aws secretsmanager restore-secret`".to_owned())
        }
        (_, Some(id)) if found.is_none() => Some(format!("it has no version {id} any more")),
        _ if found.is_none() && stage == CURRENT => Some("it has no value yet".to_owned()),
        _ if found.is_none() => Some(format!("none of its versions has the label {stage}")),
        _ => None,
    };
    SecretMetadata {
        arn: text("ARN").unwrap_or_default(),
        kms_key: text("KmsKeyId").and_then(customers),
        unreadable,
        version: found,
        changed: described["LastRotatedDate"].as_f64(),
    }
}

fn of_parameter(described: &Value, arn: &str) -> SecretMetadata {
    let of_type = described["Type"].as_str();
    let key = described["KeyId"].as_str().filter(|_| of_type == Some("SecureString"));
    SecretMetadata {
        arn: described["ARN"].as_str().unwrap_or(arn).to_owned(),
        kms_key: key.map(str::to_owned).and_then(customers),
        unreadable: None,
        version: None,
        changed: described["LastModifiedDate"].as_f64(),
    }
}

/// A key that is not AWS's own, with which any role of the account can read.
fn customers(key: String) -> Option<String> {
    (!AWS_MANAGED.iter().any(|managed| key.ends_with(managed))).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn described() -> Value {
        json!({
            "ARN": "arn:x-AbCdEf", "KmsKeyId": "alias/prod", "LastRotatedDate": 1_700_000_000.5,
            "VersionIdsToStages": {"1": ["AWSPREVIOUS"], "2": ["AWSCURRENT", "blue"], "3": ["AWSPENDING"]},
        })
    }

    #[test]
    fn the_version_that_is_read_is_the_current_one_unless_another_is_named() {
        for (stage, version, found) in [
            (None, None, Some("2")),
            (Some("AWSPREVIOUS"), None, Some("1")),
            (Some("blue"), None, Some("2")),
            (None, Some("3"), Some("3")),
            (Some("green"), None, None),
            (None, Some("4"), None),
        ] {
            let secret = of_secret(&described(), stage, version);
            assert_eq!(secret.version.as_deref(), found, "{stage:?} {version:?}");
            assert_eq!(secret.unreadable.is_some(), found.is_none(), "{secret:?}");
        }
        assert_eq!(of_secret(&described(), None, None).kms_key.as_deref(), Some("alias/prod"));
    }

    #[test]
    fn what_is_deleted_or_empty_can_not_be_read() {
        let mut deleted = described();
        deleted["DeletedDate"] = json!(1_700_000_000);
        assert!(of_secret(&deleted, None, None).unreadable.unwrap().contains("restore-secret"));
        let empty = json!({"ARN": "arn:x", "VersionIdsToStages": {}});
        assert_eq!(of_secret(&empty, None, None).unreadable.unwrap(), "it has no value yet");
    }

    #[test]
    fn aws_own_keys_need_no_right() {
        let parameter = |of_type: &str, key: &str| {
            of_parameter(&json!({"Type": of_type, "KeyId": key, "LastModifiedDate": 5.0}), "arn:x").kms_key
        };
        assert_eq!(parameter("SecureString", "alias/aws/ssm"), None);
        assert_eq!(parameter("String", "alias/prod"), None);
        assert_eq!(parameter("SecureString", "alias/prod").as_deref(), Some("alias/prod"));
    }

    #[test]
    fn the_latest_change_counts() {
        assert_eq!(latest(Some(1.0), Some(2.0)), Some(2.0));
        assert_eq!((latest(None, Some(2.0)), latest(None, None)), (Some(2.0), None));
    }
}
