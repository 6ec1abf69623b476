//! Calls of the APIs that answer here: their bodies read, their answers and refusals in AWS's form.

use super::{Body, text_answer};
use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::load_balancer::{LoadBalancers, error_xml};
use crate::scaling::Scaling;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use serde_json::{Value, json};
use std::sync::Arc;

/// What calls of ECS have before their name.
pub const ECS: &str = "AmazonEC2ContainerServiceV20141113";
/// What calls of Application Auto Scaling have before their name.
pub const SCALING: &str = "AnyScaleFrontendService";

/// No call is larger: a task definition has 64 KiB.
const LARGEST_CALL_BYTES: usize = 4 * 1024 * 1024;
const JSON: &str = "application/x-amz-json-1.1";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A call of ECS.
pub async fn ecs(ecs: &Arc<Ecs>, request: Request<Incoming>) -> Response<Body> {
    let operation = operation(&request);
    json(match json_body(request).await {
        Ok(body) => ecs.call(&operation, body).await,
        Err(refusal) => Err(refusal),
    })
}

/// A call of Application Auto Scaling.
pub async fn scaling(scaling: &Arc<Scaling>, request: Request<Incoming>) -> Response<Body> {
    let operation = operation(&request);
    json(json_body(request).await.and_then(|body| scaling.call(&operation, body)))
}

/// A call of Elastic Load Balancing: a form in the body, or in the address.
pub async fn load_balancing(balancers: &Arc<LoadBalancers>, request: Request<Incoming>) -> Response<Body> {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let answer = whole(request).await.and_then(|body| {
        let form = if body.is_empty() { query.as_bytes() } else { &body[..] };
        let members: Vec<_> = url::form_urlencoded::parse(form).into_owned().collect();
        balancers.call(&members)
    });
    let (status, text) = match answer {
        Ok(text) => (StatusCode::OK, text),
        Err(refusal) => (refusal.status, error_xml(&refusal)),
    };
    with_request_id(text_answer(status, "text/xml", text))
}

fn operation<B>(request: &Request<B>) -> String {
    let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
    target.and_then(|target| target.split_once('.')).map(|(_, name)| name.to_owned()).unwrap_or_default()
}

async fn json_body(request: Request<Incoming>) -> Result<Value, ApiError> {
    let body = whole(request).await?;
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice(&body) {
        Ok(Value::Object(members)) => Ok(Value::Object(members)),
        Ok(_) => Err(ApiError::new(
            "SerializationException",
            "Start of structure or map found where not expected.",
        )),
        Err(error) => Err(ApiError::new("SerializationException", error.to_string())),
    }
}

async fn whole(request: Request<Incoming>) -> Result<Bytes, ApiError> {
    match Limited::new(request.into_body(), LARGEST_CALL_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            ..ApiError::new("RequestEntityTooLarge", "the call is too large")
        }),
        Err(error) => {
            Err(ApiError::new("SerializationException", format!("the call did not arrive whole: {error}")))
        }
    }
}

fn json(answer: Result<Value, ApiError>) -> Response<Body> {
    with_request_id(match answer {
        Ok(value) => text_answer(StatusCode::OK, JSON, value.to_string()),
        Err(refusal) => {
            let body = json!({ "__type": refusal.code, "message": refusal.message });
            let mut answer = text_answer(refusal.status, JSON, body.to_string());
            if let Ok(code) = HeaderValue::from_str(&refusal.code) {
                answer.headers_mut().insert("x-amzn-errortype", code);
            }
            answer
        }
    })
}

fn with_request_id(mut answer: Response<Body>) -> Response<Body> {
    let id = format!("{:032x}", fastrand::u128(..));
    let parts = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
    if let Ok(id) = HeaderValue::from_str(&parts.join("-")) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}
