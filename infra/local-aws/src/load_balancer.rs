//! Elastic Load Balancing v2: its API, health checks, and the requests themselves.
//!
//! Knows nothing of ECS: targets are registered and deregistered like any other caller would.

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use infra_ecs::rollout::TargetHealth;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::broadcast;

/// A target: an address or an instance's id, and a port.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// `169.254.170.130`, or `i-0123`.
    pub id: String,
    /// Its port: with an instance the host port.
    pub port: u16,
}

/// A target is in another state.
#[derive(Clone, Debug)]
pub struct HealthChange {
    /// The target group's ARN.
    pub target_group: String,
    /// The target.
    pub target: Target,
    /// How it is now.
    pub health: TargetHealth,
}

/// Finds where a target is reached from here; none if nothing listens under that id and port.
pub type Resolve = Arc<dyn Fn(&Target) -> Option<SocketAddr> + Send + Sync>;

/// All load balancers of the account.
pub struct LoadBalancers {
    _account: Account,
    _clock: Clock,
    _resolve: Resolve,
    changes: broadcast::Sender<HealthChange>,
}

impl LoadBalancers {
    /// None yet.
    pub fn new(account: Account, clock: Clock, resolve: Resolve) -> Arc<Self> {
        Arc::new(Self {
            _account: account,
            _clock: clock,
            _resolve: resolve,
            changes: broadcast::channel(4096).0,
        })
    }

    /// A call of the API, with the members of its query form; the answer is XML.
    ///
    /// # Errors
    /// What AWS refuses.
    pub fn call(&self, _form: &[(String, String)]) -> Result<String, ApiError> {
        Err(ApiError::new("InvalidAction", "not there yet"))
    }

    /// Registers a target.
    ///
    /// # Errors
    /// There is no such target group.
    pub fn register(&self, _target_group: &str, _target: &Target, _zone: &str) -> Result<(), ApiError> {
        Ok(())
    }

    /// Deregisters a target, which drains.
    ///
    /// # Errors
    /// There is no such target group.
    pub fn deregister(&self, _target_group: &str, _target: &Target) -> Result<(), ApiError> {
        Ok(())
    }

    /// Makes a rule, or a listener's default, a forward with these weights.
    ///
    /// # Errors
    /// There is no such rule, listener or target group.
    pub fn set_weights(&self, _rule: &str, _weights: &[(String, u32)]) -> Result<(), ApiError> {
        Ok(())
    }

    /// The target groups to which a rule or a listener's default forwards, with their weights.
    ///
    /// # Errors
    /// There is no such rule or listener.
    pub fn weights(&self, _rule: &str) -> Result<Vec<(String, u32)>, ApiError> {
        Ok(Vec::new())
    }

    /// Whether a target group is there, and by what its targets are registered: `ip` or `instance`.
    pub fn target_type(&self, _target_group: &str) -> Option<String> {
        None
    }

    /// Changes of targets' states from now on.
    pub fn watch(&self) -> broadcast::Receiver<HealthChange> {
        self.changes.subscribe()
    }

    /// Requests that a target group got since it was made.
    pub fn request_count(&self, _target_group: &str) -> u64 {
        0
    }

    /// Whether a request is for a load balancer: by `Host: NAME.alb.localhost`, or by a path below `/_alb/NAME/`.
    pub fn is_for<B>(&self, _request: &hyper::Request<B>) -> bool {
        false
    }
}
