//! Listeners: the ports of a load balancer.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// An HTTP listener. Its rules forward requests; what no rule matches gets a fixed answer.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// The load balancer's name; with the port it names the listener, which has no name of its own.
    pub load_balancer_name: String,
    /// The load balancer.
    pub load_balancer_arn: Output<String>,
    /// The port it listens on.
    pub port: u16,
    /// The answer to requests that no rule matches.
    pub otherwise: FixedResponse,
}

/// An answer in plain text that the load balancer gives itself.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_FixedResponseActionConfig.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixedResponse {
    /// The status: 2XX, 4XX or 5XX.
    pub status_code: u16,
    /// The text, at most 1024 characters.
    pub message: String,
}

outputs! {
    /// What others refer to.
    ListenerOutputs {
        /// The listener's ARN.
        arn: String,
    }
}

impl Resource for Listener {
    const KIND: &'static str = "listener";
    const IDENTITY: &'static [&'static str] = &["loadBalancerArn", "port"];
    type Outputs = ListenerOutputs;

    fn physical_name(&self) -> String {
        format!("{}:{}", self.load_balancer_name, self.port)
    }
}
