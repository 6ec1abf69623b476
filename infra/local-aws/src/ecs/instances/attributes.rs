//! Attributes of container instances that somebody puts.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>

use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::{invalid, last_part, read};
use crate::ecs::page::{Page, page};
use infra_ecs::Attribute;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    cluster: Option<String>,
    target_type: Option<String>,
    attribute_name: Option<String>,
    attribute_value: Option<String>,
    attributes: Vec<Given>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Given {
    name: String,
    value: Option<String>,
    target_id: Option<String>,
}

/// ListAttributes.
pub(in crate::ecs) fn list(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    let request: Request = read(body)?;
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
    let mut answer = page("attributes", found.keys().cloned().collect(), &request.page)?;
    let keys = answer["attributes"].as_array().cloned().unwrap_or_default();
    answer["attributes"] = keys.iter().filter_map(|key| found.get(key.as_str()?).cloned()).collect();
    Ok(answer)
}

/// PutAttributes.
pub(in crate::ecs) fn put(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    change(ecs, body, |attributes, given| {
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
pub(in crate::ecs) fn delete(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    change(ecs, body, |attributes, given| {
        attributes.remove(&given.name);
        Ok(())
    })
}

type Attributes = BTreeMap<String, Option<String>>;

fn change(
    ecs: &Ecs,
    body: Value,
    change: impl Fn(&mut Attributes, &Given) -> Result<(), ApiError>,
) -> Result<Value, ApiError> {
    let request: Request = read(body)?;
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
