//! The subnets whose availability zones offer an instance type: looked up, never created or deleted.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// Those of some subnets in which an instance type can be started. Not every zone has every type: ap-south-1c has no
/// `t2.micro`, and an Auto Scaling group with a subnet there keeps failing to start instances in it.
///
/// AWS: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InstanceSubnets {
    /// The instance type, such as `t3.micro`.
    pub instance_type: String,
    /// The subnets to choose from.
    pub subnet_ids: Output<Vec<String>>,
}

outputs! {
    /// What the lookup found.
    InstanceSubnetsOutputs {
        /// The subnets that can be used, sorted.
        subnet_ids: Vec<String>,
    }
}

impl Resource for InstanceSubnets {
    const KIND: &'static str = "instance-subnets";
    const IDENTITY: &'static [&'static str] = &["instanceType", "subnetIds"];
    type Outputs = InstanceSubnetsOutputs;

    fn physical_name(&self) -> String {
        format!("for {}", self.instance_type)
    }
}
