//! KMS: what a key is. Nothing is encrypted or decrypted here.

use crate::Aws;
use crate::json_service::{JsonService, json_client};
use infra_engine::Failure;
use infra_resources::KmsKey;
use infra_wire::sdk_error::SdkResult;
use serde_json::json;

json_client!(
    /// KMS.
    Kms,
    JsonService { name: "kms", target: "TrentService", id: "KMS" }
);

/// A key as KMS describes it.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMetadata {
    /// Its ARN, whatever it was asked for by.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, ...
    pub state: String,
    /// `SYMMETRIC_DEFAULT` for one that services encrypt with.
    pub spec: String,
}

impl Kms {
    /// A key, by its id, ARN or alias; nothing where there is none.
    ///
    /// # Errors
    /// When it can't be described.
    pub async fn describe_key(&self, region: &str, name: &str) -> Result<Option<KeyMetadata>, Failure> {
        let answer = self.0.call(region, "DescribeKey", &json!({"KeyId": name})).await;
        let answer = answer.none_if(&["NotFoundException"], "describe the key of KMS")?;
        Ok(answer.map(|answer| {
            let text = |member: &str| answer["KeyMetadata"][member].as_str().unwrap_or_default().to_owned();
            KeyMetadata { arn: text("Arn"), state: text("KeyState"), spec: text("KeySpec") }
        }))
    }
}

/// The key that a setting names, in the region that its name says.
///
/// # Errors
/// When it can't be described.
pub async fn key(aws: &Aws, name: &str) -> Result<Option<KeyMetadata>, Failure> {
    let region = KmsKey::region_in(name).unwrap_or(&aws.region);
    aws.client::<Kms>().describe_key(region, name).await
}
