//! Operations on rules.

use super::Call;
use crate::api_error::ApiError;
use crate::load_balancer::actions::{self, text, weights};
use crate::load_balancer::conditions::{self, Matcher};
use crate::load_balancer::form::invalid;
use crate::load_balancer::state::{Rule, State, not_found};
use serde_json::{Value, json};
use std::sync::Arc;

const MAX_RULES: usize = 100;
const PRIORITIES: std::ops::RangeInclusive<u32> = 1..=50_000;

pub fn create(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let listener = call.arn("ListenerArn", "listener")?;
    let balancer = call.state.listener_mut(&listener)?.balancer.clone();
    no_transforms(call)?;
    let priority = call.form.number("Priority", PRIORITIES)?;
    let priority = priority.ok_or_else(|| invalid("A priority must be specified"))?;
    let of_listener = call.state.rules_of(&listener);
    if of_listener.iter().any(|it| it.priority == Some(priority)) {
        return Err(in_use(priority));
    }
    if of_listener.len() > MAX_RULES {
        let text = format!("The maximum number of rules on listener '{listener}' has been reached");
        return Err(ApiError::new("TooManyRules", text));
    }
    let (conditions, matchers) = complete_conditions(call.form.list("Conditions")?)?;
    let actions = complete_actions(call.state, &balancer, call.form.list("Actions")?)?;
    let tags = super::tags::given(call)?;
    let arn = call.new_arn(&listener.split(':').nth(5).unwrap_or_default().replacen(
        "listener",
        "listener-rule",
        1,
    ));
    let shown = shown(&arn, &priority.to_string(), &conditions, &actions);
    let answer = json!({"Rules": [shown]});
    call.state.tags.insert(arn.clone(), tags);
    call.state.rules.insert(arn, Rule { priority: Some(priority), listener, shown, matchers });
    Ok(answer)
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let not_there = |_: &[String]| ApiError::new("RuleNotFound", "One or more rules not found");
    let wanted = call.asked("RuleArns", &call.state.rules, |_| "", not_there)?;
    let rules: Vec<&Rule> = match call.form.text("ListenerArn") {
        Some(listener) => {
            call.state.listeners.get(listener).ok_or_else(|| not_found("Listener", listener))?;
            call.state.rules_of(listener)
        }
        None if !call.form.has("RuleArns") => {
            return Err(invalid("You must specify either listener rule ARNs or a listener ARN"));
        }
        None => wanted.iter().filter_map(|arn| call.state.rules.get(arn)).collect(),
    };
    call.page("Rules", rules.into_iter().map(|it| it.shown.clone()).collect())
}

pub fn modify(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("RuleArn", "listener-rule")?;
    no_transforms(call)?;
    let listener = own(call.state, &arn, "modified")?.listener.clone();
    let (has_conditions, has_actions) = (call.form.has("Conditions"), call.form.has("Actions"));
    if !has_conditions && !has_actions {
        return Err(invalid("You must provide either conditions, actions, or transforms"));
    }
    let conditions =
        has_conditions.then(|| complete_conditions(call.form.list("Conditions")?)).transpose()?;
    if has_actions {
        let balancer = call.state.listener_mut(&listener)?.balancer.clone();
        let actions = complete_actions(call.state, &balancer, call.form.list("Actions")?)?;
        call.state.rule_mut(&arn)?.shown["Actions"] = actions;
    }
    let rule = call.state.rule_mut(&arn)?;
    if let Some((conditions, matchers)) = conditions {
        (rule.shown["Conditions"], rule.matchers) = (conditions.into(), matchers);
    }
    Ok(json!({"Rules": [rule.shown]}))
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("RuleArn", "listener-rule")?;
    own(call.state, &arn, "deleted")?;
    call.state.remove_rule(&arn);
    Ok(json!({}))
}

pub fn set_priorities(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let pairs = call.form.list("RulePriorities")?;
    let pairs: Vec<(&str, u32)> = pairs
        .iter()
        .map(|it| (text(it, "RuleArn"), text(it, "Priority").parse().unwrap_or_default()))
        .collect();
    for (arn, priority) in &pairs {
        if !PRIORITIES.contains(priority) {
            return Err(invalid("A priority must be between '1' and '50000' inclusive"));
        }
        let listener = &own(call.state, arn, "modified")?.listener;
        let mut others = call.state.rules.iter().filter(|(_, it)| it.listener == *listener);
        let stays = |it: &str| pairs.iter().all(|(moved, _)| *moved != it);
        let twice = pairs.iter().any(|(other, same)| same == priority && other != arn);
        if twice || others.any(|(other, it)| it.priority == Some(*priority) && stays(other)) {
            return Err(in_use(*priority));
        }
    }
    let mut changed = Vec::new();
    for (arn, priority) in pairs {
        let rule = call.state.rule_mut(arn)?;
        (rule.priority, rule.shown["Priority"]) = (Some(priority), priority.to_string().into());
        changed.push(rule.shown.clone());
    }
    Ok(json!({"Rules": changed}))
}

/// A rule as the API shows it.
pub fn shown(arn: &str, priority: &str, conditions: &[Value], actions: &Value) -> Value {
    let default = conditions.is_empty();
    json!({"RuleArn": arn, "Priority": priority, "Conditions": conditions, "Actions": actions, "IsDefault": default})
}

/// Actions as they are kept.
pub fn complete_actions(state: &State, balancer: &str, actions: &[Value]) -> Result<Value, ApiError> {
    let [action] = actions else {
        let text = "Exactly one action of type 'forward', 'redirect' or 'fixed-response' must be specified";
        return Err(invalid(text));
    };
    let (action, used) = (actions::complete(action)?, state.used());
    for (group, _) in weights(&action) {
        if !state.groups.contains_key(&group) {
            return Err(not_found("TargetGroup", &group));
        }
        if used.get(&group).is_some_and(|by| by.iter().any(|it| it != balancer)) {
            let text = "The following target groups cannot be associated with more than one load balancer";
            return Err(ApiError::new("TargetGroupAssociationLimit", format!("{text}: {group}")));
        }
    }
    Ok(json!([action]))
}

fn complete_conditions(conditions: &[Value]) -> Result<(Vec<Value>, Arc<Vec<Matcher>>), ApiError> {
    if conditions.is_empty() {
        return Err(invalid("A condition must be specified"));
    }
    let complete = conditions.iter().map(conditions::complete).collect::<Result<Vec<_>, _>>()?;
    let (conditions, matchers): (Vec<_>, Vec<_>) = complete.into_iter().unzip();
    conditions::check_count(&matchers)?;
    Ok((conditions, Arc::new(matchers)))
}

fn no_transforms(call: &Call<'_>) -> Result<(), ApiError> {
    match call.form.list("Transforms")?.is_empty() {
        true => Ok(()),
        false => Err(invalid("transforms are not there in the local AWS")),
    }
}

/// A rule that is not a listener's default.
fn own<'a>(state: &'a State, arn: &str, what: &str) -> Result<&'a Rule, ApiError> {
    let rule = state.rules.get(arn).ok_or_else(|| not_found("Rule", arn))?;
    match rule.priority {
        Some(_) => Ok(rule),
        None => Err(ApiError::new("OperationNotPermitted", format!("Default rule '{arn}' cannot be {what}"))),
    }
}

fn in_use(priority: u32) -> ApiError {
    ApiError::new("PriorityInUse", format!("Priority '{priority}' is currently in use"))
}
