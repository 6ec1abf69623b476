//! The API's operations by name, and what they share.

mod balancers;
mod groups;
mod listeners;
mod others;
pub mod rules;
mod tags;
mod targets;

use super::actions::text;
use super::form::{Form, invalid};
use super::state::{State, random_hex};
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

type Tags = BTreeMap<String, String>;
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

    /// Those of a map whose ARNs or names are asked for, or all; each that is asked for has to be there.
    fn asked<T>(
        &self,
        arns: &str,
        of: &BTreeMap<String, T>,
        name: impl Fn(&T) -> &str,
        not_found: impl Fn(&[String]) -> ApiError,
    ) -> Result<Vec<String>, ApiError> {
        let (arns, names): (Vec<String>, Vec<String>) = (self.form.texts(arns)?, self.form.texts("Names")?);
        if !arns.iter().all(|arn| of.contains_key(arn)) {
            return Err(not_found(&[]));
        }
        let missing = names.iter().filter(|it| !of.values().any(|of| name(of) == it.as_str()));
        let missing: Vec<String> = missing.cloned().collect();
        if !missing.is_empty() {
            return Err(not_found(&missing));
        }
        let all = arns.is_empty() && names.is_empty();
        let wanted =
            |(arn, it): &(&String, &T)| all || arns.contains(arn) || names.iter().any(|of| of == name(it));
        Ok(of.iter().filter(wanted).map(|(arn, _)| arn.clone()).collect())
    }

    /// An ARN for something new.
    fn new_arn(&self, path: &str) -> String {
        self.here.account.arn("elasticloadbalancing", &format!("{path}/{}", random_hex(8)))
    }

    /// What is there under a name already: AWS answers the same call again with what it made the first time.
    fn same(&self, kind: &str, found: (&String, &Value), new: &Value, tags: &Tags) -> Result<(), ApiError> {
        let settings = |shown: &Value| {
            let mut shown = shown.clone();
            for of_one in ["LoadBalancerArn", "TargetGroupArn", "CreatedTime"] {
                shown[of_one] = Value::Null;
            }
            shown
        };
        if settings(found.1) == settings(new) && self.state.tags.get(found.0) == Some(tags) {
            return Ok(());
        }
        let (named, name) = if kind == "LoadBalancer" {
            ("load balancer", "LoadBalancerName")
        } else {
            ("target group", "TargetGroupName")
        };
        let name = text(new, name);
        let text = format!("A {named} with the same name '{name}' exists, but with different settings");
        Err(ApiError::new(&format!("Duplicate{kind}Name"), text))
    }

    /// A port that has to be there.
    fn port(&self) -> Result<u16, ApiError> {
        self.form.number("Port", 1..=u16::MAX)?.ok_or_else(|| invalid("A port must be specified"))
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
