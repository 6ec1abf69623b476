//! Availability zones: which task a scale-in stops, and how tasks are evened out.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html>

use super::stop::Reason;
use super::{Moment, RolloutState, Service, Task};
use std::collections::BTreeMap;

/// Tasks are being evened out.
#[derive(Clone, Debug, Default)]
pub(super) struct Balance {
    /// It has been said.
    said: bool,
    /// After a failure it waits.
    not_before: Option<Moment>,
}

/// So many of these tasks: each time one in the zone with most of them, there on the instance with most. The newest goes first.
pub(super) fn most_crowded<'a>(tasks: impl Iterator<Item = &'a Task>, count: u32) -> Vec<String> {
    let mut zones: BTreeMap<Option<&str>, BTreeMap<Option<&str>, Vec<&Task>>> = BTreeMap::new();
    for task in tasks {
        let instances = zones.entry(task.zone.as_deref()).or_default();
        instances.entry(task.instance.as_deref()).or_default().push(task);
    }
    for tasks in zones.values_mut().flat_map(BTreeMap::values_mut) {
        tasks.sort_by_key(|task| task.number);
    }
    let next = |_| {
        let zone =
            zones.values_mut().max_by_key(|instances| instances.values().map(Vec::len).sum::<usize>())?;
        zone.values_mut().max_by_key(|tasks| tasks.len())?.pop()
    };
    (0..count).map_while(next).map(|task| task.id.clone()).collect()
}

impl Service {
    /// Evens the tasks of a steady service out over the zones, one at a time: first one more where there are fewest, then one less
    /// where there are most.
    pub(super) fn rebalance(&mut self) {
        let spec = &self.spec;
        let completed =
            self.deployments.first().is_some_and(|it| it.rollout_state == RolloutState::Completed);
        if !spec.rebalances_zones || spec.zones.len() < 2 || !completed {
            return;
        }
        if let Some((extra, zone)) = self.rebalance.clone() {
            return self.take_from_fullest(&extra, &zone);
        }
        let zones = self.tasks_by_zone();
        let (Some((fullest, most)), Some((emptiest, least))) = (zones.first(), zones.last()) else { return };
        if self.steady_since.is_none() || fullest == emptiest {
            return;
        }
        if most - least < 2 {
            if std::mem::take(&mut self.balance.said) {
                self.say(&format!("is AZ balanced with {}.", list(&zones)));
            }
            return;
        }
        let waits = self.balance.not_before.is_some_and(|moment| self.now < moment);
        if waits || self.room(0, &self.tally()) == 0 {
            return;
        }
        if !std::mem::replace(&mut self.balance.said, true) {
            self.say(&format!("is not AZ balanced with {}. AZ Rebalancing in progress.", list(&zones)));
        }
        let task = self.start(0, Some(emptiest.clone()), None);
        self.say(&format!("has started 1 tasks in {emptiest} to AZ Rebalance: (task {task})."));
        self.rebalance = Some((task, emptiest.clone()));
    }

    fn take_from_fullest(&mut self, extra: &str, zone: &str) {
        let Some(task) = self.tasks.get(extra).filter(|task| task.is_live()) else {
            self.rebalance = None;
            return;
        };
        if !task.healthy {
            return;
        }
        self.rebalance = None;
        if task.zone.as_deref() != Some(zone) {
            // Whoever places tasks does not mind zones.
            self.balance.not_before = Some(self.now + self.timings.longest_retry);
            return;
        }
        let free =
            |task: &&Task| task.healthy && task.zone.as_deref() != Some(zone) && !task.is_protected(self.now);
        let victims = most_crowded(self.tasks.values().filter(free), 1);
        self.stop(&victims, &Reason::Rebalancing);
    }

    /// A task that was to even out has stopped, or got no place.
    pub(super) fn rebalancing_failed(&mut self, task: &Task) {
        if let Some((_, zone)) = self.rebalance.take_if(|(extra, _)| *extra == task.id) {
            self.balance.not_before = Some(self.now + self.timings.longest_retry);
            self.say(&format!("is unable to place a task in {zone}."));
        }
    }

    /// A deployment begins.
    pub(super) fn end_rebalancing(&mut self) {
        self.rebalance = None;
        if std::mem::take(&mut self.balance.said) {
            self.say("stopped AZ Rebalancing.");
        }
    }

    /// When it may be tried again.
    pub(super) const fn rebalances_again(&self) -> Option<Moment> {
        self.balance.not_before
    }

    /// The zones with their tasks, the fullest first.
    fn tasks_by_zone(&self) -> Vec<(String, usize)> {
        let mut zones: BTreeMap<&str, usize> =
            self.spec.zones.iter().map(|zone| (zone.as_str(), 0)).collect();
        for task in self.tasks.values().filter(|task| task.is_live()) {
            if let Some(tasks) = task.zone.as_deref().and_then(|zone| zones.get_mut(zone)) {
                *tasks += 1;
            }
        }
        let mut zones: Vec<_> = zones.into_iter().map(|(zone, tasks)| (zone.to_owned(), tasks)).collect();
        zones.sort_by_key(|(_, tasks)| std::cmp::Reverse(*tasks));
        zones
    }
}

fn list(zones: &[(String, usize)]) -> String {
    zones.iter().map(|(zone, tasks)| format!("{tasks} tasks in {zone}")).collect::<Vec<_>>().join(", ")
}
