//! Scaling policies: what is kept near which value.

use super::Scaling;
use super::decision::Point;
use super::request::{DIMENSION, NAMESPACE, Request, invalid, present, refuse_if};
use super::state::{seconds, uuid};
use super::steps::StepScaling;
use super::targets::registered;
use super::tracking::{Metric, TargetTracking};
use crate::account::Account;
use crate::api_error::ApiError;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

/// What AWS takes for services where none is given.
const COOLDOWN: u64 = 300;

/// A policy.
pub(super) struct Policy {
    pub arn: String,
    created: SystemTime,
    pub rule: Rule,
    /// The names of its alarms.
    pub alarms: Vec<String>,
    /// What was measured, the newest last.
    pub points: VecDeque<Option<Point>>,
    /// The requests that there had been a minute before.
    pub requests_before: Option<u64>,
}

/// By what it scales.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rule {
    Tracking(TargetTracking),
    Step(StepScaling),
}

impl Scaling {
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html>
    pub(super) fn put_policy(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, name) = request.named("policyName", &request.policy_name)?;
        let mut state = self.state();
        let target = registered(&mut state, resource)?;
        let rule = self.rule(request, target.policies.get(name), resource)?;
        let place =
            format!("scalingPolicy:{}:resource/{NAMESPACE}/{resource}:policyName/{name}", target.uuid);
        let policy = target.policies.entry(name.to_owned()).or_insert_with(|| Policy {
            arn: self.account.arn("autoscaling", &place),
            created: self.clock.real(self.clock.now()),
            rule: rule.clone(),
            alarms: Vec::new(),
            points: VecDeque::new(),
            requests_before: None,
        });
        policy.change(rule, resource, &self.account);
        Ok(json!({ "PolicyARN": policy.arn, "Alarms": policy.alarms(&self.account) }))
    }

    fn rule(&self, request: &Request, known: Option<&Policy>, resource: &str) -> Result<Rule, ApiError> {
        let tracking = request.target_tracking_scaling_policy_configuration.as_ref();
        let step = request.step_scaling_policy_configuration.as_ref();
        match (request.policy_type.as_deref().or(known.map(|it| it.rule.kind())), tracking, step) {
            (Some(Rule::TRACKING), Some(tracking), None) => {
                tracking.check()?;
                self.check_target_group(tracking, resource)?;
                Ok(Rule::Tracking(tracking.clone()))
            }
            (Some(Rule::STEP), None, Some(step)) => step.check().map(|()| Rule::Step(step.clone())),
            (Some(kind @ (Rule::TRACKING | Rule::STEP)), ..) => Err(invalid(format!(
                "A policy of type {kind} must have a configuration of that type and no other"
            ))),
            (Some("PredictiveScaling"), ..) => Err(invalid("The local AWS has no predictive scaling")),
            (Some(kind), ..) => Err(invalid(format!(
                "1 validation error detected: Value '{kind}' at 'policyType' failed to satisfy constraint: Member must \
                 satisfy enum value set: [StepScaling, TargetTrackingScaling, PredictiveScaling]"
            ))),
            (None, ..) => Err(invalid("PolicyType must be specified when a scaling policy is created")),
        }
    }

    fn check_target_group(&self, tracking: &TargetTracking, resource: &str) -> Result<(), ApiError> {
        let Metric::Requests(group) = tracking.metric(&self.account) else { return Ok(()) };
        let elsewhere = self.service(resource).is_some_and(|it| !it.target_groups.contains(&group));
        let message = format!("Target group {group} is not attached to the ECS service {resource}");
        refuse_if(&[(elsewhere, &message)])
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html>
    pub(super) fn describe_policies(&self, request: &Request) -> Result<Value, ApiError> {
        let document =
            |policy: &Policy, name: &str, resource: &str| policy.document(name, resource, &self.account);
        self.describe_named(request, "ScalingPolicies", &request.policy_names, |it| &it.policies, document)
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html>
    pub(super) fn delete_policy(&self, request: &Request) -> Result<Value, ApiError> {
        let name = ("policyName", &request.policy_name);
        self.delete_named(request, name, "scaling policy", |it| &mut it.policies)
    }
}

impl Rule {
    const TRACKING: &str = "TargetTrackingScaling";
    const STEP: &str = "StepScaling";

    fn kind(&self) -> &'static str {
        match self {
            Self::Tracking(_) => Self::TRACKING,
            Self::Step(_) => Self::STEP,
        }
    }

    fn tracking(&self) -> Option<&TargetTracking> {
        match self {
            Self::Tracking(tracking) => Some(tracking),
            Self::Step(_) => None,
        }
    }
}

impl Policy {
    pub(super) fn tracking(&self) -> Option<&TargetTracking> {
        self.rule.tracking()
    }

    /// After a scale-in and after a scale-out.
    pub(super) fn cooldowns(&self) -> (Duration, Duration) {
        let (scale_in, scale_out) = match &self.rule {
            Rule::Tracking(it) => (it.scale_in_cooldown, it.scale_out_cooldown),
            Rule::Step(it) => (it.cooldown, it.cooldown),
        };
        let of = |given: Option<i32>| given.and_then(|it| u64::try_from(it).ok()).unwrap_or(COOLDOWN);
        (Duration::from_secs(of(scale_in)), Duration::from_secs(of(scale_out)))
    }

    /// What was measured stays if it is still what is measured; so do alarms.
    fn change(&mut self, rule: Rule, resource: &str, account: &Account) {
        let metric = |rule: &Rule| rule.tracking().map(|it| it.metric(account));
        if metric(&self.rule) != metric(&rule) {
            (self.points, self.requests_before) = (VecDeque::new(), None);
        }
        self.rule = rule;
        let wanted: &[&str] = match self.tracking().map(TargetTracking::scales_in) {
            Some(true) => &["AlarmHigh", "AlarmLow"],
            Some(false) => &["AlarmHigh"],
            None => &[],
        };
        let known = std::mem::take(&mut self.alarms);
        self.alarms.extend(wanted.iter().map(|kind| {
            let beginning = format!("TargetTracking-{resource}-{kind}-");
            let known = known.iter().find(|name| name.starts_with(&beginning)).cloned();
            known.unwrap_or_else(|| format!("{beginning}{}", uuid()))
        }));
    }

    fn alarms(&self, account: &Account) -> Value {
        let arn = |name: &String| account.arn("cloudwatch", &format!("alarm:{name}"));
        self.alarms.iter().map(|name| json!({ "AlarmName": name, "AlarmARN": arn(name) })).collect()
    }

    fn document(&self, name: &str, resource: &str, account: &Account) -> Value {
        let configuration = match &self.rule {
            Rule::Tracking(it) => present(it),
            Rule::Step(it) => present(it),
        };
        json!({
            "PolicyARN": self.arn,
            "PolicyName": name,
            "ServiceNamespace": NAMESPACE,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "PolicyType": self.rule.kind(),
            format!("{}PolicyConfiguration", self.rule.kind()): configuration,
            "Alarms": self.alarms(account),
            "CreationTime": seconds(self.created),
        })
    }
}
