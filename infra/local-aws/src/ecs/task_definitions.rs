//! Task definitions: families and their revisions.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html>

use super::Ecs;
use super::account_settings::root;
use super::answer::{compatibilities, normalised, required_attributes};
use super::input::{Request, client, failure, invalid, last_part, read, seconds};
use super::page::page;
use super::tags::checked;
use super::words::refuse;
use crate::api_error::ApiError;
use infra_ecs::{TaskDefinition, requests, rules};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

/// A family of task definitions.
#[derive(Default)]
pub(super) struct Family {
    /// The last number that was given; none is given twice.
    last: u32,
    pub revisions: BTreeMap<u32, Arc<Revision>>,
}

/// A revision of a task definition.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its ARN.
    pub arn: String,
    /// Its number.
    pub number: u32,
    /// What its containers are.
    pub definition: Arc<TaskDefinition>,
    /// As DescribeTaskDefinition has it, without what changes.
    json: Map<String, Value>,
    /// `ACTIVE`, `INACTIVE` or `DELETE_IN_PROGRESS`.
    pub status: &'static str,
    /// When it was deregistered.
    deregistered: Option<SystemTime>,
    /// When it was deleted.
    pub(super) deleted: Option<SystemTime>,
}

/// RegisterTaskDefinition.
pub(super) fn register(ecs: &Ecs, mut request: Map<String, Value>) -> Result<Value, ApiError> {
    let Request { tags, .. } =
        read(request.get("tags").cloned().map(|tags| ("tags".to_owned(), tags)).into_iter().collect())?;
    if request.get("family").and_then(Value::as_str).unwrap_or_default().is_empty() {
        return Err(client("Family should not be null or empty."));
    }
    let asked = Value::Object(request.clone());
    let definition = definition(&asked)?;
    let tags = checked(tags)?;
    request.remove("tags");
    let mut json = normalised(request, &definition);
    json.insert("compatibilities".to_owned(), json!(compatibilities(&asked)));
    json.insert("requiresAttributes".to_owned(), required_attributes(&definition));
    json.insert("registeredAt".to_owned(), seconds(SystemTime::now()));
    json.insert("registeredBy".to_owned(), json!(root(ecs)));
    let mut state = ecs.lock();
    let family = state.families.entry(definition.family.clone()).or_default();
    family.last += 1;
    let number = family.last;
    let arn = ecs.account.arn("ecs", &format!("task-definition/{}:{number}", definition.family));
    let (definition, status) = (Arc::new(definition), "ACTIVE");
    let revision = Revision { arn, number, definition, json, status, deregistered: None, deleted: None };
    let answer = json!({"taskDefinition": revision.json(), "tags": tags});
    let arn = revision.arn.clone();
    family.revisions.insert(number, Arc::new(revision));
    state.tags.insert(arn, tags);
    Ok(answer)
}

/// A definition that no rule refuses.
fn definition(asked: &Value) -> Result<TaskDefinition, ApiError> {
    let unreadable = |error: serde_json::Error| client(error.to_string());
    refuse(&requests::task_definition(asked).map_err(unreadable)?, asked, client)?;
    let definition: TaskDefinition = serde_json::from_value(asked.clone()).map_err(unreadable)?;
    // Once more, for what a file may leave to the tool that sends it.
    refuse(&rules::task_definition(&definition), asked, client)?;
    Ok(definition)
}

/// DescribeTaskDefinition.
pub(super) fn describe(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let state = ecs.lock();
    let revision = state
        .revision(&request.task_definition)
        .ok_or_else(|| client("Unable to describe task definition."))?;
    let mut answer = json!({"taskDefinition": revision.json()});
    if request.includes("TAGS") {
        answer["tags"] = state.tags_of(&revision.arn);
    }
    Ok(answer)
}

/// ListTaskDefinitions.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let status = request.status.as_deref().unwrap_or("ACTIVE");
    if !["ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"].contains(&status) {
        return Err(invalid("Invalid status: must be one of [ACTIVE, INACTIVE, DELETE_IN_PROGRESS]."));
    }
    let state = ecs.lock();
    // Unlike the families' prefix, it is a whole name.
    let families = state
        .families
        .iter()
        .filter(|(name, _)| request.family_prefix.as_ref().is_none_or(|family| family == *name));
    let revisions = families.flat_map(|(_, family)| family.revisions.values());
    let arns = revisions.filter(|revision| revision.status == status).map(|revision| revision.arn.clone());
    page("taskDefinitionArns", arns.collect(), &request)
}

/// ListTaskDefinitionFamilies.
pub(super) fn list_families(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let prefix = request.family_prefix.clone().unwrap_or_default();
    let state = ecs.lock();
    let status = request.status.as_deref().unwrap_or("ALL");
    if !["ACTIVE", "INACTIVE", "ALL"].contains(&status) {
        return Err(invalid("Invalid status: must be one of [ACTIVE, INACTIVE, ALL]."));
    }
    let is_asked = |(name, family): &(&String, &Family)| {
        let has = |status: &str| family.revisions.values().any(|revision| revision.status == status);
        let is = if has("ACTIVE") { "ACTIVE" } else { "INACTIVE" };
        name.starts_with(&prefix) && (has("ACTIVE") || has("INACTIVE")) && (status == "ALL" || status == is)
    };
    let names = state.families.iter().filter(is_asked).map(|(name, _)| name.clone()).collect();
    page("families", names, &request)
}

/// DeregisterTaskDefinition: tasks and services that use the revision go on.
pub(super) fn deregister(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let name = last_part(&request.task_definition);
    let Some((_, number)) = name.rsplit_once(':') else {
        return Err(client(
            "Revision is required for deregistration. Specify family:revision or the full ARN.",
        ));
    };
    if number.parse::<u32>().is_err() {
        return Err(client(format!("Invalid revision number. Number: {number}")));
    }
    let mut state = ecs.lock();
    let revision = revision_mut(&mut state, name)
        .ok_or_else(|| client("The specified task definition does not exist."))?;
    if revision.status == "ACTIVE" {
        (revision.status, revision.deregistered) = ("INACTIVE", Some(SystemTime::now()));
    }
    Ok(json!({"taskDefinition": revision.json()}))
}

/// DeleteTaskDefinitions: only what is deregistered.
pub(super) fn delete(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    if !(1..=10).contains(&request.task_definitions.len()) {
        return Err(invalid("The number of task definitions must be between 1 and 10."));
    }
    let mut state = ecs.lock();
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for reference in &request.task_definitions {
        let has_number = last_part(reference).contains(':');
        match revision_mut(&mut state, last_part(reference)) {
            None if !has_number => return Err(invalid("Invalid task definition identifier. Specify family:revision or the full ARN.")),
            None => failures.push(failure(reference, "The specified task definition does not exist.")),
            Some(revision) if revision.status == "ACTIVE" => failures.push(failure(
                reference,
                "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
            )),
            Some(revision) => {
                revision.status = "DELETE_IN_PROGRESS";
                revision.deleted.get_or_insert_with(SystemTime::now);
                deleted.push(revision.json());
            }
        }
    }
    Ok(json!({"taskDefinitions": deleted, "failures": failures}))
}

/// Running tasks keep the revision as it was when they started.
fn revision_mut<'a>(state: &'a mut super::state::State, name: &str) -> Option<&'a mut Revision> {
    let (family, number) = name.rsplit_once(':')?;
    state.families.get_mut(family)?.revisions.get_mut(&number.parse().ok()?).map(Arc::make_mut)
}

impl Revision {
    /// Whether its tasks run with a launch type.
    pub fn runs_on(&self, launch_type: &str) -> bool {
        let all = self.json.get("compatibilities").and_then(Value::as_array);
        all.is_some_and(|all| all.iter().any(|it| it == launch_type))
    }

    /// As DescribeTaskDefinition has it.
    pub fn json(&self) -> Value {
        let mut json = Value::Object(self.json.clone());
        json["taskDefinitionArn"] = json!(self.arn);
        json["revision"] = json!(self.number);
        json["status"] = json!(self.status);
        let ended = [("deregisteredAt", self.deregistered), ("deleteRequestedAt", self.deleted)];
        for (member, moment) in ended {
            if let Some(moment) = moment {
                json[member] = seconds(moment);
            }
        }
        json
    }
}
