//! What there is: load balancers, listeners, rules, target groups and their targets.

use super::Target;
use super::actions::weights;
use super::attributes::Attributes;
use super::conditions::Matcher;
use crate::api_error::ApiError;
use infra_ecs::rollout::{Moment, TargetHealth};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use tokio::sync::watch;
use tokio::task::AbortHandle;

/// Reasons of those that are new: before and after their first check.
pub const REGISTERING: &str = "Elb.RegistrationInProgress";
pub const CHECKING: &str = "Elb.InitialHealthChecking";

/// All resources by ARN, with their tags.
#[derive(Default)]
pub struct State {
    pub balancers: BTreeMap<String, Balancer>,
    pub listeners: BTreeMap<String, Listener>,
    pub rules: BTreeMap<String, Rule>,
    pub groups: BTreeMap<String, Group>,
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
}

/// A load balancer.
pub struct Balancer {
    pub name: String,
    /// As the API shows it.
    pub shown: Value,
    pub attributes: Attributes,
}

/// A listener; what it does is its default rule.
pub struct Listener {
    pub balancer: String,
    pub port: u16,
    /// As the API shows it, but for its actions.
    pub shown: Value,
    pub default_rule: String,
    pub attributes: Attributes,
}

/// A rule.
pub struct Rule {
    /// None of a listener's default.
    pub priority: Option<u32>,
    pub listener: String,
    /// As the API shows it.
    pub shown: Value,
    pub matchers: Arc<Vec<Matcher>>,
}

/// A target group.
pub struct Group {
    pub name: String,
    pub port: u16,
    /// As the API shows it, but for its load balancers.
    pub shown: Value,
    pub attributes: Attributes,
    pub targets: BTreeMap<(String, u16), Registered>,
    pub live: Arc<GroupLive>,
}

/// A registered target.
pub struct Registered {
    pub zone: Option<String>,
    pub health: TargetHealth,
    /// AWS's name for why it is so: of those that are new or fail.
    pub reason: &'static str,
    /// Checks in a row that contradict `health`.
    pub contrary: u32,
    /// Since when it gets more and more requests.
    pub slow_since: Option<Moment>,
    pub checker: Option<AbortHandle>,
    /// What those who watch know.
    pub announced: Option<TargetHealth>,
    pub live: Arc<TargetLive>,
}

/// What requests know of a target group whatever becomes of its settings.
pub struct GroupLive {
    pub requests: AtomicU64,
    pub turn: AtomicUsize,
    pub cookie: String,
}

/// What requests know of one registration of a target.
pub struct TargetLive {
    pub target: Target,
    pub requests: AtomicU64,
    pub in_flight: AtomicUsize,
    pub cookie: String,
    /// Says when requests in flight are cut.
    pub cut: watch::Sender<bool>,
}

impl Default for GroupLive {
    fn default() -> Self {
        Self { requests: AtomicU64::new(0), turn: AtomicUsize::new(0), cookie: random_hex(8) }
    }
}

impl TargetLive {
    /// Of a target that is registered now.
    pub fn new(target: Target) -> Arc<Self> {
        Arc::new(Self {
            target,
            requests: AtomicU64::new(0),
            in_flight: AtomicUsize::new(0),
            cookie: random_hex(8),
            cut: watch::Sender::new(false),
        })
    }
}

impl Registered {
    /// As the API says how it is.
    ///
    /// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>
    pub fn described(&self) -> Value {
        const NOT_USED: &str = "Target group is not configured to receive traffic from the load balancer";
        let (state, reason, description) = match &self.health {
            TargetHealth::Healthy => return json!({"State": "healthy"}),
            TargetHealth::Initial if self.reason == REGISTERING => {
                ("initial", REGISTERING, "Target registration is in progress")
            }
            TargetHealth::Initial => ("initial", self.reason, "Initial health checks in progress"),
            TargetHealth::Unhealthy { description } => ("unhealthy", self.reason, description.as_str()),
            TargetHealth::Unused | TargetHealth::Gone => ("unused", "Target.NotInUse", NOT_USED),
            TargetHealth::Draining => {
                ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
            }
        };
        json!({"State": state, "Reason": reason, "Description": description})
    }
}

impl Rule {
    /// The one thing that it does.
    pub fn action(&self) -> &Value {
        &self.shown["Actions"][0]
    }
}

impl Group {
    /// Those that are not on their way out.
    pub fn members(&self) -> impl Iterator<Item = &Registered> {
        self.targets.values().filter(|it| it.health != TargetHealth::Draining)
    }
}

impl State {
    /// The target groups that rules forward to, and the load balancers of these rules.
    pub fn used(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for rule in self.rules.values() {
            let Some(listener) = self.listeners.get(&rule.listener) else { continue };
            for (group, _) in weights(rule.action()) {
                used.entry(group).or_default().insert(listener.balancer.clone());
            }
        }
        used
    }

    /// The rules of a listener in the order in which they are tried.
    pub fn rules_of(&self, listener: &str) -> Vec<&Rule> {
        let mut rules: Vec<&Rule> = self.rules.values().filter(|rule| rule.listener == listener).collect();
        rules.sort_by_key(|rule| rule.priority.unwrap_or(u32::MAX));
        rules
    }

    /// A rule, or a listener's default.
    pub fn rule_mut(&mut self, arn: &str) -> Result<&mut Rule, ApiError> {
        let of_listener = self.listeners.get(arn).map(|listener| listener.default_rule.clone());
        self.rules.get_mut(of_listener.as_deref().unwrap_or(arn)).ok_or_else(|| not_found("Rule", arn))
    }

    /// Takes away a rule, with its tags.
    pub fn remove_rule(&mut self, arn: &str) {
        self.rules.remove(arn);
        self.tags.remove(arn);
    }

    /// Takes away a listener with its rules.
    pub fn remove_listener(&mut self, arn: &str) {
        let rules = self.rules.iter().filter(|(_, rule)| rule.listener == arn);
        for rule in rules.map(|(arn, _)| arn.clone()).collect::<Vec<_>>() {
            self.remove_rule(&rule);
        }
        self.listeners.remove(arn);
        self.tags.remove(arn);
    }

    /// A load balancer.
    pub fn balancer_mut(&mut self, arn: &str) -> Result<&mut Balancer, ApiError> {
        self.balancers.get_mut(arn).ok_or_else(|| not_found("LoadBalancer", arn))
    }

    /// A listener.
    pub fn listener_mut(&mut self, arn: &str) -> Result<&mut Listener, ApiError> {
        self.listeners.get_mut(arn).ok_or_else(|| not_found("Listener", arn))
    }

    /// A target group.
    pub fn group_mut(&mut self, arn: &str) -> Result<&mut Group, ApiError> {
        self.groups.get_mut(arn).ok_or_else(|| not_found("TargetGroup", arn))
    }
}

/// The refusal of what is not there: `kind` is `LoadBalancer`, `TargetGroup`, `Listener` or `Rule`.
pub fn not_found(kind: &str, arn: &str) -> ApiError {
    let named = match kind {
        "LoadBalancer" => "Load balancer",
        "TargetGroup" => "Target group",
        other => other,
    };
    ApiError::new(&format!("{kind}NotFound"), format!("{named} '{arn}' not found"))
}

/// So many random bytes, as AWS's ids have them.
pub fn random_hex(bytes: usize) -> String {
    (0..bytes).map(|_| format!("{:02x}", fastrand::u8(..))).collect()
}
