//! Daemons: one task on each instance.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-daemons.html>

use super::stop::Reason;
use super::{RolloutState, Service, Task};
use std::collections::{BTreeMap, BTreeSet};

impl Service {
    /// Stops what is on the wrong instance, unhealthy or old, as far as the lower bound allows; then starts what is missing.
    pub(super) fn place_daemons(&mut self) {
        let Some(primary) = self.deployments.first() else { return };
        let (id, failed) = (primary.id.clone(), primary.rollout_state == RolloutState::Failed);
        let instances: BTreeSet<String> = self.instances.iter().cloned().collect();
        let mut spare = self.tally().healthy.saturating_sub(self.bounds().min_running);
        let (mut strays, mut unhealthy, mut old) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        let mut tasks: Vec<&Task> = self.tasks.values().filter(|task| task.is_live()).collect();
        tasks.sort_by_key(|task| task.number);
        for task in tasks {
            let here = task.instance.as_ref().is_some_and(|instance| instances.contains(instance));
            if !here || !seen.insert(task.instance.clone()) {
                strays.push(task.id.clone());
            } else if failed {
                continue;
            } else if task.deployment == id {
                if task.unhealthy {
                    unhealthy.push(task.id.clone());
                }
            } else if !task.healthy {
                old.push(task.id.clone());
            } else if spare > 0 && !task.is_protected(self.now) {
                spare -= 1;
                old.push(task.id.clone());
            }
        }
        self.stop(&strays, &Reason::Scaling);
        self.stop(&unhealthy, &Reason::Unhealthy);
        self.stop(&old, &Reason::Scaling);
        if self.may_start(0) {
            self.start_daemons(&instances);
        }
    }

    /// Starts a task where there is none, not even one that is being stopped.
    fn start_daemons(&mut self, instances: &BTreeSet<String>) {
        let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
        for instance in self.tasks.values().filter_map(|task| task.instance.as_deref()) {
            *taken.entry(instance).or_insert(0) += 1;
        }
        let free: Vec<&String> =
            instances.iter().filter(|instance| !taken.contains_key(instance.as_str())).collect();
        let started: Vec<String> =
            free.into_iter().map(|instance| self.start(0, None, Some(instance.clone()))).collect();
        self.say_started(&started, 0);
    }
}
