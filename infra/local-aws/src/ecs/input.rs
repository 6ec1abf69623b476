//! Requests as ECS reads them, its two most frequent refusals, and parts that many answers have.

use crate::api_error::ApiError;
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::tag::Tag;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// What requests of all operations have: a member is the same thing in each.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Request {
    pub attribute_name: Option<String>,
    pub attribute_value: Option<String>,
    pub attributes: Vec<Attribute>,
    pub auto_scaling_group_provider: Option<Map<String, Value>>,
    pub capacity_provider_strategy: Vec<CapacityProviderStrategyItem>,
    pub capacity_providers: Option<Vec<String>>,
    pub client_token: Option<String>,
    #[serde(alias = "clusterName")]
    pub cluster: Option<String>,
    pub clusters: Vec<String>,
    pub configuration: Option<Map<String, Value>>,
    pub container: Option<String>,
    pub container_instance: String,
    pub container_instances: Vec<String>,
    pub count: Option<u32>,
    pub default_capacity_provider_strategy: Option<Vec<CapacityProviderStrategyItem>>,
    pub desired_status: Option<String>,
    pub effective_settings: bool,
    #[serde(rename = "enableECSManagedTags")]
    pub enable_ecs_managed_tags: bool,
    pub enable_execute_command: bool,
    pub family: Option<String>,
    pub family_prefix: Option<String>,
    pub filter: Option<String>,
    pub force: bool,
    pub group: Option<String>,
    pub include: Vec<String>,
    pub launch_type: Option<String>,
    pub max_results: Option<i64>,
    #[serde(alias = "capacityProvider")]
    pub name: String,
    pub network_configuration: Value,
    pub next_token: Option<String>,
    pub overrides: Value,
    pub placement_constraints: Value,
    pub placement_strategy: Value,
    pub platform_version: Option<String>,
    pub principal_arn: Option<String>,
    pub propagate_tags: Option<String>,
    pub reason: Option<String>,
    pub resource_arn: String,
    pub service_connect_defaults: Option<Map<String, Value>>,
    pub service_name: Option<String>,
    pub settings: Vec<Setting>,
    pub sort: Option<String>,
    pub started_by: Option<String>,
    pub status: Option<String>,
    pub tag_keys: Vec<String>,
    pub tags: Vec<Tag>,
    pub target_type: Option<String>,
    pub task: String,
    pub task_definition: String,
    pub task_definitions: Vec<String>,
    pub tasks: Vec<String>,
    pub value: Option<String>,
}

/// A setting of a cluster.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Setting {
    pub name: String,
    pub value: String,
}

/// An attribute of a container instance.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Attribute {
    pub name: String,
    pub value: Option<String>,
    pub target_id: Option<String>,
}

impl Request {
    /// Whether a part is asked for that answers do not have by themselves.
    pub fn includes(&self, part: &str) -> bool {
        self.include.iter().any(|it| it == part)
    }
}

/// A request's members; those that are null are left out, as AWS reads them.
pub(super) fn members(body: Value) -> Result<Map<String, Value>, ApiError> {
    match without_nulls(body) {
        Value::Null => Ok(Map::new()),
        Value::Object(members) => Ok(members),
        _ => Err(ApiError::new(
            "SerializationException",
            "Start of structure or map found where not expected.",
        )),
    }
}

/// Members as a type.
pub(super) fn read<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, ApiError> {
    let unreadable = |error: serde_json::Error| ApiError::new("SerializationException", error.to_string());
    serde_json::from_value(Value::Object(members)).map_err(unreadable)
}

/// What a call is refused with that makes no sense by itself.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterException", message)
}

/// What a call is refused with that the resources in it do not allow.
pub(super) fn client(message: impl Into<String>) -> ApiError {
    ApiError::new("ClientException", message)
}

/// A moment as AWS's JSON has it: seconds since 1970.
pub(super) fn seconds(time: SystemTime) -> Value {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    json!(since_1970.as_millis() as f64 / 1000.0)
}

/// An entry of the failures that many answers have.
pub(super) fn failure(arn: &str, reason: &str) -> Value {
    json!({"arn": arn, "reason": reason})
}

/// What is there of what a request names, and that the rest is missing.
pub(super) fn described(
    member: &str,
    names: &[String],
    find: impl Fn(&str) -> Option<Value>,
    arn: impl Fn(&str) -> String,
) -> Value {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match find(name) {
            Some(value) => found.push(value),
            None => failures.push(failure(&arn(last_part(name)), "MISSING")),
        }
    }
    json!({member: found, "failures": failures})
}

/// What comes after the last slash: the name or the id in an ARN.
pub(super) fn last_part(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// Only what is said: members that are null are dropped.
pub(super) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Object(members) => {
            let said = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(said.map(|(name, value)| (name, without_nulls(value))).collect::<Map<_, _>>())
        }
        other => other,
    }
}
