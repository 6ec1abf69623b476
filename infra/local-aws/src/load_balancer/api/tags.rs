//! Operations on tags.

use super::Call;
use crate::api_error::ApiError;
use crate::load_balancer::actions::text;
use crate::load_balancer::form::invalid;
use crate::load_balancer::state::not_found;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MAX_TAGS: usize = 50;
const MAX_RESOURCES: usize = 20;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

pub fn add(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (arns, tags) = (resources(call)?, given(call)?);
    for arn in &arns {
        let mut all = call.state.tags.get(arn).cloned().unwrap_or_default();
        all.extend(tags.clone());
        check_count(all.len())?;
    }
    for arn in arns {
        call.state.tags.entry(arn).or_default().extend(tags.clone());
    }
    Ok(json!({}))
}

pub fn remove(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let (arns, keys) = (resources(call)?, call.form.texts("TagKeys")?);
    for arn in arns {
        call.state.tags.entry(arn).or_default().retain(|key, _| !keys.contains(key));
    }
    Ok(json!({}))
}

pub fn describe(call: &mut Call<'_>) -> Result<Value, ApiError> {
    let description = |arn: String| {
        let tags = call.state.tags.get(&arn).into_iter().flatten();
        let tags: Vec<Value> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        json!({"ResourceArn": arn, "Tags": tags})
    };
    let described: Vec<Value> = resources(call)?.into_iter().map(description).collect();
    Ok(json!({"TagDescriptions": described}))
}

/// The tags that a call gives.
pub fn given(call: &Call<'_>) -> Result<BTreeMap<String, String>, ApiError> {
    let mut tags = BTreeMap::new();
    for tag in call.form.list("Tags")? {
        let (key, value) = (text(tag, "Key").to_owned(), text(tag, "Value").to_owned());
        let length = |text: &str| text.chars().count();
        if key.is_empty() || length(&key) > MAX_KEY || length(&value) > MAX_VALUE || key.starts_with("aws:") {
            return Err(invalid(format!("The tag '{key}' is not valid")));
        }
        if tags.insert(key.clone(), value).is_some() {
            return Err(ApiError::new(
                "DuplicateTagKeys",
                format!("The tag key '{key}' was specified more than once"),
            ));
        }
    }
    check_count(tags.len())?;
    Ok(tags)
}

fn check_count(count: usize) -> Result<(), ApiError> {
    match count > MAX_TAGS {
        true => {
            Err(ApiError::new("TooManyTags", "You've reached the limit on the number of tags per resource."))
        }
        false => Ok(()),
    }
}

fn resources(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let arns: Vec<String> = call.form.texts("ResourceArns")?;
    if arns.is_empty() || arns.len() > MAX_RESOURCES {
        return Err(invalid(format!("From '1' to '{MAX_RESOURCES}' resource ARNs must be specified")));
    }
    for arn in &arns {
        let resource = arn.split(':').nth(5).unwrap_or_default();
        let state = &call.state;
        let (kind, there) = match resource.split('/').next().unwrap_or_default() {
            "loadbalancer" => ("LoadBalancer", state.balancers.contains_key(arn)),
            "targetgroup" => ("TargetGroup", state.groups.contains_key(arn)),
            "listener" => ("Listener", state.listeners.contains_key(arn)),
            "listener-rule" => ("Rule", state.rules.contains_key(arn)),
            _ => return Err(invalid(format!("'{arn}' is not a valid resource ARN"))),
        };
        if !there {
            return Err(not_found(kind, arn));
        }
    }
    Ok(arns)
}
