//! Elastic Load Balancing v2: its API, health checks, and the requests themselves.
//!
//! Knows nothing of ECS: targets are registered and deregistered like any other caller would.

mod actions;
mod answers;
mod api;
mod attributes;
mod bodies;
mod conditions;
mod form;
mod forward;
mod headers;
mod health;
mod probe;
mod routes;
mod serve;
mod state;
mod stickiness;
mod targets;
#[cfg(test)]
mod tests;
mod upgrade;
mod xml;

pub use answers::AnswerBody;

use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use bodies::Upload;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use infra_ecs::rollout::TargetHealth;
use routes::Routes;
use state::State;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use tokio::sync::mpsc;

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
    account: Account,
    clock: Clock,
    resolve: Resolve,
    /// Each gets every change, however slow it is: a change that is missed would never come again.
    watchers: Mutex<Vec<mpsc::UnboundedSender<HealthChange>>>,
    /// Never held while anything is waited for.
    state: Mutex<State>,
    /// What requests read of the state: made anew on every change.
    routes: RwLock<Arc<Routes>>,
    client: Client<HttpConnector, Upload>,
    /// For tasks that must not keep it alive.
    this: Weak<Self>,
}

impl LoadBalancers {
    /// None yet.
    pub fn new(account: Account, clock: Clock, resolve: Resolve) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            account,
            clock,
            resolve,
            watchers: Mutex::default(),
            state: Mutex::default(),
            routes: RwLock::default(),
            client: forward::client(),
            this: this.clone(),
        })
    }

    /// A call of the API, with the members of its query form; the answer is XML.
    ///
    /// # Errors
    /// What AWS refuses.
    pub fn call(&self, form: &[(String, String)]) -> Result<String, ApiError> {
        api::call(self, form)
    }

    /// Registers a target.
    ///
    /// # Errors
    /// There is no such target group.
    pub fn register(&self, target_group: &str, target: &Target, zone: &str) -> Result<(), ApiError> {
        let mut state = self.state();
        let zone = Some(zone.to_owned()).filter(|zone| !zone.is_empty());
        self.add_target(state.group_mut(target_group)?, target, zone);
        self.settle(&mut state);
        Ok(())
    }

    /// Deregisters a target, which drains.
    ///
    /// # Errors
    /// There is no such target group.
    pub fn deregister(&self, target_group: &str, target: &Target) -> Result<(), ApiError> {
        let mut state = self.state();
        self.drain_target(target_group, state.group_mut(target_group)?, target);
        self.settle(&mut state);
        Ok(())
    }

    /// Makes a rule, or a listener's default, a forward with these weights.
    ///
    /// # Errors
    /// There is no such rule, listener or target group.
    pub fn set_weights(&self, rule: &str, weights: &[(String, u32)]) -> Result<(), ApiError> {
        let mut state = self.state();
        let action = actions::forward(weights, state.rule_mut(rule)?.action());
        let listener = state.rule_mut(rule)?.listener.clone();
        let balancer = state.listener_mut(&listener)?.balancer.clone();
        let actions = api::rules::complete_actions(&state, &balancer, &[action])?;
        state.rule_mut(rule)?.shown["Actions"] = actions;
        self.settle(&mut state);
        Ok(())
    }

    /// The target groups to which a rule or a listener's default forwards, with their weights.
    ///
    /// # Errors
    /// There is no such rule or listener.
    pub fn weights(&self, rule: &str) -> Result<Vec<(String, u32)>, ApiError> {
        Ok(actions::weights(self.state().rule_mut(rule)?.action()))
    }

    /// Whether a target group is there, and by what its targets are registered: `ip` or `instance`.
    pub fn target_type(&self, target_group: &str) -> Option<String> {
        let state = self.state();
        Some(actions::text(&state.groups.get(target_group)?.shown, "TargetType").to_owned())
    }

    /// Changes of targets' states from now on.
    pub fn watch(&self) -> mpsc::UnboundedReceiver<HealthChange> {
        let (watcher, changes) = mpsc::unbounded_channel();
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).push(watcher);
        changes
    }

    /// Requests that a target group got since it was made.
    pub fn request_count(&self, target_group: &str) -> u64 {
        let state = self.state();
        state.groups.get(target_group).map_or(0, |group| group.live.requests.load(Ordering::Relaxed))
    }

    /// Requests that a target got since it was registered.
    pub fn target_request_count(&self, target_group: &str, target: &Target) -> u64 {
        let state = self.state();
        let group = state.groups.get(target_group);
        let found = group.and_then(|group| group.targets.get(&(target.id.clone(), target.port)));
        found.map_or(0, |it| it.live.requests.load(Ordering::Relaxed))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After every change: starts and ends health checks, and shows requests the new state.
    fn settle(&self, state: &mut State) {
        self.check_what_is_used(state);
        let routes = Arc::new(Routes::of(state, &self.clock));
        *self.routes.write().unwrap_or_else(PoisonError::into_inner) = routes;
    }

    fn routes(&self) -> Arc<Routes> {
        Arc::clone(&self.routes.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A refusal in the form that the query protocol has for it.
pub fn error_xml(error: &ApiError) -> String {
    xml::error(error)
}
