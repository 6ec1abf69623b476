//! Application Load Balancers.

use crate::name::is_load_balancing_name;
use infra_ecs::rules::{Findings, Path, Rule};
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// After how many seconds an idle connection can be closed.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html>
/// (`idle_timeout.timeout_seconds`).
pub const IDLE_TIMEOUT_SECONDS: RangeInclusive<u32> = 1..=4000;

/// An internet-facing Application Load Balancer.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadBalancer {
    /// The load balancer's name: at most 32 characters.
    pub name: String,
    /// At least two subnets in different availability zones, sorted.
    pub subnet_ids: Output<Vec<String>>,
    /// Who may connect to it.
    pub security_group_ids: Vec<Output<String>>,
    /// Whether headers that are no valid HTTP are dropped instead of passed on.
    pub drop_invalid_header_fields: bool,
    /// After how many seconds an idle connection is closed.
    pub idle_timeout_seconds: u32,
    /// Whether it can't be deleted.
    pub deletion_protection: bool,
    /// The bucket of its access logs; `null` for none.
    pub access_logs_bucket: Option<Output<String>>,
    /// The web ACL of AWS WAF that looks at each request first. One that is not set is neither compared nor taken away: a firewall
    /// policy of the organization may have put it there.
    ///
    /// AWS: <https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html>
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_acl_arn: Option<String>,
}

outputs! {
    /// What others refer to.
    LoadBalancerOutputs {
        /// The load balancer's ARN.
        arn: String,
        /// The DNS name that clients use.
        dns_name: String,
        /// Its part of a metric's resource label: `app/<name>/<id>`.
        resource_label: String,
    }
}

impl LoadBalancer {
    /// What Elastic Load Balancing refuses: L03.
    fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        if !is_load_balancing_name(&self.name) || self.name.starts_with("internal-") {
            let problem = format!("\"{}\" is not a valid name for a load balancer", self.name);
            findings.add(Rule::L03, &Path::Member(&Path::Root, "name"), problem);
        }
        findings
    }
}

impl Resource for LoadBalancer {
    const KIND: &'static str = "load-balancer";
    type Outputs = LoadBalancerOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn normalise(&mut self) {
        if let Output::Known(ids) = &mut self.subnet_ids {
            ids.sort();
        }
        self.security_group_ids.sort_by_key(|id| id.get().cloned().unwrap_or_default());
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = self.findings().refusals();
        let seconds = self.idle_timeout_seconds;
        if !IDLE_TIMEOUT_SECONDS.contains(&seconds) {
            problems.push(format!("idleTimeoutSeconds: {seconds} is not 1 to 4000"));
        }
        problems
    }
}
