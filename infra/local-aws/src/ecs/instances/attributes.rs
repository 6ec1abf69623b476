//! Attributes of container instances that somebody puts.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>

use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::{Attribute as Given, Request, invalid, last_part};
use crate::ecs::page::page;
use infra_ecs::Attribute;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// ListAttributes.
pub(in crate::ecs) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    if request.target_type.as_deref() != Some("container-instance") {
        return Err(invalid("targetType must be container-instance."));
    }
    let state = ecs.lock();
    let cluster = &state.cluster(request.cluster.as_deref())?.name;
    let mut found = BTreeMap::new();
    for instance in state.instances.values().filter(|it| it.cluster == *cluster && it.status != "INACTIVE") {
        for (name, value) in &instance.attributes {
            let is_asked = request.attribute_name.as_ref().is_none_or(|asked| asked == name)
                && request.attribute_value.as_ref().is_none_or(|asked| value.as_ref() == Some(asked));
            if is_asked {
                found.insert(
                    format!("{} {name}", instance.arn(ecs)),
                    json(name, value.as_deref(), &instance.arn(ecs)),
                );
            }
        }
    }
    let mut answer = page("attributes", found.keys().cloned().collect(), &request)?;
    let keys = answer["attributes"].as_array().cloned().unwrap_or_default();
    answer["attributes"] = keys.iter().filter_map(|key| found.get(key.as_str()?).cloned()).collect();
    Ok(answer)
}

/// PutAttributes.
pub(in crate::ecs) fn put(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    change(ecs, &request, |attributes, given| {
        let known = attributes.get(&given.name).is_some()
            || attributes.keys().filter(|it| !it.starts_with("ecs.")).count() < 10;
        if !known {
            return Err(ApiError::new(
                "AttributeLimitExceededException",
                "An instance can have at most 10 attributes.",
            ));
        }
        attributes.insert(given.name.clone(), given.value.clone());
        Ok(())
    })
}

/// DeleteAttributes.
pub(in crate::ecs) fn delete(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    change(ecs, &request, |attributes, given| {
        attributes.remove(&given.name);
        Ok(())
    })
}

type Attributes = BTreeMap<String, Option<String>>;

fn change(
    ecs: &Ecs,
    request: &Request,
    change: impl Fn(&mut Attributes, &Given) -> Result<(), ApiError>,
) -> Result<Value, ApiError> {
    let mut state = ecs.lock();
    let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
    let mut answers = Vec::new();
    for given in &request.attributes {
        if given.name.parse::<Attribute>().is_err() || given.name.starts_with("ecs.") {
            return Err(invalid(format!("Invalid attribute name: '{}'.", given.name)));
        }
        let target = last_part(given.target_id.as_deref().unwrap_or_default());
        let missing = || ApiError::new("TargetNotFoundException", "The specified target wasn't found.");
        let instance =
            state.instances.get_mut(target).filter(|it| it.cluster == cluster).ok_or_else(missing)?;
        change(&mut instance.attributes, given)?;
        answers.push(json(&given.name, given.value.as_deref(), &instance.arn(ecs)));
    }
    Ok(json!({"attributes": answers}))
}

fn json(name: &str, value: Option<&str>, target: &str) -> Value {
    crate::ecs::input::without_nulls(
        json!({"name": name, "value": value, "targetType": "container-instance", "targetId": target}),
    )
}
