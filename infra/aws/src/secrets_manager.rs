//! Secrets Manager: what a secret is like. Its value is never asked for.

use crate::json_service::{JsonService, json_client, next_token};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use serde_json::{Value, json};

json_client!(
    /// Secrets Manager.
    SecretsManager,
    JsonService { name: "secretsmanager", target: "secretsmanager", id: "Secrets Manager" }
);

const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];

impl SecretsManager {
    /// A secret as Secrets Manager describes it, without its value; nothing where there is none.
    ///
    /// AWS: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html>
    ///
    /// # Errors
    /// When it can't be described.
    pub async fn describe_secret(&self, region: &str, arn: &str) -> Result<Option<Value>, Failure> {
        let answer = self.0.call(region, "DescribeSecret", &json!({"SecretId": arn})).await;
        answer.none_if(NOT_FOUND, "describe the secret")
    }

    /// When the versions of a secret were made, by their ids, in seconds since 1970.
    ///
    /// AWS: <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html>
    ///
    /// # Errors
    /// When they can't be listed.
    pub async fn list_secret_version_ids(
        &self,
        region: &str,
        arn: &str,
    ) -> Result<Vec<(String, f64)>, Failure> {
        let (mut versions, mut request) = (Vec::new(), json!({"SecretId": arn, "MaxResults": 100}));
        loop {
            let answer = self.0.call(region, "ListSecretVersionIds", &request).await;
            let answer = answer.or_failure("list the versions of the secret")?;
            let listed = answer["Versions"].as_array().into_iter().flatten();
            versions.extend(
                listed.filter_map(|it| {
                    Some((it["VersionId"].as_str()?.to_owned(), it["CreatedDate"].as_f64()?))
                }),
            );
            let Some(next) = next_token(&answer) else { return Ok(versions) };
            request["NextToken"] = next.into();
        }
    }
}
