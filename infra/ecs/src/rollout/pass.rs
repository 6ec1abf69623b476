//! One look at the service: what is missing is started, what is too much is stopped.

use super::deployment::count;
use super::stop::Reason;
use super::tally::Tally;
use super::zones::most_crowded;
use super::{Action, LastStatus, RolloutState, Service, ServiceStatus, Task};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A deployment, and how many protected tasks it has that ought to stop.
type Blocked = Option<(String, u32)>;

impl Service {
    pub(super) fn pass(&mut self) {
        self.deregister_stopping();
        if self.status == ServiceStatus::Draining {
            self.drain();
        } else {
            if self.spec.daemon {
                self.spec.desired_count = count(self.instances.iter());
            }
            self.register();
            self.note_health();
            self.judge();
            self.advance();
            if self.spec.daemon {
                self.place_daemons();
            } else {
                self.replace_unhealthy();
                self.start_missing();
                let surplus = self.stop_surplus();
                let old = self.stop_old();
                self.say_protected(surplus.or(old));
                self.rebalance();
            }
            self.deregister_at_once();
            self.finish();
        }
        self.deregister_at_once();
        self.refresh();
    }

    /// Where nothing waits, what has just been decided to stop is deregistered in the same look.
    fn deregister_at_once(&mut self) {
        if self.timings.pass.is_zero() {
            self.deregister_stopping();
        }
    }

    /// A deleted service loses all its tasks, then it is INACTIVE.
    fn drain(&mut self) {
        let live: Vec<String> =
            self.tasks.values().filter(|task| task.is_live()).map(|task| task.id.clone()).collect();
        if !live.is_empty() {
            self.stop(&live, &Reason::Scaling);
        }
        if self.tasks.is_empty() {
            self.deployments.clear();
            self.status = ServiceStatus::Inactive;
        }
    }

    /// Starts what deployments lack, as far as the bounds allow; the newest first.
    fn start_missing(&mut self) {
        for index in 0..self.deployments.len() {
            let tally = self.tally();
            let part = tally.of(index);
            let extra = u32::from(index == 0 && self.rebalance.is_some());
            let missing = (self.goal(index) + extra).saturating_sub(part.lasting());
            let allowed = self.may_start(index) && (index == 0 || self.may_refill(index, &tally));
            let mut starts = missing.min(self.room(index, &tally));
            if index > 0 && !self.is_staged() {
                starts = starts.min(self.bounds().min_running.saturating_sub(tally.healthy));
            }
            if allowed && starts > 0 {
                let started: Vec<String> = (0..starts).map(|_| self.start(index, None, None)).collect();
                self.say_started(&started, 0);
            }
        }
    }

    /// Whether tasks of an old deployment that have stopped by themselves are started again: until the new ones serve.
    pub(super) fn may_refill(&self, index: usize, tally: &Tally) -> bool {
        let completed =
            self.deployments.get(index).is_some_and(|old| old.rollout_state == RolloutState::Completed);
        let failed =
            self.deployments.first().is_some_and(|primary| primary.rollout_state == RolloutState::Failed);
        self.is_staged() || (completed && (failed || tally.healthy < self.bounds().min_running))
    }

    /// Starts a task of a deployment.
    pub(super) fn start(&mut self, index: usize, zone: Option<String>, instance: Option<String>) -> String {
        let id = self.ids.task();
        let Some(deployment) = self.deployments.get(index) else { return id };
        let Some(revision) = self.revisions.iter().rev().find(|revision| revision.arn == deployment.revision)
        else {
            return id;
        };
        self.actions.push(Action::StartTask {
            task: id.clone(),
            revision: revision.arn.clone(),
            task_definition: revision.spec.task_definition.clone(),
            started_by: deployment.id.clone(),
            zone,
            instance: instance.clone(),
        });
        let task = Task {
            id: id.clone(),
            revision: revision.arn.clone(),
            deployment: deployment.id.clone(),
            zone: None,
            instance,
            status: LastStatus::Provisioning,
            healthy: false,
            created: self.now,
            started: None,
            protected_until: None,
            targets: BTreeMap::new(),
            number: self.next_task,
            of: Arc::clone(revision),
            container_health: None,
            was_healthy: false,
            unhealthy: false,
            failure_counted: false,
            replaced_by: None,
            stop: None,
            deregistering: false,
        };
        self.next_task += 1;
        self.tasks.insert(id.clone(), task);
        self.steady_since = None;
        self.changed = true;
        id
    }

    /// Stops what the newest deployment, or the source of a staged one, has too much: the service was scaled in, or a replaced
    /// task recovered. Answers how many of them are protected.
    fn stop_surplus(&mut self) -> Blocked {
        let kept = (0..self.deployments.len())
            .filter(|index| *index == 0 || self.is_staged() && self.goal(*index) > 0);
        let kept: Vec<usize> = kept.collect();
        kept.into_iter().filter_map(|index| self.stop_surplus_of(index)).last()
    }

    fn stop_surplus_of(&mut self, index: usize) -> Blocked {
        let id = self.deployments.get(index)?.id.clone();
        let extra = u32::from(index == 0 && self.rebalance.is_some());
        let tally = self.tally();
        let surplus = tally.of(index).lasting().saturating_sub(self.goal(index) + extra);
        if surplus == 0 {
            return None;
        }
        let is_extra = |task: &Task| task.deployment == id && task.is_live() && task.replaced_by.is_none();
        let spare = tally.healthy.saturating_sub(self.bounds().min_running);
        let mut victims = self.unhealthiest(surplus, is_extra);
        let healthy = surplus - count(victims.iter());
        let free = |task: &&Task| is_extra(task) && task.healthy && !task.is_protected(self.now);
        victims.extend(most_crowded(self.tasks.values().filter(free), healthy.min(spare)));
        let protected =
            count(self.tasks.values().filter(|task| is_extra(task) && task.is_protected(self.now)));
        let blocked = (count(victims.iter()) < surplus && protected > 0).then_some((id, protected));
        self.stop(&victims, &Reason::Scaling);
        blocked
    }

    /// So many of these tasks that are not healthy, those that have not run first.
    fn unhealthiest(&self, most: u32, which: impl Fn(&Task) -> bool) -> Vec<String> {
        let free = |task: &&Task| which(task) && !task.healthy && !task.is_protected(self.now);
        let mut tasks: Vec<&Task> = self.tasks.values().filter(free).collect();
        tasks.sort_by_key(|task| (task.status, !task.unhealthy, std::cmp::Reverse(task.number)));
        tasks.iter().take(most as usize).map(|task| task.id.clone()).collect()
    }

    /// Stops what older deployments have, as far as the lower bound allows. Answers how many of them are protected.
    fn stop_old(&mut self) -> Blocked {
        if self.deployments.first()?.rollout_state == RolloutState::Failed {
            // Without a rollback all stays as it is.
            return None;
        }
        let tally = self.tally();
        let served = tally.of(0).healthy >= self.spec.desired_count;
        let lacks_room = self.goal(0) > tally.of(0).lasting() && self.room(0, &tally) == 0;
        let staged = self.is_staged();
        let retired: Vec<&str> = (1..self.deployments.len())
            .filter(|index| !staged || self.goal(*index) == 0)
            .map(|index| self.deployments[index].id.as_str())
            .collect();
        let is_old = |task: &Task| task.is_live() && retired.contains(&task.deployment.as_str());
        let first_new = self.progress.as_ref().map_or(u64::MAX, |progress| progress.first_task);
        let is_useless = |task: &Task| {
            let half_started = !task.was_healthy && task.number < first_new;
            is_old(task) && (half_started || served || lacks_room || staged || self.is_restoring())
        };
        let mut victims = self.unhealthiest(u32::MAX, is_useless);
        let spare = tally.healthy.saturating_sub(self.bounds().min_running);
        let free = |task: &&Task| is_old(task) && task.healthy && !task.is_protected(self.now);
        victims.extend(most_crowded(self.tasks.values().filter(free), spare));
        let protected =
            self.tasks.values().filter(|task| served && is_old(task) && task.is_protected(self.now));
        let protected: Vec<_> = protected.map(|task| task.deployment.clone()).collect();
        self.retire(&victims);
        self.say_stuck(&tally, lacks_room);
        Some((protected.first()?.clone(), count(protected.iter())))
    }

    /// Stops tasks of old deployments, which then are to have fewer.
    fn retire(&mut self, victims: &[String]) {
        for victim in victims.iter().filter_map(|id| self.tasks.get(id)).filter(|task| task.was_healthy) {
            if let Some(old) = self.deployments.iter_mut().find(|old| old.id == victim.deployment) {
                old.desired_count = old.desired_count.saturating_sub(1);
            }
        }
        self.stop(victims, &Reason::Scaling);
    }

    pub(super) fn is_restoring(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.restoring)
    }

    /// Says, each time that the number changes, how many protected tasks could not be stopped.
    fn say_protected(&mut self, blocked: Blocked) {
        let said = blocked.as_ref().map_or(0, |(_, protected)| *protected);
        if let Some((owner, protected)) = blocked.filter(|_| said != self.said_protected) {
            self.say(&format!(
                "was unable to reach steady state because (taskSet {owner}) was unable to scale in due to (reason \
                 {protected} tasks under protection)"
            ));
        }
        self.said_protected = said;
    }

    /// Says once that the bounds leave a deployment no room at all.
    fn say_stuck(&mut self, tally: &Tally, lacks_room: bool) {
        let can_progress = self.bounds().can_progress(self.spec.desired_count);
        let Some(progress) = self.progress.as_mut().filter(|progress| !progress.said_stuck) else { return };
        if lacks_room && !can_progress && tally.stopping == 0 && tally.live == tally.healthy {
            progress.said_stuck = true;
            self.say(
                "was unable to stop or start tasks during a deployment because of the service deployment \
                 configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
            );
        }
    }
}
