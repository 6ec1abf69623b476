//! Services: not there yet.

use super::Ecs;
use crate::api_error::ApiError;
use serde_json::Value;
use std::sync::Arc;

/// The services of the account.
#[derive(Default)]
pub struct Services {}

/// A service as the autoscaler sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalable {
    /// How many tasks it is to have.
    pub desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// Whether a deployment is under way: no scale-in then.
    pub deploying: bool,
    /// The ids of its running tasks.
    pub tasks: Vec<String>,
    /// The ARNs of its target groups.
    pub target_groups: Vec<String>,
}

/// A call of the API that is about services, or about nothing that is known.
///
/// # Errors
/// What ECS refuses.
pub async fn call(_ecs: &Arc<Ecs>, operation: &str, _body: Value) -> Result<Value, ApiError> {
    Err(ApiError::new("UnknownOperationException", format!("The operation {operation} is not known.")))
}

impl Services {
    /// How many services of a cluster are active, and how many of these and of those that drain are on Fargate:
    /// `(active, active on Fargate, draining, draining on Fargate)`.
    pub fn counts(&self, _cluster: &str) -> (usize, usize, usize, usize) {
        (0, 0, 0, 0)
    }

    /// The ARNs of a cluster's services that are not inactive.
    pub fn arns(&self, _cluster: &str) -> Vec<String> {
        Vec::new()
    }

    /// The capacity providers in the strategies of a cluster's services.
    pub fn capacity_providers(&self, _cluster: &str) -> Vec<String> {
        Vec::new()
    }
}

impl Ecs {
    /// What stands for a service in Application Auto Scaling.
    pub fn scalable(&self, _cluster: &str, _service: &str) -> Option<Scalable> {
        None
    }

    /// Sets a service's desired count.
    ///
    /// # Errors
    /// There is no such service.
    pub fn set_desired_count(&self, _cluster: &str, _service: &str, _count: u32) -> Result<(), ApiError> {
        Ok(())
    }
}
