//! What there is: load balancers, listeners, rules, target groups and their targets.

use super::Target;
use super::actions::weights;
use super::attributes::Attributes;
use super::conditions::Matcher;
use crate::api_error::ApiError;
use infra_ecs::rollout::{Moment, TargetHealth};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize};
use tokio::sync::watch;
use tokio::task::AbortHandle;

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
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Balancer {
    #[serde(rename = "LoadBalancerArn")]
    pub arn: String,
    #[serde(rename = "LoadBalancerName")]
    pub name: String,
    #[serde(rename = "DNSName")]
    pub dns_name: String,
    pub canonical_hosted_zone_id: String,
    pub created_time: String,
    pub scheme: String,
    pub state: Value,
    #[serde(rename = "Type")]
    pub kind: String,
    pub availability_zones: Vec<Zone>,
    pub security_groups: Vec<String>,
    pub ip_address_type: String,
    #[serde(skip)]
    pub attributes: Attributes,
}

/// A zone of a load balancer.
#[derive(Clone, Serialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct Zone {
    pub zone_name: String,
    pub subnet_id: String,
    pub load_balancer_addresses: [(); 0],
}

/// A listener; what it does is its default rule.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Listener {
    #[serde(rename = "ListenerArn")]
    pub arn: String,
    #[serde(rename = "LoadBalancerArn")]
    pub balancer: String,
    pub port: u16,
    pub protocol: String,
    pub certificates: Vec<Value>,
    pub ssl_policy: Option<String>,
    #[serde(skip)]
    pub default_rule: String,
    #[serde(skip)]
    pub attributes: Attributes,
}

/// A rule.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    #[serde(rename = "RuleArn")]
    pub arn: String,
    #[serde(serialize_with = "priority")]
    pub priority: Option<u32>,
    pub conditions: Vec<Value>,
    pub actions: Vec<Value>,
    #[serde(skip)]
    pub listener: String,
    #[serde(skip)]
    pub matchers: Arc<Vec<Matcher>>,
}

fn priority<S: serde::Serializer>(priority: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&priority.map_or("default".to_owned(), |it| it.to_string()))
}

/// A target group.
#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Group {
    #[serde(rename = "TargetGroupArn")]
    pub arn: String,
    #[serde(rename = "TargetGroupName")]
    pub name: String,
    pub protocol: String,
    pub protocol_version: String,
    pub port: u16,
    pub vpc_id: String,
    pub target_type: String,
    pub ip_address_type: String,
    #[serde(flatten)]
    pub check: HealthCheck,
    #[serde(skip)]
    pub attributes: Attributes,
    #[serde(skip)]
    pub targets: BTreeMap<(String, u16), Registered>,
    #[serde(skip)]
    pub live: Arc<GroupLive>,
}

/// How targets are checked.
#[derive(Clone, Serialize, PartialEq)]
#[serde(rename_all = "PascalCase")]
pub struct HealthCheck {
    pub health_check_protocol: String,
    pub health_check_port: String,
    pub health_check_enabled: bool,
    pub health_check_path: String,
    pub health_check_interval_seconds: u32,
    pub health_check_timeout_seconds: u32,
    pub healthy_threshold_count: u32,
    pub unhealthy_threshold_count: u32,
    pub matcher: Value,
}

/// A registered target.
#[derive(Clone)]
pub struct Registered {
    pub zone: Option<String>,
    pub health: Health,
    /// Checks in a row that contradict `health`.
    pub contrary: u32,
    /// Since when it gets more and more requests.
    pub slow_since: Option<Moment>,
    pub checker: Option<AbortHandle>,
    /// What those who watch know.
    pub announced: Option<TargetHealth>,
    pub live: Arc<TargetLive>,
}

/// How a target is.
#[derive(Clone, Debug, PartialEq)]
pub enum Health {
    Initial { checked: bool },
    Healthy,
    Unhealthy { reason: &'static str, description: String },
    Unused,
    Draining,
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

impl Health {
    /// As those see it who wait for it.
    pub fn seen(&self) -> TargetHealth {
        match self {
            Self::Initial { .. } => TargetHealth::Initial,
            Self::Healthy => TargetHealth::Healthy,
            Self::Unhealthy { description, .. } => {
                TargetHealth::Unhealthy { description: description.clone() }
            }
            Self::Unused => TargetHealth::Unused,
            Self::Draining => TargetHealth::Draining,
        }
    }

    /// As the API says it.
    ///
    /// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html>
    pub fn described(&self) -> Value {
        let (state, reason, description) = match self {
            Self::Healthy => return json!({"State": "healthy"}),
            Self::Initial { checked: false } => {
                ("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
            }
            Self::Initial { checked: true } => {
                ("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
            }
            Self::Unhealthy { reason, description } => ("unhealthy", *reason, description.as_str()),
            Self::Unused => (
                "unused",
                "Target.NotInUse",
                "Target group is not configured to receive traffic from the load balancer",
            ),
            Self::Draining => {
                ("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
            }
        };
        json!({"State": state, "Reason": reason, "Description": description})
    }
}

impl Group {
    /// Those that are not on their way out.
    pub fn members(&self) -> impl Iterator<Item = &Registered> {
        self.targets.values().filter(|it| it.health != Health::Draining)
    }
}

impl State {
    /// The target groups that rules forward to, and the load balancers of these rules.
    pub fn used(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for rule in self.rules.values() {
            let Some(listener) = self.listeners.get(&rule.listener) else { continue };
            for (group, _) in rule.actions.iter().flat_map(weights) {
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
    ///
    /// # Errors
    /// There is none.
    pub fn rule_mut(&mut self, arn: &str) -> Result<&mut Rule, ApiError> {
        let of_listener = self.listeners.get(arn).map(|listener| listener.default_rule.clone());
        self.rules.get_mut(of_listener.as_deref().unwrap_or(arn)).ok_or_else(|| not_found("Rule", arn))
    }

    /// A load balancer.
    ///
    /// # Errors
    /// There is none.
    pub fn balancer_mut(&mut self, arn: &str) -> Result<&mut Balancer, ApiError> {
        self.balancers.get_mut(arn).ok_or_else(|| not_found("LoadBalancer", arn))
    }

    /// A listener.
    ///
    /// # Errors
    /// There is none.
    pub fn listener_mut(&mut self, arn: &str) -> Result<&mut Listener, ApiError> {
        self.listeners.get_mut(arn).ok_or_else(|| not_found("Listener", arn))
    }

    /// A target group.
    ///
    /// # Errors
    /// There is none.
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
