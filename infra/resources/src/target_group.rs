//! Target groups: where a load balancer sends requests, and how it knows who is healthy.

mod rules;

use crate::name::short_hash;
use infra_ecs::typed::{TargetKind, Targets};
use infra_engine::{Handle, Output, Resource, Stack, outputs};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

pub use infra_ecs::typed::TargetType;

/// How many seconds a target that is taken out may have to finish its requests.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html>
/// (`deregistration_delay.timeout_seconds`).
pub const DEREGISTRATION_SECONDS: RangeInclusive<u32> = 0..=3600;

/// A target group for HTTP.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetGroup {
    /// The name: at most 32 characters, with [`TargetGroup::suffix`] at its end.
    pub name: String,
    /// The VPC of its targets.
    pub vpc_id: Output<String>,
    /// The port targets listen on unless they are registered with one of their own. Can't change in place.
    pub port: u16,
    /// `ip` for tasks with a network interface of their own (awsvpc), else `instance`. Can't change in place.
    pub target_type: TargetType,
    /// How health is checked.
    pub health_check: HealthCheck,
    /// How many seconds a target that is taken out may take to finish its requests.
    pub deregistration_delay_seconds: u32,
}

/// How a load balancer checks whether a target is healthy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// `HTTP` or `HTTPS`.
    pub protocol: String,
    /// `traffic-port` is the port that each target is registered with.
    pub port: String,
    /// The path that is asked for.
    pub path: String,
    /// The status codes of a healthy target: `200`, `200-299`.
    pub status_codes: String,
    /// Seconds between checks, 5 to 300.
    pub interval_seconds: i32,
    /// Seconds an answer may take, 2 to 120.
    pub timeout_seconds: i32,
    /// Consecutive successes that make an unhealthy target healthy, 2 to 10.
    pub healthy_threshold: i32,
    /// Consecutive failures that make a healthy target unhealthy, 2 to 10.
    pub unhealthy_threshold: i32,
}

impl HealthCheck {
    /// A request to this path, on the port that a target is registered with, is answered with 200.
    pub fn at(path: &str) -> Self {
        Self {
            protocol: "HTTP".to_owned(),
            port: "traffic-port".to_owned(),
            path: path.to_owned(),
            status_codes: "200".to_owned(),
            interval_seconds: 10,
            timeout_seconds: 5,
            healthy_threshold: 2,
            unhealthy_threshold: 3,
        }
    }
}

impl TargetGroup {
    /// Puts it into a stack with this kind of targets; gives what a service needs to register its tasks there.
    pub fn add_to<T: TargetKind>(self, stack: &mut Stack, logical_name: &str) -> (Handle<Self>, Targets<T>) {
        let group = stack.add(logical_name, Self { target_type: T::TYPE, ..self });
        let targets = Targets::of(group.arn.clone());
        (group, targets)
    }

    /// The end of the name: a hash of what can't change in place, so that a change makes a new group.
    pub fn suffix(port: u16, target_type: TargetType) -> String {
        short_hash(&["HTTP", &port.to_string(), &format!("{target_type:?}")])
    }
}

outputs! {
    /// What others refer to.
    TargetGroupOutputs {
        /// The target group's ARN.
        arn: String,
        /// Its part of a metric's resource label: `targetgroup/<name>/<id>`.
        resource_label: String,
    }
}

impl Resource for TargetGroup {
    const KIND: &'static str = "target-group";
    type Outputs = TargetGroupOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        rules::check(self).refusals()
    }
}
