//! Instance profiles: how an EC2 instance gets a role.

use crate::name::{INSTANCE_PROFILE, ROLE_PATH};
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// An instance profile with one role in it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceProfile {
    /// The profile's name.
    pub name: String,
    /// Its path, `/<stack>/`.
    pub path: String,
    /// The name of the role that instances get.
    pub role_name: Output<String>,
}

outputs! {
    /// What others refer to.
    InstanceProfileOutputs {
        /// The profile's ARN.
        arn: String,
    }
}

impl Resource for InstanceProfile {
    const KIND: &'static str = "instance-profile";
    type Outputs = InstanceProfileOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        [INSTANCE_PROFILE.problems(&self.name), ROLE_PATH.problems(&self.path)].concat()
    }
}
