//! Who may assume a role for deploys from GitHub Actions: the workflows of one repository's branch, by a token that GitHub signs for
//! each run. No key is stored there.
//!
//! GitHub: <https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws>

use infra_resources::Partition;
use serde_json::{Value, json};

/// The identity provider that the account needs once.
pub const PROVIDER: &str = "token.actions.githubusercontent.com";

/// The trust policy of the role.
pub fn trust(partition: Partition, account: &str, repository: &str, branch: &str) -> Value {
    let provider = partition.arn("iam", "", account, &format!("oidc-provider/{PROVIDER}"));
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": provider },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    format!("{PROVIDER}:aud"): partition.sts_audience(),
                    format!("{PROVIDER}:sub"): format!("repo:{repository}:ref:refs/heads/{branch}"),
                },
            },
        }],
    })
}
