//! What requests read of the state: which listener, which rule, which target. Made anew on every change.

use super::actions::{group_stickiness, text, weights};
use super::attributes::{Attributes, is, number};
use super::conditions::{Matcher, Seen};
use super::state::{Group, GroupLive, Listener, State, TargetLive};
use crate::clock::Clock;
use hyper::header::{HeaderName, HeaderValue};
use infra_ecs::rollout::{Moment, TargetHealth};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// All load balancers by name.
#[derive(Default)]
pub struct Routes(HashMap<String, Front>);

/// A load balancer.
pub struct Front {
    pub dns_name: String,
    pub attributes: Attributes,
    /// By port.
    pub listeners: BTreeMap<u16, Listening>,
}

/// A listener.
pub struct Listening {
    pub port: u16,
    pub protocol: &'static str,
    pub says_server: bool,
    /// Headers that are added to all answers.
    ///
    /// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html>
    pub adds: Vec<(HeaderName, HeaderValue)>,
    rules: Vec<(Arc<Vec<Matcher>>, Do)>,
}

/// What a rule does.
pub enum Do {
    Forward { groups: Vec<(u32, Arc<Pool>)>, sticky: Option<Duration> },
    Redirect(Value),
    Answer(Value),
}

/// A target group.
pub struct Pool {
    pub live: Arc<GroupLive>,
    /// Those that get requests, and since when more and more.
    pub eligible: Vec<(Arc<TargetLive>, Option<Moment>)>,
    pub attributes: Attributes,
}

impl Routes {
    /// As the state is now.
    pub fn of(state: &State, clock: &Clock) -> Self {
        let pools: HashMap<&str, Arc<Pool>> = state
            .groups
            .iter()
            .map(|(arn, group)| (arn.as_str(), Arc::new(Pool::of(group, clock))))
            .collect();
        let fronts = state.balancers.iter().map(|(arn, balancer)| {
            let listeners = state.listeners.iter().filter(|(_, it)| it.balancer == *arn);
            let listeners =
                listeners.map(|(arn, it)| (it.port, Listening::of(state, arn, it, &pools))).collect();
            let dns_name = text(&balancer.shown, "DNSName").to_owned();
            let front = Front { dns_name, attributes: balancer.attributes.clone(), listeners };
            (balancer.name.to_ascii_lowercase(), front)
        });
        Self(fronts.collect())
    }

    /// A load balancer by its name.
    pub fn front(&self, name: &str) -> Option<&Front> {
        self.0.get(&name.to_ascii_lowercase())
    }
}

impl Front {
    /// The listener on a port; else that on 80, else the first that there is.
    pub fn listener(&self, port: Option<u16>) -> Option<&Listening> {
        let on = |port: u16| self.listeners.get(&port);
        port.and_then(on).or_else(|| on(80)).or_else(|| {
            let http = self.listeners.values().find(|it| it.protocol == "http");
            http.or_else(|| self.listeners.values().next())
        })
    }
}

impl Listening {
    fn of(state: &State, arn: &str, listener: &Listener, pools: &HashMap<&str, Arc<Pool>>) -> Self {
        let rules = state.rules_of(arn).into_iter();
        let rules = rules.map(|it| (Arc::clone(&it.matchers), Do::of(it.action(), pools)));
        let adds = listener.attributes.iter().filter_map(|(key, value)| {
            let name = key.strip_prefix("routing.http.response.")?.strip_suffix(".header_value")?;
            let value = HeaderValue::from_str(value).ok().filter(|it| !it.is_empty())?;
            Some((name.replace('_', "-").parse().ok()?, value))
        });
        Self {
            port: listener.port,
            protocol: if listener.shown["Protocol"] == "HTTPS" { "https" } else { "http" },
            says_server: on(&listener.attributes, "routing.http.response.server.enabled"),
            adds: adds.collect(),
            rules: rules.collect(),
        }
    }

    /// What is done with a request.
    pub fn action(&self, seen: &Seen<'_>) -> Option<&Do> {
        let matches = |matchers: &[Matcher]| matchers.iter().all(|it| it.matches(seen));
        self.rules.iter().find(|(matchers, _)| matches(matchers)).map(|(_, action)| action)
    }
}

impl Do {
    fn of(action: &Value, pools: &HashMap<&str, Arc<Pool>>) -> Self {
        match action["Type"].as_str() {
            Some("redirect") => Self::Redirect(action["RedirectConfig"].clone()),
            Some("fixed-response") => Self::Answer(action["FixedResponseConfig"].clone()),
            _ => {
                let known =
                    |(arn, weight): (String, u32)| Some((weight, Arc::clone(pools.get(arn.as_str())?)));
                let groups = weights(action).into_iter().filter_map(known).collect();
                Self::Forward { groups, sticky: group_stickiness(action) }
            }
        }
    }
}

impl Pool {
    fn of(group: &Group, clock: &Clock) -> Self {
        let attributes = group.attributes.clone();
        let (now, slow_start) = (clock.now(), seconds(&attributes, "slow_start.duration_seconds"));
        let eligible = |healthy_only: bool| {
            let chosen =
                group.members().filter(move |it| !healthy_only || it.health == TargetHealth::Healthy);
            let slow = |since: &Moment| now.since(*since) < slow_start;
            chosen.map(|it| (Arc::clone(&it.live), it.slow_since.filter(slow))).collect::<Vec<_>>()
        };
        let minimum = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";
        let minimum = |it: &str| number(&attributes, &format!("{minimum}.{it}")) as usize;
        let share = (group.members().count() * minimum("percentage")).div_ceil(100);
        let healthy = eligible(true);
        // With too few healthy ones all get requests: a load balancer fails open.
        let enough = healthy.len() >= minimum("count").max(share).max(1);
        let eligible = if enough { healthy } else { eligible(false) };
        Self { live: Arc::clone(&group.live), eligible, attributes }
    }

    /// The target that is next.
    pub fn next(&self, now: Moment) -> Option<&Arc<TargetLive>> {
        let count = self.eligible.len();
        let turn = self.live.turn.fetch_add(1, Ordering::Relaxed).checked_rem(count)?;
        let at = |index: usize| self.eligible.get(index % count).map(|(live, _)| live);
        match self.attributes.get("load_balancing.algorithm.type").map(String::as_str) {
            Some("weighted_random") => at(fastrand::usize(..count)),
            Some("least_outstanding_requests") => {
                let in_turn = (turn..turn + count).filter_map(at);
                in_turn.min_by_key(|it| it.in_flight.load(Ordering::Relaxed))
            }
            _ if self.eligible.iter().any(|(_, slow)| slow.is_some()) => {
                let slow_start = seconds(&self.attributes, "slow_start.duration_seconds").as_secs_f64();
                let part = |since: Moment| now.since(since).as_secs_f64() / slow_start.max(1.0);
                let share = |since| (part(since).clamp(0.001, 1.0) * 1000.0) as u32;
                let shares = self.eligible.iter().map(|(_, slow)| slow.map_or(1000, share));
                at(drawn(&shares.collect::<Vec<_>>())?)
            }
            _ => at(turn),
        }
    }
}

/// One of some shares, by chance; none if all are 0.
pub fn drawn(shares: &[u32]) -> Option<usize> {
    let sum: u32 = shares.iter().sum();
    let mut left = (sum > 0).then(|| fastrand::u32(..sum))?;
    shares.iter().position(|share| match left.checked_sub(*share) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    })
}

/// Whether an attribute is `true`.
pub fn on(attributes: &Attributes, name: &str) -> bool {
    is(attributes, name, "true")
}

/// An attribute that is a time.
pub fn seconds(attributes: &Attributes, name: &str) -> Duration {
    Duration::from_secs(u64::from(number(attributes, name)))
}
