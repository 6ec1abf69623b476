//! The default VPC and its subnets: looked up, never created or deleted.

use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};

/// The account's default VPC with its default subnets, one in each availability zone that is not left out.
///
/// AWS: <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefaultVpc {
    /// Availability zones whose subnets are not used, such as `us-east-1e`.
    pub excluded_zones: Vec<String>,
}

outputs! {
    /// What the lookup found.
    DefaultVpcOutputs {
        /// The VPC's id.
        vpc_id: String,
        /// Its default subnets, sorted.
        subnet_ids: Vec<String>,
    }
}

impl Resource for DefaultVpc {
    const KIND: &'static str = "default-vpc";
    const IDENTITY: &'static [&'static str] = &["excludedZones"];
    type Outputs = DefaultVpcOutputs;

    fn physical_name(&self) -> String {
        "default".to_owned()
    }
}
