//! What health checks make of a target.

use super::actions::text;
use super::attributes::number;
use super::probe::{Failed, Probe, probe};
use super::state::{CHECKING, Group, Registered, TargetLive};
use super::{LoadBalancers, Target};
use infra_ecs::rollout::{Moment, TargetHealth};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::Instant;

/// Containers keep their own time however fast the clock runs: how long an answer is waited for at least.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// And how far apart failures of a target that was never healthy count at least: it may still be starting.
const STARTS_WITHIN: Duration = Duration::from_secs(5);
/// How soon a target that is just starting is looked at again: a person waits for it.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Checks a target again and again, as long as it is registered.
pub async fn watch(balancers: Weak<LoadBalancers>, group: String, live: Arc<TargetLive>) {
    let mut counted: Option<Instant> = None;
    loop {
        let started = Instant::now();
        let Some(next) = balancers.upgrade().and_then(|it| it.next_probe(&group, &live)) else { return };
        let result = probe(&next).await;
        let Some(here) = balancers.upgrade() else { return };
        let Some(wait) = here.judge(&group, &live, result, &mut counted) else { return };
        drop(here);
        tokio::time::sleep_until(started + wait).await;
    }
}

impl LoadBalancers {
    fn next_probe(&self, group: &str, live: &TargetLive) -> Option<Probe> {
        let check = self.state().groups.get(group)?.shown.clone();
        let port = text(&check, "HealthCheckPort").parse().unwrap_or(live.target.port);
        let address = (self.resolve)(&Target { id: live.target.id.clone(), port });
        let own = live.target.id.parse::<IpAddr>().ok().or(address.map(|it| it.ip()));
        let timeout = Duration::from_secs(setting(&check, "HealthCheckTimeoutSeconds").into());
        Some(Probe {
            address,
            host: own.map(|it| it.to_string()).unwrap_or_default(),
            port,
            path: text(&check, "HealthCheckPath").to_owned(),
            timeout: self.clock.real_wait(timeout).max(ANSWERS_WITHIN),
            codes: text(&check["Matcher"], "HttpCode").to_owned(),
        })
    }

    /// Takes in a check's result; says when the next one begins after the beginning of this one.
    fn judge(
        &self,
        group: &str,
        live: &Arc<TargetLive>,
        result: Result<(), Failed>,
        counted: &mut Option<Instant>,
    ) -> Option<Duration> {
        let mut state = self.state();
        let group = state.groups.get_mut(group)?;
        let interval = Duration::from_secs(setting(&group.shown, "HealthCheckIntervalSeconds").into());
        let interval = self.clock.real_wait(interval);
        let registered = group.targets.get(&(live.target.id.clone(), live.target.port))?;
        if !Arc::ptr_eq(&registered.live, live) || registered.health == TargetHealth::Draining {
            return None;
        }
        let fails_anew = registered.health == TargetHealth::Initial && result.is_err();
        let starting = fails_anew && result == Err(Failed::Connection);
        let counts = !fails_anew || counted.is_none_or(|it| it.elapsed() >= interval.max(STARTS_WITHIN));
        if counts {
            *counted = Some(Instant::now());
        }
        let slows = slows_down(group);
        let thresholds =
            ["HealthyThresholdCount", "UnhealthyThresholdCount"].map(|it| setting(&group.shown, it));
        let registered = group.targets.get_mut(&(live.target.id.clone(), live.target.port))?;
        let before = registered.health.clone();
        registered.take_in(result, counts, thresholds, slows.then(|| self.clock.now()));
        if registered.health != before {
            self.settle(&mut state);
        }
        Some(if starting { interval.min(LOOK_AGAIN) } else { interval })
    }
}

fn setting(check: &Value, name: &str) -> u32 {
    text(check, name).parse().unwrap_or_default()
}

/// The first healthy targets of a group get their full share at once.
fn slows_down(group: &Group) -> bool {
    number(&group.attributes, "slow_start.duration_seconds") > 0
        && group.members().any(|it| it.health == TargetHealth::Healthy)
}

impl Registered {
    fn take_in(
        &mut self,
        result: Result<(), Failed>,
        counts: bool,
        [healthy, unhealthy]: [u32; 2],
        slow_since: Option<Moment>,
    ) {
        let initial = self.health == TargetHealth::Initial;
        match (&self.health, result) {
            (TargetHealth::Unused | TargetHealth::Draining | TargetHealth::Gone, _) => {}
            (TargetHealth::Healthy, Ok(())) => self.contrary = 0,
            (TargetHealth::Healthy | TargetHealth::Initial, Err(failed)) => {
                self.contrary += u32::from(counts);
                if self.contrary >= unhealthy {
                    self.become_unhealthy(failed);
                } else if initial {
                    self.reason = CHECKING;
                }
            }
            (TargetHealth::Unhealthy { .. }, Err(failed)) => self.become_unhealthy(failed),
            (TargetHealth::Unhealthy { .. } | TargetHealth::Initial, Ok(())) => {
                self.contrary = if initial { 0 } else { self.contrary + 1 };
                // A new target needs one success.
                if initial || self.contrary >= healthy {
                    (self.health, self.contrary, self.slow_since) = (TargetHealth::Healthy, 0, slow_since);
                }
            }
        }
    }

    fn become_unhealthy(&mut self, failed: Failed) {
        let (reason, description) = failed.described();
        (self.health, self.reason, self.contrary) = (TargetHealth::Unhealthy { description }, reason, 0);
    }
}
