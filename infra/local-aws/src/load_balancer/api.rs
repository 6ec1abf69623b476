//! The API's operations by name, and what they share.

mod balancers;
mod groups;
mod listeners;
mod others;
pub mod rules;
mod tags;
mod targets;

use super::form::{Form, invalid};
use super::state::State;
use super::{LoadBalancers, xml};
use crate::api_error::ApiError;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// AWS: `PageSize`.
const MAX_PAGE: usize = 400;

/// A call under way: the account, all of its state, and what the caller wants.
pub struct Call<'a> {
    pub here: &'a LoadBalancers,
    pub state: &'a mut State,
    pub form: &'a Form,
}

type Operation = fn(&mut Call<'_>) -> Result<Value, ApiError>;

fn operation(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateLoadBalancer" => balancers::create,
        "DescribeLoadBalancers" => balancers::describe,
        "DeleteLoadBalancer" => balancers::delete,
        "SetSubnets" => balancers::set_subnets,
        "SetSecurityGroups" => balancers::set_security_groups,
        "SetIpAddressType" => balancers::set_ip_address_type,
        "DescribeCapacityReservation" => balancers::capacity,
        "CreateTargetGroup" => groups::create,
        "DescribeTargetGroups" => groups::describe,
        "ModifyTargetGroup" => groups::modify,
        "DeleteTargetGroup" => groups::delete,
        "RegisterTargets" => targets::register,
        "DeregisterTargets" => targets::deregister,
        "DescribeTargetHealth" => targets::describe_health,
        "CreateListener" => listeners::create,
        "DescribeListeners" => listeners::describe,
        "ModifyListener" => listeners::modify,
        "DeleteListener" => listeners::delete,
        "DescribeListenerCertificates" => listeners::certificates,
        "CreateRule" => rules::create,
        "DescribeRules" => rules::describe,
        "ModifyRule" => rules::modify,
        "DeleteRule" => rules::delete,
        "SetRulePriorities" => rules::set_priorities,
        "AddTags" => tags::add,
        "RemoveTags" => tags::remove,
        "DescribeTags" => tags::describe,
        "DescribeLoadBalancerAttributes" | "DescribeTargetGroupAttributes" | "DescribeListenerAttributes" => {
            others::attributes
        }
        "ModifyLoadBalancerAttributes" | "ModifyTargetGroupAttributes" | "ModifyListenerAttributes" => {
            others::set_attributes
        }
        "DescribeAccountLimits" => others::limits,
        "DescribeSSLPolicies" => others::ssl_policies,
        _ => return None,
    })
}

/// Makes a call; its answer is XML.
///
/// # Errors
/// What AWS refuses.
pub fn call(here: &LoadBalancers, form: &[(String, String)]) -> Result<String, ApiError> {
    let form = Form::new(form)?;
    let name = form.text("Action").ok_or_else(|| ApiError::new("MissingAction", "Missing Action"))?;
    let operation = operation(name).ok_or_else(|| {
        ApiError::new("InvalidAction", format!("The action {name} is not valid for this web service."))
    })?;
    let mut state = here.state();
    let result = operation(&mut Call { here, state: &mut state, form: &form })?;
    if !name.starts_with("Describe") {
        here.settle(&mut state);
    }
    Ok(xml::answer(name, &result))
}

impl Call<'_> {
    /// A part of a list that a caller reads page by page: `{NAME: [...], "NextMarker": ...}`.
    fn page(&self, name: &str, mut items: Vec<Value>) -> Result<Value, ApiError> {
        let size = self.form.number("PageSize", 1..=MAX_PAGE)?.unwrap_or(MAX_PAGE);
        let from = match self.form.text("Marker") {
            None => 0,
            Some(marker) => marker.parse().map_err(|_| invalid("The marker is not valid"))?,
        };
        let total = items.len();
        let rest = items.drain(from.min(total)..);
        let shown: Vec<Value> = rest.take(size).collect();
        let next = (from.saturating_add(size) < total).then(|| (from + size).to_string());
        Ok(json!({name: shown, "NextMarker": next}))
    }

    /// The ARN that a member names, of something of this kind: `loadbalancer`, `targetgroup`, ...
    fn arn(&self, member: &str, kind: &str) -> Result<String, ApiError> {
        let arn = self.form.required(member)?;
        if arn.split(':').nth(5).is_some_and(|it| it.starts_with(&format!("{kind}/"))) {
            return Ok(arn.to_owned());
        }
        let named = match kind {
            "loadbalancer" => "load balancer",
            "targetgroup" => "target group",
            "listener-rule" => "listener rule",
            other => other,
        };
        Err(invalid(format!("'{arn}' is not a valid {named} ARN")))
    }

    /// The ARNs in a list, each of which has to be there.
    fn asked<T>(
        &self,
        member: &str,
        of: &BTreeMap<String, T>,
        kind: &str,
        plural: &str,
    ) -> Result<Vec<String>, ApiError> {
        let arns: Vec<String> = self.form.list(member)?;
        match arns.iter().all(|arn| of.contains_key(arn)) {
            true => Ok(arns),
            false => {
                Err(ApiError::new(&format!("{kind}NotFound"), format!("One or more {plural} not found")))
            }
        }
    }
}

/// Checks the name of a load balancer or a target group.
fn check_name(kind: &str, name: &str) -> Result<(), ApiError> {
    const MAX: usize = 32;
    if name.len() > MAX {
        return Err(invalid(format!("{kind} name '{name}' cannot be longer than '{MAX}' characters")));
    }
    if !name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
        let text = "can only contain characters that are alphanumeric characters or hyphens(-)";
        return Err(invalid(format!("{kind} name '{name}' {text}")));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(invalid(format!("{kind} name '{name}' cannot begin or end with '-'")));
    }
    Ok(())
}

/// A structure as the API shows it.
fn shown(it: &impl serde::Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(it).map_err(|error| ApiError::server(error.to_string()))
}
