//! Scaling policies: what is kept near which value.

use super::Scaling;
use super::decision::Point;
use super::request::{DIMENSION, NAMESPACE, Request, invalid, not_found};
use super::state::{State, Target, seconds, uuid};
use super::steps::StepScaling;
use super::tracking::{Metric, TargetTracking};
use crate::account::Account;
use crate::api_error::ApiError;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

const MOST_POLICIES: usize = 50;
/// What AWS takes for services where none is given.
const COOLDOWN: u64 = 300;
const LONGEST_NAME: usize = 256;

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
        let (resource, [name]) = request.about([("policyName", &request.policy_name)])?;
        if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(invalid(format!(
                "PolicyName must have at most {LONGEST_NAME} characters, all of them printable"
            )));
        }
        let mut state = self.state();
        let target = registered(&mut state, resource)?;
        let rule = self.rule(request, target.policies.get(&name).map(|it| &it.rule), resource)?;
        let known = target.policies.remove(&name);
        if target.policies.len() >= MOST_POLICIES {
            let message = format!("A scalable target can have at most {MOST_POLICIES} scaling policies");
            return Err(ApiError::new("LimitExceededException", message));
        }
        let place =
            format!("scalingPolicy:{}:resource/{NAMESPACE}/{resource}:policyName/{name}", target.uuid);
        let mut policy = known.unwrap_or_else(|| Policy {
            arn: self.account.arn("autoscaling", &place),
            created: self.clock.real(self.clock.now()),
            rule: rule.clone(),
            alarms: Vec::new(),
            points: VecDeque::new(),
            requests_before: None,
        });
        policy.become_(rule, resource, &self.account);
        let answer = json!({ "PolicyARN": policy.arn, "Alarms": policy.alarms(&self.account) });
        target.policies.insert(name, policy);
        Ok(answer)
    }

    fn rule(&self, request: &Request, known: Option<&Rule>, resource: &str) -> Result<Rule, ApiError> {
        let of_known = match known {
            Some(Rule::Tracking(_)) => Some("TargetTrackingScaling"),
            Some(Rule::Step(_)) => Some("StepScaling"),
            None => None,
        };
        let tracking = request.target_tracking_scaling_policy_configuration.as_ref();
        let step = request.step_scaling_policy_configuration.as_ref();
        match (request.policy_type.as_deref().or(of_known), tracking, step) {
            (None, _, _) => Err(invalid("PolicyType must be specified when a scaling policy is created")),
            (Some("TargetTrackingScaling"), Some(tracking), None) => {
                tracking.check()?;
                self.check_target_group(tracking, resource)?;
                Ok(Rule::Tracking(tracking.clone()))
            }
            (Some("StepScaling"), None, Some(step)) => {
                step.check()?;
                Ok(Rule::Step(step.clone()))
            }
            (Some("PredictiveScaling"), _, _) => Err(invalid("The local AWS has no predictive scaling")),
            (Some(kind @ ("TargetTrackingScaling" | "StepScaling")), _, _) => Err(invalid(format!(
                "A scaling policy of type {kind} must have a configuration of that type and no other"
            ))),
            (Some(kind), _, _) => Err(invalid(format!(
                "1 validation error detected: Value '{kind}' at 'policyType' failed to satisfy constraint: Member must \
                 satisfy enum value set: [StepScaling, TargetTrackingScaling, PredictiveScaling]"
            ))),
        }
    }

    fn check_target_group(&self, tracking: &TargetTracking, resource: &str) -> Result<(), ApiError> {
        let Metric::Requests(group) = tracking.metric(&self.account) else { return Ok(()) };
        match self.service(resource) {
            Some(service) if !service.target_groups.contains(&group) => {
                Err(invalid(format!("Target group {group} is not attached to the ECS service {resource}")))
            }
            _ => Ok(()),
        }
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalingPolicies.html>
    pub(super) fn describe_policies(&self, request: &Request) -> Result<Value, ApiError> {
        let wanted = request.filter()?;
        let named = |name: &String| request.policy_names.as_ref().is_none_or(|names| names.contains(name));
        let state = self.state();
        let targets = state.targets.iter().filter(|(resource, _)| wanted(resource));
        let policies = targets.flat_map(|(resource, target)| {
            let policies = target.policies.iter().filter(|(name, _)| named(name));
            policies.map(move |(name, policy)| {
                (format!("{resource}\0{name}"), policy.document(resource, name, &self.account))
            })
        });
        request.page("ScalingPolicies", policies)
    }

    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html>
    pub(super) fn delete_policy(&self, request: &Request) -> Result<Value, ApiError> {
        let (resource, [name]) = request.about([("policyName", &request.policy_name)])?;
        let mut state = self.state();
        let removed = state.targets.get_mut(resource).and_then(|target| target.policies.remove(&name));
        let missing = || not_found("scaling policy found", resource, &format!(", policy name: {name}"));
        removed.map(|_| json!({})).ok_or_else(missing)
    }
}

/// A target that has to be there.
///
/// # Errors
/// It is not.
pub(super) fn registered<'a>(state: &'a mut State, resource: &str) -> Result<&'a mut Target, ApiError> {
    state.targets.get_mut(resource).ok_or_else(|| not_found("scalable target registered", resource, ""))
}

/// A document without the members that have no value.
pub(super) fn present(document: impl Serialize) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    drop_nulls(&mut document);
    document
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

impl Policy {
    pub(super) fn tracking(&self) -> Option<&TargetTracking> {
        match &self.rule {
            Rule::Tracking(tracking) => Some(tracking),
            Rule::Step(_) => None,
        }
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

    fn become_(&mut self, rule: Rule, resource: &str, account: &Account) {
        let metric = |rule: &Rule| match rule {
            Rule::Tracking(tracking) => Some(tracking.metric(account)),
            Rule::Step(_) => None,
        };
        if metric(&self.rule) != metric(&rule) {
            (self.points, self.requests_before) = (VecDeque::new(), None);
        }
        self.rule = rule;
        let wanted: &[&str] = match self.tracking() {
            Some(tracking) if tracking.scales_in() => &["AlarmHigh", "AlarmLow"],
            Some(_) => &["AlarmHigh"],
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
        let document = |name: &String| json!({ "AlarmName": name, "AlarmARN": account.arn("cloudwatch", &format!("alarm:{name}")) });
        self.alarms.iter().map(document).collect()
    }

    fn document(&self, resource: &str, name: &str, account: &Account) -> Value {
        let (kind, member, rule) = match &self.rule {
            Rule::Tracking(it) => {
                ("TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration", present(it))
            }
            Rule::Step(it) => ("StepScaling", "StepScalingPolicyConfiguration", present(it)),
        };
        json!({
            "PolicyARN": self.arn,
            "PolicyName": name,
            "ServiceNamespace": NAMESPACE,
            "ResourceId": resource,
            "ScalableDimension": DIMENSION,
            "PolicyType": kind,
            member: rule,
            "Alarms": self.alarms(account),
            "CreationTime": seconds(self.created),
        })
    }
}
