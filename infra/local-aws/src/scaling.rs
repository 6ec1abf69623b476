//! Application Auto Scaling of services.

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use crate::ecs::Ecs;
use serde_json::Value;
use std::sync::Arc;

/// The scalable targets of the account, their policies and their schedules.
pub struct Scaling {
    _account: Account,
    _clock: Clock,
    _ecs: Arc<Ecs>,
}

impl Scaling {
    /// None yet.
    pub fn new(account: Account, clock: Clock, ecs: Arc<Ecs>) -> Arc<Self> {
        Arc::new(Self { _account: account, _clock: clock, _ecs: ecs })
    }

    /// A call of the API: its operation and its JSON; the answer is JSON.
    ///
    /// # Errors
    /// What Application Auto Scaling refuses.
    pub fn call(&self, _operation: &str, _body: Value) -> Result<Value, ApiError> {
        Err(ApiError::new("InvalidAction", "not there yet"))
    }

    /// Looks at all metrics and schedules again and again, and scales.
    pub async fn run(self: Arc<Self>) {}
}
