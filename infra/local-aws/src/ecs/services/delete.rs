//! DeleteService.

use super::describe;
use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::invalid;
use infra_ecs::rollout::{Event, ServiceStatus};
use serde_json::{Value, json};
use std::sync::Arc;

/// Deletes a service: its tasks drain and stop, then it is INACTIVE.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html>
pub async fn delete(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let reference = body["service"].as_str().ok_or_else(|| invalid("Service cannot be empty."))?;
    let actor = ecs.services.find(&cluster, reference);
    let actor = actor.ok_or_else(|| ApiError::new("ServiceNotFoundException", "Service not found."))?;
    let (status, wants_tasks) = {
        let state = actor.state();
        let spec = state.rollout.spec();
        (state.rollout.status(), spec.desired_count > 0 && !spec.daemon)
    };
    if status == ServiceStatus::Inactive {
        return Err(ApiError::new("ServiceNotActiveException", "Service was not ACTIVE."));
    }
    if wants_tasks && body["force"] != true && status == ServiceStatus::Active {
        return Err(invalid("The service cannot be stopped while it is scaled above 0."));
    }
    actor.ask(Event::Delete, None).await?;
    Ok(json!({ "service": describe::service(ecs, &actor, true) }))
}
