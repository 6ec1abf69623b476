//! Listeners: the ports of a load balancer.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// An HTTP listener that forwards what no rule matches to one target group.
///
/// AWS: "Listeners for your Application Load Balancers", User Guide for Application Load Balancers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listener {
    /// The load balancer's name; with the port it names the listener, which has no name of its own.
    pub load_balancer_name: String,
    /// The load balancer.
    pub load_balancer_arn: Output<String>,
    /// The port it listens on.
    pub port: u16,
    /// Where requests go that no rule matches.
    pub default_target_group_arn: Output<String>,
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
    const FOUND_BY: &'static [&'static str] = &["loadBalancerArn", "port"];
    type Outputs = ListenerOutputs;

    fn physical_name(&self) -> String {
        format!("{}:{}", self.load_balancer_name, self.port)
    }
}
