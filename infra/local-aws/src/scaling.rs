//! Application Auto Scaling of services.

mod autoscaler;
mod cron;
mod decision;
mod policies;
mod request;
mod schedule;
mod scheduled;
mod state;
mod steps;
mod targets;
#[cfg(test)]
mod tests;
mod tracking;

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::ecs::{Ecs, Scalable};
use crate::tasks::Usage;
use request::Request;
use serde_json::Value;
use state::State;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The scalable targets of the account, their policies and their schedules.
pub struct Scaling {
    account: Account,
    clock: Clock,
    services: Arc<dyn ScaledServices>,
    state: Mutex<State>,
}

/// Services as they are scaled: what they are, what they use, and how many tasks they are to have.
#[async_trait::async_trait]
pub trait ScaledServices: Send + Sync + 'static {
    /// A service; none if there is none of that name.
    fn service(&self, cluster: &str, service: &str) -> Option<Scalable>;

    /// Sets a service's desired count.
    ///
    /// # Errors
    /// There is no such service.
    fn set_desired_count(&self, cluster: &str, service: &str, count: u32) -> Result<(), ApiError>;

    /// Requests that a target group, by its ARN, got since it was made.
    fn request_count(&self, target_group: &str) -> u64;

    /// What each running task uses now.
    async fn usage(&self) -> BTreeMap<String, Usage>;
}

#[async_trait::async_trait]
impl ScaledServices for Ecs {
    fn service(&self, cluster: &str, service: &str) -> Option<Scalable> {
        self.scalable(cluster, service)
    }

    fn set_desired_count(&self, cluster: &str, service: &str, count: u32) -> Result<(), ApiError> {
        self.set_desired_count(cluster, service, count)
    }

    fn request_count(&self, target_group: &str) -> u64 {
        self.load_balancers.request_count(target_group)
    }

    async fn usage(&self) -> BTreeMap<String, Usage> {
        self.runtime.usage().await
    }
}

impl Scaling {
    /// None yet.
    pub fn new(account: Account, clock: Clock, ecs: Arc<Ecs>) -> Arc<Self> {
        Self::of(account, clock, ecs)
    }

    /// Scales other services than those of ECS.
    pub fn of(account: Account, clock: Clock, services: Arc<dyn ScaledServices>) -> Arc<Self> {
        Arc::new(Self { account, clock, services, state: Mutex::default() })
    }

    /// A call of the API: its operation and its JSON; the answer is JSON.
    ///
    /// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html>
    ///
    /// # Errors
    /// What Application Auto Scaling refuses.
    pub fn call(&self, operation: &str, body: Value) -> Result<Value, ApiError> {
        let act = match operation {
            "RegisterScalableTarget" => Self::register,
            "DeregisterScalableTarget" => Self::deregister,
            "DescribeScalableTargets" => Self::describe_targets,
            "DescribeScalingActivities" => Self::describe_activities,
            "PutScalingPolicy" => Self::put_policy,
            "DescribeScalingPolicies" => Self::describe_policies,
            "DeleteScalingPolicy" => Self::delete_policy,
            "PutScheduledAction" => Self::put_action,
            "DescribeScheduledActions" => Self::describe_actions,
            "DeleteScheduledAction" => Self::delete_action,
            "TagResource" => Self::tag,
            "UntagResource" => Self::untag,
            "ListTagsForResource" => Self::list_tags,
            _ => {
                let message = format!("The local AWS's Application Auto Scaling has no {operation}");
                return Err(ApiError::new("UnknownOperationException", message));
            }
        };
        act(self, &Request::read(body)?)
    }

    /// Looks at all metrics and schedules again and again, and scales.
    pub async fn run(self: Arc<Self>) {
        self.every_minute().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
