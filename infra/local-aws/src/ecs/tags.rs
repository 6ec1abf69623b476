//! Tags of all resources.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>

use super::Ecs;
use super::input::{Request, invalid};
use crate::api_error::ApiError;
use infra_ecs::tag::Tag;
use serde_json::{Value, json};

const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Tags that a resource may have.
pub(super) fn checked(tags: Vec<Tag>) -> Result<Vec<Tag>, ApiError> {
    if tags.len() > MOST {
        return Err(invalid("A resource can have at most 50 tags."));
    }
    for (index, tag) in tags.iter().enumerate() {
        let (key, value) = (tag.key.as_deref().unwrap_or_default(), tag.value.as_deref().unwrap_or_default());
        let problem = if key.is_empty() || key.chars().count() > LONGEST_KEY {
            "tag keys have 1 to 128 characters."
        } else if value.chars().count() > LONGEST_VALUE {
            "tag values have at most 256 characters."
        } else if key.to_ascii_lowercase().starts_with("aws:") {
            "tag keys cannot begin with aws:."
        } else if tags.iter().take(index).any(|other| other.key == tag.key) {
            "tag keys must be unique."
        } else {
            continue;
        };
        return Err(invalid(format!("Invalid tag '{key}': {problem}")));
    }
    Ok(tags)
}

/// TagResource.
pub(super) fn tag(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let arn = known(ecs, &request)?;
    let added = checked(request.tags)?;
    let mut state = ecs.lock();
    let mut tags = state.tags.get(&arn).cloned().unwrap_or_default();
    tags.retain(|tag| !added.iter().any(|other| other.key == tag.key));
    tags.extend(added);
    if tags.len() > MOST {
        return Err(invalid("A resource can have at most 50 tags."));
    }
    state.tags.insert(arn, tags);
    Ok(json!({}))
}

/// UntagResource.
pub(super) fn untag(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let arn = known(ecs, &request)?;
    let mut state = ecs.lock();
    if let Some(tags) = state.tags.get_mut(&arn) {
        tags.retain(|tag| !tag.key.as_ref().is_some_and(|key| request.tag_keys.contains(key)));
    }
    Ok(json!({}))
}

/// ListTagsForResource.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let arn = known(ecs, &request)?;
    Ok(json!({"tags": ecs.tags_of(&arn)}))
}

/// The ARN, if it is one of a resource that is there.
fn known(ecs: &Ecs, request: &Request) -> Result<String, ApiError> {
    let arn = &request.resource_arn;
    let resource = arn.strip_prefix(&ecs.account.arn("ecs", ""));
    let resource = resource.ok_or_else(|| invalid(format!("Invalid resource ARN: {arn}")))?;
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
    let cluster = rest.split_once('/').map_or("", |(cluster, _)| cluster);
    let is_service = kind == "service" && ecs.services.arns(cluster).contains(arn);
    let state = ecs.lock();
    let is_there = match kind {
        "cluster" => state.cluster(Some(arn)).map(|_| true)?,
        "capacity-provider" => state.providers.contains_key(rest),
        "task-definition" => rest.contains(':') && state.revision(arn).is_some(),
        "task" => state.task_in(cluster, arn).is_some(),
        "container-instance" => state.instance_in(cluster, arn).is_some(),
        _ => is_service,
    };
    if is_there {
        Ok(arn.clone())
    } else {
        Err(invalid(format!("The specified {} cannot be found.", kind.replace('-', " "))))
    }
}
