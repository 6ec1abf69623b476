//! IAM roles with their policies.

use crate::name::{ROLE, ROLE_PATH};
use crate::partition::Partition;
use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A role, who may assume it, and what it may do.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IamRole {
    /// The role's name.
    pub name: String,
    /// Its path, `/<stack>/`.
    pub path: String,
    /// The trust policy.
    pub assume_role_policy: Value,
    /// Policies written for this role, by name; others that are found on it are removed.
    pub inline_policies: BTreeMap<String, Value>,
    /// ARNs of managed policies, sorted; others that are found on it are detached.
    pub managed_policies: Vec<String>,
    /// The ARN of the policy that bounds what the others can allow. One that is not given is not ours to take away.
    ///
    /// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
}

/// The characters of all inline policies of a role, without white space.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const LARGEST_POLICIES: usize = 10_240;

/// A trust policy for ECS tasks of one account, so that no other account's tasks can be given the role.
pub fn assumed_by_ecs_tasks(account: &str, region: &str) -> Value {
    let source = Partition::of_region(region).arn("ecs", region, account, "*");
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": Partition::ecs_tasks_principal()},
        "Action": "sts:AssumeRole",
        "Condition": {
            "ArnLike": {"aws:SourceArn": source},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }]})
}

/// A trust policy for ECS itself.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>
pub fn assumed_by_ecs() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": Partition::ecs_principal()},
        "Action": "sts:AssumeRole",
    }]})
}

/// A trust policy for EC2 instances.
pub fn assumed_by_instances(partition: Partition) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": {"Service": partition.ec2_principal()},
        "Action": "sts:AssumeRole",
    }]})
}

outputs! {
    /// What others refer to.
    IamRoleOutputs {
        /// The role's ARN.
        arn: String,
        /// The role's name, once it exists.
        name: String,
    }
}

impl Resource for IamRole {
    const KIND: &'static str = "iam-role";
    type Outputs = IamRoleOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = [ROLE.problems(&self.name), ROLE_PATH.problems(&self.path)].concat();
        let size: usize = self.inline_policies.values().map(|policy| policy.to_string().len()).sum();
        if size > LARGEST_POLICIES {
            problems.push(format!(
                "inlinePolicies: {size} characters, and IAM takes {LARGEST_POLICIES} of all together; let it need less, such as \
                 fewer secrets"
            ));
        }
        problems
    }

    fn normalise(&mut self) {
        self.managed_policies.sort();
        self.managed_policies.dedup();
    }
}
