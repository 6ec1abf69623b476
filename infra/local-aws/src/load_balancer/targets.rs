//! Targets: registered, watched while they are used, drained, gone.

use super::attributes::number;
use super::health::watch;
use super::state::{Group, REGISTERING, Registered, State, TargetLive};
use super::{HealthChange, LoadBalancers, Target};
use infra_ecs::rollout::TargetHealth;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

impl LoadBalancers {
    /// Registers a target, or takes back that it is drained.
    pub(super) fn add_target(&self, group: &mut Group, target: &Target, zone: Option<String>) {
        let key = (target.id.clone(), target.port);
        if group.targets.get(&key).is_some_and(|it| it.health != TargetHealth::Draining) {
            return;
        }
        let registered = Registered {
            zone,
            health: TargetHealth::Unused,
            reason: REGISTERING,
            contrary: 0,
            slow_since: None,
            checker: None,
            announced: None,
            live: TargetLive::new(target.clone()),
        };
        group.targets.insert(key, registered);
    }

    /// Deregisters a target: it gets no more requests, and those under way have the group's delay to finish.
    pub(super) fn drain_target(&self, arn: &str, group: &mut Group, target: &Target) {
        let key = (target.id.clone(), target.port);
        let Some(registered) = group.targets.get_mut(&key) else { return };
        match registered.health {
            TargetHealth::Draining => return,
            TargetHealth::Unused => {
                self.forget_target(arn, registered);
                group.targets.remove(&key);
                return;
            }
            _ => registered.health = TargetHealth::Draining,
        }
        registered.checker.take().inspect(|checker| checker.abort());
        let delay = number(&group.attributes, "deregistration_delay.timeout_seconds");
        let (this, clock, arn) = (self.this.clone(), self.clock, arn.to_owned());
        let until = clock.now() + Duration::from_secs(u64::from(delay));
        let live = Arc::clone(&registered.live);
        tokio::spawn(async move {
            clock.sleep_until(until).await;
            if let Some(this) = this.upgrade() {
                this.end_drain(&arn, &live);
            }
        });
    }

    fn end_drain(&self, group: &str, live: &Arc<TargetLive>) {
        let mut state = self.state();
        let Some(found) = state.groups.get_mut(group) else { return };
        let key = (live.target.id.clone(), live.target.port);
        // It may have been registered again.
        let ends = |it: &&Registered| Arc::ptr_eq(&it.live, live) && it.health == TargetHealth::Draining;
        let Some(registered) = found.targets.get(&key).filter(ends) else { return };
        self.forget_target(group, registered);
        found.targets.remove(&key);
        self.settle(&mut state);
    }

    /// Ends all that goes on with a target that is no longer registered.
    pub(super) fn forget_target(&self, group: &str, registered: &Registered) {
        registered.checker.as_ref().inspect(|checker| checker.abort());
        registered.live.cut.send_replace(true);
        self.announce(group, &registered.live.target, TargetHealth::Gone);
    }

    /// Targets are checked while a rule forwards to their group.
    pub(super) fn check_what_is_used(&self, state: &mut State) {
        let used = state.used();
        for (arn, group) in &mut state.groups {
            let is_used = used.contains_key(arn);
            for registered in group.targets.values_mut() {
                self.start_or_end_checks(arn, registered, is_used);
                if registered.announced.as_ref() != Some(&registered.health) {
                    self.announce(arn, &registered.live.target, registered.health.clone());
                    registered.announced = Some(registered.health.clone());
                }
            }
        }
    }

    fn start_or_end_checks(&self, group: &str, registered: &mut Registered, is_used: bool) {
        match (is_used, &registered.health) {
            (_, TargetHealth::Draining) | (false, TargetHealth::Unused) => return,
            (false, _) => {
                registered.checker.take().inspect(|checker| checker.abort());
                registered.health = TargetHealth::Unused;
                return;
            }
            (true, TargetHealth::Unused) => {
                (registered.health, registered.reason) = (TargetHealth::Initial, REGISTERING);
                (registered.contrary, registered.slow_since) = (0, None);
            }
            (true, _) => {}
        }
        if registered.checker.is_none() {
            let watched = watch(self.this.clone(), group.to_owned(), Arc::clone(&registered.live));
            registered.checker = Some(tokio::spawn(watched).abort_handle());
        }
    }

    fn announce(&self, group: &str, target: &Target, health: TargetHealth) {
        let change = HealthChange { target_group: group.to_owned(), target: target.clone(), health };
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|watcher| watcher.send(change.clone()).is_ok());
    }
}
