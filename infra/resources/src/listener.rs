//! Listeners: the ports of a load balancer.

use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// The security policy that AWS recommends: TLS 1.3 and 1.2, with post-quantum key exchange for those that know it. The API's own
/// default is one of 2016.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>
pub const SECURITY_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// An HTTP or HTTPS listener. Its rules forward requests; what no rule matches gets one answer.
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
    /// How it speaks HTTPS; `null` for HTTP.
    pub tls: Option<Tls>,
    /// The answer to requests that no rule matches.
    pub otherwise: Otherwise,
}

/// How a listener speaks HTTPS.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// The ARN of the certificate.
    pub certificate_arn: Output<String>,
    /// Which versions of TLS and which ciphers it takes.
    pub security_policy: String,
    /// The header `Strict-Transport-Security` of every answer; empty for none.
    ///
    /// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html>
    pub strict_transport_security: String,
}

/// What becomes of a request that no rule matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Otherwise {
    /// It gets this answer.
    Answer(FixedResponse),
    /// It is sent to HTTPS.
    Redirect(RedirectToHttps),
}

/// A lasting redirect (301) to the same host, path and query over HTTPS.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RedirectToHttps {
    /// The port of HTTPS.
    pub redirect_to_https_port: u16,
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
