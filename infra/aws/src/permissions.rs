//! What a role is allowed: who may assume it, and the documents of all its policies.

use crate::Aws;
use crate::clients::Iam;
use crate::kinds::iam_role::{IamRoles, document};
use futures::future::try_join_all;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use serde_json::Value;

/// A role as it is in the account.
#[derive(Clone, Debug, Default)]
pub struct RolePermissions {
    /// Who may assume it.
    pub trust: Value,
    /// What it allows and denies: the documents of its inline and managed policies.
    pub policies: Vec<Value>,
    /// Whether a permissions boundary takes some of that away.
    pub is_bounded: bool,
}

/// Reads a role; nothing where there is none.
///
/// # Errors
/// When it can't be read.
pub async fn of_role(aws: &Aws, name: &str) -> Result<Option<RolePermissions>, Failure> {
    let roles = IamRoles(aws.clone());
    let Some(role) = roles.role(name).await? else { return Ok(None) };
    let (inline, attached) = tokio::try_join!(roles.inline_policies(name), roles.managed_policies(name))?;
    let managed = try_join_all(attached.iter().map(|arn| managed_policy(aws, arn))).await?;
    Ok(Some(RolePermissions {
        trust: document(role.assume_role_policy_document().unwrap_or_default()),
        policies: inline.into_values().chain(managed).collect(),
        is_bounded: role.permissions_boundary().is_some(),
    }))
}

/// The document of a managed policy, in the version that is in force.
async fn managed_policy(aws: &Aws, arn: &str) -> Result<Value, Failure> {
    let iam = aws.client::<Iam>();
    let policy = iam.get_policy().policy_arn(arn).send().await.or_failure("get the managed policy")?;
    let version = policy.policy().and_then(|policy| policy.default_version_id()).unwrap_or_default();
    let version = iam.get_policy_version().policy_arn(arn).version_id(version).send().await;
    let version = version.or_failure("get the managed policy's version")?;
    let text = version.policy_version().and_then(|version| version.document());
    Ok(document(text.unwrap_or_default()))
}
