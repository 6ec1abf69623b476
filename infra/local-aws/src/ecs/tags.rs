//! Tags of all resources.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html>

use super::Ecs;
use super::input::{Request, invalid, last_part};
use super::state::State;
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
    let added = checked(request.tags)?;
    let mut state = ecs.lock();
    let arn = known(ecs, &state, &request.resource_arn)?;
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
    let mut state = ecs.lock();
    let arn = known(ecs, &state, &request.resource_arn)?;
    if let Some(tags) = state.tags.get_mut(&arn) {
        tags.retain(|tag| !tag.key.as_ref().is_some_and(|key| request.tag_keys.contains(key)));
    }
    Ok(json!({}))
}

/// ListTagsForResource.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let state = ecs.lock();
    let arn = known(ecs, &state, &request.resource_arn)?;
    Ok(json!({"tags": state.tags_of(&arn)}))
}

/// The ARN, if it is one of a resource that is there.
fn known(ecs: &Ecs, state: &State, arn: &str) -> Result<String, ApiError> {
    let prefix = ecs.account.arn("ecs", "");
    let Some(resource) = arn.strip_prefix(&prefix) else {
        return Err(invalid(format!("Invalid resource ARN: {arn}")));
    };
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
    let cluster = rest.split_once('/').map(|(cluster, _)| cluster);
    let missing = |what: &str| invalid(format!("The specified {what} cannot be found."));
    let in_cluster = |what: &str| cluster.ok_or_else(|| missing(what));
    let is_there = match kind {
        "cluster" => return state.cluster(Some(arn)).map(|_| arn.to_owned()),
        "capacity-provider" => state.providers.contains_key(rest),
        "task-definition" => rest.contains(':') && state.revision(arn).is_some(),
        "task" => state.task_in(in_cluster("task")?, arn).is_some(),
        "container-instance" => state.instance_in(in_cluster("container instance")?, arn).is_some(),
        "service" => {
            let (cluster, name) = (in_cluster("service")?, last_part(arn));
            if !ecs.services.arns(cluster).iter().any(|known| last_part(known) == name) {
                return Err(ApiError::new("ServiceNotFoundException", "Service not found."));
            }
            true
        }
        _ => return Err(invalid(format!("Invalid resource ARN: {arn}"))),
    };
    if is_there { Ok(arn.to_owned()) } else { Err(missing(&kind.replace('-', " "))) }
}
