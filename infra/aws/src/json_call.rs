//! Calls to ECS whose bodies are our own JSON.
//!
//! Our task definitions and services are ECS's JSON already. The SDK signs, sends and retries it as it is: what `render`
//! shows is what is sent, and no member can get lost in a translation to the SDK's types and back.

use aws_sdk_ecs::config::http::HttpRequest;
use aws_sdk_ecs::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_ecs::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_ecs::error::BoxError;
use aws_smithy_types::body::SdkBody;
use infra_engine::Failure;
use serde::Serialize;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// Puts this JSON in the place of a request's body.
pub fn with_body(json: &Value) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let body = json.to_string();
    move |request| {
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body.as_str());
    }
}

/// Keeps the JSON of an answer, as an interceptor of the call.
#[derive(Clone, Debug, Default)]
pub struct Answer(Arc<Mutex<Option<Value>>>);

impl Answer {
    /// A member of the answer.
    ///
    /// # Errors
    /// When the service answered without a body of JSON.
    pub fn member(&self, name: &str) -> Result<Value, Failure> {
        let answer = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let member = answer.map(|mut answer| answer[name].take()).filter(|member| !member.is_null());
        member.ok_or_else(|| Failure::new(format!("ECS answered without {name}")))
    }

    /// The whole answer; null where it was none of JSON.
    pub fn whole(&self) -> Value {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

impl Intercept for Answer {
    fn name(&self) -> &'static str {
        "Answer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let json = context.response().body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = json;
        Ok(())
    }
}

/// A value as JSON.
///
/// # Errors
/// Never for the values of resources.
pub fn json_of(value: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(value).map_err(|error| Failure::caused_by("a value has no JSON form", error))
}

/// An empty text where none is desired says that there is nothing: ECS reports some members so that were left out.
pub fn drop_empty_texts(reported: &mut Value, desired: &Value) {
    match reported {
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                drop_empty_texts(item, desired.get(index).unwrap_or(&Value::Null));
            }
        }
        Value::Object(members) => {
            // The value of a variable may be empty.
            members
                .retain(|name, value| name == "value" || value.as_str() != Some("") || desired[name] == "");
            for (name, member) in members {
                drop_empty_texts(member, &desired[name.as_str()]);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_empty_text_says_nothing_unless_one_is_desired() {
        let mut reported =
            json!({"pidMode": "", "labels": {"a": "", "b": ""}, "list": [{"protocol": "", "value": ""}, ""]});
        drop_empty_texts(&mut reported, &json!({"labels": {"a": ""}}));
        assert_eq!(reported, json!({"labels": {"a": ""}, "list": [{"value": ""}, ""]}));
    }
}
