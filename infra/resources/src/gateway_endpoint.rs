//! Gateway endpoints: a way from a VPC to S3 that needs no public address and costs nothing.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// A gateway endpoint in the main route table of a VPC. One that is there already, whoever made it, serves as well.
///
/// AWS: <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayEndpoint {
    /// Its name, in a tag.
    pub name: String,
    /// The VPC.
    pub vpc_id: Output<String>,
    /// The service, such as `com.amazonaws.us-east-1.s3`.
    pub service_name: String,
}

outputs! {
    /// What others refer to: nothing does.
    GatewayEndpointOutputs {
        /// The endpoint's id.
        endpoint_id: String,
    }
}

impl Resource for GatewayEndpoint {
    const KIND: &'static str = "gateway-endpoint";
    const IDENTITY: &'static [&'static str] = &["vpcId", "serviceName"];
    type Outputs = GatewayEndpointOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }
}
