//! UpdateService.

use super::create::checked;
use super::describe;
use crate::alarms;
use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::{invalid, without_nulls};
use infra_ecs::rollout::Event;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a request says of the call alone.
const OF_THE_CALL: [&str; 3] = ["cluster", "service", "forceNewDeployment"];
/// What a service keeps for as long as it is there.
const FIXED: [&str; 3] = ["schedulingStrategy", "serviceName", "role"];

/// Makes a service another one, member by member: what the request does not have stays.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
pub async fn update(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let reference = body["service"].as_str().ok_or_else(|| invalid("Service cannot be empty."))?;
    let actor = ecs.services.active(&cluster, reference)?;
    let mut request = actor.state().current_request();
    let said = body.as_object().into_iter().flatten();
    for (name, value) in said.filter(|(name, _)| !OF_THE_CALL.contains(&name.as_str())) {
        if !FIXED.contains(&name.as_str()) {
            request[name] = value.clone();
        }
    }
    if !body["capacityProviderStrategy"].is_null() {
        request["launchType"] = Value::Null;
        if body["capacityProviderStrategy"].as_array().is_some_and(Vec::is_empty) {
            request["launchType"] = "EC2".into();
        }
    }
    let request = without_nulls(request);
    let spec = checked(ecs, &request).await?;
    actor.report(Event::Alarms(alarms::before_deployment(ecs, &spec).await));
    let force = body["forceNewDeployment"] == true;
    actor.ask(Event::Update { spec: Box::new(spec), force }, Some(request)).await?;
    Ok(json!({ "service": describe::service(ecs, &actor, true) }))
}
