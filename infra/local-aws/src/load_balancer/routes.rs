//! What requests read of the state: which listener, which rule, which target. Made anew on every change.

use super::actions::{group_stickiness, text, weights};
use super::attributes::{Attributes, is, number};
use super::conditions::{Matcher, Seen};
use super::state::{Group, GroupLive, Health, Listener, State, TargetLive};
use crate::clock::Clock;
use hyper::header::{HeaderName, HeaderValue};
use infra_ecs::rollout::Moment;
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
    pub idle_timeout: Duration,
    pub drops_invalid_headers: bool,
    pub keeps_host: bool,
    pub forwarded_for: ForwardedFor,
    /// By port.
    pub listeners: BTreeMap<u16, Arc<Listening>>,
}

/// What becomes of `X-Forwarded-For`.
#[derive(Clone, Copy, PartialEq)]
pub enum ForwardedFor {
    Append { with_port: bool },
    Preserve,
    Remove,
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
    /// Those that get requests.
    pub eligible: Vec<Eligible>,
    pub algorithm: Algorithm,
    pub sticky: Option<Sticky>,
    slow_start: Duration,
}

/// A target that gets requests.
pub struct Eligible {
    pub live: Arc<TargetLive>,
    slow_since: Option<Moment>,
}

/// How a target is chosen.
pub enum Algorithm {
    RoundRobin,
    LeastOutstanding,
    Random,
}

/// How a client stays with a target.
pub struct Sticky {
    pub duration: Duration,
    /// The app's cookie that it goes by; none with the load balancer's own.
    pub app_cookie: Option<String>,
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
            let listeners = listeners
                .map(|(arn, it)| (it.port, Arc::new(Listening::of(state, arn, it, &pools))))
                .collect();
            let attributes = &balancer.attributes;
            let mode = "routing.http.xff_header_processing.mode";
            let front = Front {
                dns_name: text(&balancer.shown, "DNSName").to_owned(),
                idle_timeout: seconds(attributes, "idle_timeout.timeout_seconds"),
                drops_invalid_headers: on(attributes, "routing.http.drop_invalid_header_fields.enabled"),
                keeps_host: on(attributes, "routing.http.preserve_host_header.enabled"),
                forwarded_for: if is(attributes, mode, "remove") {
                    ForwardedFor::Remove
                } else if is(attributes, mode, "preserve") {
                    ForwardedFor::Preserve
                } else {
                    ForwardedFor::Append { with_port: on(attributes, "routing.http.xff_client_port.enabled") }
                },
                listeners,
            };
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
    pub fn listener(&self, port: Option<u16>) -> Option<&Arc<Listening>> {
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
        let attributes = &group.attributes;
        let slow_start = seconds(attributes, "slow_start.duration_seconds");
        let now = clock.now();
        let eligible = |healthy_only: bool| {
            let chosen = group.members().filter(move |it| !healthy_only || it.health == Health::Healthy);
            chosen.map(|it| Eligible {
                live: Arc::clone(&it.live),
                slow_since: it.slow_since.filter(|since| now.since(*since) < slow_start),
            })
        };
        let minimum = "target_group_health.unhealthy_state_routing.minimum_healthy_targets";
        let percentage = number(attributes, &format!("{minimum}.percentage")) as usize;
        let needed = (number(attributes, &format!("{minimum}.count")) as usize)
            .max((group.members().count() * percentage).div_ceil(100))
            .max(1);
        let healthy: Vec<Eligible> = eligible(true).collect();
        let algorithm = "load_balancing.algorithm.type";
        Self {
            live: Arc::clone(&group.live),
            // With too few healthy ones all get requests: a load balancer fails open.
            eligible: if healthy.len() >= needed { healthy } else { eligible(false).collect() },
            algorithm: if is(attributes, algorithm, "least_outstanding_requests") {
                Algorithm::LeastOutstanding
            } else if is(attributes, algorithm, "weighted_random") {
                Algorithm::Random
            } else {
                Algorithm::RoundRobin
            },
            sticky: on(attributes, "stickiness.enabled").then(|| Sticky::of(attributes)),
            slow_start,
        }
    }

    /// The target that is next.
    pub fn next(&self, now: Moment) -> Option<&Arc<TargetLive>> {
        let count = self.eligible.len();
        if count == 0 {
            return None;
        }
        let turn = self.live.turn.fetch_add(1, Ordering::Relaxed);
        let at = |index: usize| self.eligible.get(index % count).map(|it| &it.live);
        match self.algorithm {
            Algorithm::Random => at(fastrand::usize(..count)),
            Algorithm::LeastOutstanding => {
                let in_turn = (0..count).filter_map(|offset| at(turn.wrapping_add(offset)));
                in_turn.min_by_key(|it| it.in_flight.load(Ordering::Relaxed))
            }
            Algorithm::RoundRobin if self.eligible.iter().any(|it| it.slow_since.is_some()) => {
                let shares = self.eligible.iter().map(|it| it.share(now, self.slow_start));
                at(drawn(shares.collect::<Vec<_>>().as_slice())?)
            }
            Algorithm::RoundRobin => at(turn),
        }
    }
}

impl Eligible {
    /// A thousand, or what a target that was just added gets of it.
    fn share(&self, now: Moment, slow_start: Duration) -> u32 {
        let Some(since) = self.slow_since else { return 1000 };
        let part = now.since(since).as_secs_f64() / slow_start.as_secs_f64().max(1.0);
        (part.clamp(0.001, 1.0) * 1000.0) as u32
    }
}

impl Sticky {
    fn of(attributes: &Attributes) -> Self {
        let app = is(attributes, "stickiness.type", "app_cookie");
        let kind = if app { "app_cookie" } else { "lb_cookie" };
        Self {
            duration: seconds(attributes, &format!("stickiness.{kind}.duration_seconds")),
            app_cookie: attributes.get("stickiness.app_cookie.cookie_name").filter(|_| app).cloned(),
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

fn on(attributes: &Attributes, name: &str) -> bool {
    is(attributes, name, "true")
}

fn seconds(attributes: &Attributes, name: &str) -> Duration {
    Duration::from_secs(u64::from(number(attributes, name)))
}
