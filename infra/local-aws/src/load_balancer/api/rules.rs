//! Operations on rules.

use super::{Call, shown};
use crate::api_error::ApiError;
use crate::load_balancer::actions::{self, weights};
use crate::load_balancer::conditions::{self, Matcher};
use crate::load_balancer::form::{invalid, parsed};
use crate::load_balancer::state::{Rule, State, not_found, random_hex};
use serde::Deserialize;
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
        return Err(ApiError::new("PriorityInUse", format!("Priority '{priority}' is currently in use")));
    }
    if of_listener.len() > MAX_RULES {
        return Err(ApiError::new(
            "TooManyRules",
            format!("The maximum number of rules on listener '{listener}' has been reached"),
        ));
    }
    let (conditions, matchers) = complete_conditions(call.form.list("Conditions")?)?;
    let actions = complete_actions(call.state, &balancer, call.form.list("Actions")?)?;
    let tags = super::tags::given(call)?;
    let path = listener.rsplit_once(":listener/").map(|(_, path)| path).unwrap_or_default();
    let arn =
        call.here.account.arn("elasticloadbalancing", &format!("listener-rule/{path}/{}", random_hex(8)));
    let rule = Rule { arn: arn.clone(), priority: Some(priority), conditions, actions, listener, matchers };
    let answer = described(&rule)?;
    call.state.tags.insert(arn.clone(), tags);
    call.state.rules.insert(arn, rule);
    Ok(json!({"Rules": [answer]}))
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arns = call.asked("RuleArns", &call.state.rules, "Rule", "rules")?;
    let rules: Vec<&Rule> = match call.form.text("ListenerArn") {
        Some(listener) => {
            call.state.listeners.get(listener).ok_or_else(|| not_found("Listener", listener))?;
            call.state.rules_of(listener)
        }
        None if arns.is_empty() => {
            return Err(invalid("You must specify either listener rule ARNs or a listener ARN"));
        }
        None => call.state.rules.values().filter(|it| arns.contains(&it.arn)).collect(),
    };
    call.page("Rules", rules.into_iter().map(described).collect::<Result<_, _>>()?)
}

pub fn modify(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("RuleArn", "listener-rule")?;
    no_transforms(call)?;
    let rule = own(call.state, &arn, "modified")?;
    let (listener, has) = (rule.listener.clone(), |name: &str| call.form.has(name));
    if !has("Conditions") && !has("Actions") {
        return Err(invalid("You must provide either conditions, actions, or transforms"));
    }
    let conditions = match has("Conditions") {
        true => Some(complete_conditions(call.form.list("Conditions")?)?),
        false => None,
    };
    let balancer = call.state.listener_mut(&listener)?.balancer.clone();
    let actions = match has("Actions") {
        true => Some(complete_actions(call.state, &balancer, call.form.list("Actions")?)?),
        false => None,
    };
    let rule = call.state.rule_mut(&arn)?;
    if let Some((conditions, matchers)) = conditions {
        (rule.conditions, rule.matchers) = (conditions, matchers);
    }
    rule.actions = actions.unwrap_or_else(|| rule.actions.clone());
    Ok(json!({"Rules": [described(rule)?]}))
}

pub fn delete(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let arn = call.arn("RuleArn", "listener-rule")?;
    own(call.state, &arn, "deleted")?;
    call.state.rules.remove(&arn);
    call.state.tags.remove(&arn);
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Pair {
    rule_arn: String,
    #[serde(deserialize_with = "parsed")]
    priority: Option<u32>,
}

pub fn set_priorities(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let pairs: Vec<Pair> = call.form.list("RulePriorities")?;
    for pair in &pairs {
        let listener = own(call.state, &pair.rule_arn, "modified")?.listener.clone();
        if !pair.priority.is_some_and(|it| PRIORITIES.contains(&it)) {
            return Err(invalid("A priority must be between '1' and '50000' inclusive"));
        }
        let moves = |arn: &str| pairs.iter().any(|it| it.rule_arn == arn);
        let stays = |it: &&Rule| it.priority == pair.priority && !moves(&it.arn);
        let same = |it: &&Pair| it.priority == pair.priority && it.rule_arn != pair.rule_arn;
        if call.state.rules_of(&listener).iter().any(stays) || pairs.iter().any(|it| same(&it)) {
            let text = format!("Priority '{}' is currently in use", pair.priority.unwrap_or_default());
            return Err(ApiError::new("PriorityInUse", text));
        }
    }
    let mut changed = Vec::new();
    for pair in pairs {
        let rule = call.state.rule_mut(&pair.rule_arn)?;
        rule.priority = pair.priority;
        changed.push(described(rule)?);
    }
    Ok(json!({"Rules": changed}))
}

/// Actions as they are kept.
///
/// # Errors
/// What AWS refuses.
pub fn complete_actions(state: &State, balancer: &str, actions: Vec<Value>) -> Result<Vec<Value>, ApiError> {
    let actions = actions.iter().map(actions::complete).collect::<Result<Vec<_>, _>>()?;
    let [action] = actions.as_slice() else {
        return Err(invalid(
            "Exactly one action of type 'forward', 'redirect' or 'fixed-response' must be specified",
        ));
    };
    let used = state.used();
    for (group, _) in weights(action) {
        if !state.groups.contains_key(&group) {
            return Err(not_found("TargetGroup", &group));
        }
        if used.get(&group).is_some_and(|by| by.iter().any(|it| it != balancer)) {
            let text = format!(
                "The following target groups cannot be associated with more than one load balancer: {group}"
            );
            return Err(ApiError::new("TargetGroupAssociationLimit", text));
        }
    }
    Ok(actions)
}

fn complete_conditions(conditions: Vec<Value>) -> Result<(Vec<Value>, Arc<Vec<Matcher>>), ApiError> {
    if conditions.is_empty() {
        return Err(invalid("A condition must be specified"));
    }
    let complete = conditions.iter().map(conditions::complete).collect::<Result<Vec<_>, _>>()?;
    let (conditions, matchers): (Vec<_>, Vec<_>) = complete.into_iter().unzip();
    conditions::check_count(&matchers)?;
    Ok((conditions, Arc::new(matchers)))
}

fn no_transforms(call: &Call<'_>) -> Result<(), ApiError> {
    match call.form.list::<Value>("Transforms")?.is_empty() {
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

fn described(rule: &Rule) -> Result<Value, ApiError> {
    let mut described = shown(rule)?;
    described["IsDefault"] = json!(rule.priority.is_none());
    Ok(described)
}
