//! Requests as ECS reads them, and its two most frequent refusals.

use crate::api_error::ApiError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Reads a request; members that are null are left out, as AWS reads them.
pub(super) fn read<T: DeserializeOwned>(body: Value) -> Result<T, ApiError> {
    let body = match body {
        Value::Null => json!({}),
        Value::Object(_) => without_nulls(body),
        _ => {
            return Err(ApiError::new(
                "SerializationException",
                "Start of structure or map found where not expected.",
            ));
        }
    };
    serde_json::from_value(body).map_err(|error| ApiError::new("SerializationException", error.to_string()))
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

/// What comes after the last slash: the name or the id in an ARN.
pub(super) fn last_part(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// A name and its value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Setting {
    pub name: String,
    pub value: String,
}

impl Setting {
    pub fn json(&self) -> Value {
        json!({"name": self.name, "value": self.value})
    }
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
