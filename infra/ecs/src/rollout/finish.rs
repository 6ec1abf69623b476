//! When a deployment is complete and a service steady; the counts that are shown.

use super::deployment::count;
use super::{LastStatus, RolloutState, Service};
use crate::service::RevisionCleanup;

impl Service {
    pub(super) fn finish(&mut self) {
        let in_progress =
            self.deployments.first().is_some_and(|it| it.rollout_state == RolloutState::InProgress);
        if in_progress && !self.is_staged() {
            self.finish_rolling();
        }
        self.forget_deployments();
        self.note_steady();
    }

    /// The deployment is complete when it has been as it is to be for as long as ECS takes to see it.
    fn finish_rolling(&mut self) {
        let (now, ready) = (self.now, self.is_ready());
        let wait = self.completion_wait();
        let Some(progress) = &mut self.progress else { return };
        if !ready {
            progress.ready_since = None;
        } else if *progress.ready_since.get_or_insert(now) + wait <= now {
            self.complete();
        }
    }

    pub(super) fn completion_wait(&self) -> std::time::Duration {
        let alarms = &self.spec.alarms;
        let watches =
            alarms.enable && !alarms.alarm_names.is_empty() && !self.is_restoring() && !self.is_staged();
        self.timings.completion + if watches { self.timings.alarm_bake } else { std::time::Duration::ZERO }
    }

    fn is_ready(&self) -> bool {
        let Some(primary) = self.deployments.first() else { return false };
        let part = self.tally().of(0);
        let desired = self.spec.desired_count;
        let gone = self.tasks.values().all(|task| task.deployment == primary.id);
        let early = self.spec.early_success.as_ref().filter(|early| early.enable && !self.is_restoring());
        if let Some(early) = early {
            let percent = u64::from(early.healthy_percent.unwrap_or(100).max(0).unsigned_abs());
            let enough = (u64::from(desired) * percent).div_ceil(100).max(1);
            let deferred = early.source_service_revision_cleanup == Some(RevisionCleanup::Deferred);
            if u64::from(part.healthy) >= enough && (deferred || gone) {
                return true;
            }
        }
        gone && part.is_full(desired)
    }

    /// Deployments without tasks are forgotten, but for the one that a rollback would restore.
    fn forget_deployments(&mut self) {
        let candidate = match self.deployments.first().map(|primary| primary.rollout_state) {
            Some(RolloutState::Completed) | None => None,
            _ => self.candidate(1).and_then(|index| self.deployments.get(index)).map(|old| old.id.clone()),
        };
        let source = self.progress.as_ref().and_then(|progress| progress.source.clone());
        let tasks = &self.tasks;
        let mut index = 0;
        self.deployments.retain(|old| {
            index += 1;
            let kept = Some(&old.id) == candidate.as_ref() || Some(&old.id) == source.as_ref();
            index == 1 || kept || tasks.values().any(|task| task.deployment == old.id)
        });
    }

    fn note_steady(&mut self) {
        let (now, again) = (self.now, self.timings.steady_again);
        let completed =
            self.deployments.first().is_some_and(|it| it.rollout_state == RolloutState::Completed);
        let tally = self.tally();
        let desired = self.spec.desired_count;
        let steady =
            completed && self.rebalance.is_none() && tally.live == desired && tally.of(0).is_full(desired);
        if !steady {
            self.steady_since = None;
        } else if self.steady_since.is_none_or(|since| since + again <= now) {
            self.steady_since = Some(now);
            self.changed = true;
            self.say("has reached a steady state.");
        }
    }

    /// Counts what is shown.
    pub(super) fn refresh(&mut self) {
        let tally = self.tally();
        let staged = self.is_staged();
        let goals: Vec<u32> = (0..self.deployments.len()).map(|index| self.goal(index)).collect();
        for (index, deployment) in self.deployments.iter_mut().enumerate() {
            let part = tally.of(index);
            deployment.running_count = part.running;
            deployment.pending_count = part.live - part.running;
            if index == 0 {
                deployment.desired_count = self.spec.desired_count;
            } else if staged {
                deployment.desired_count = goals.get(index).copied().unwrap_or_default();
            }
        }
        if self.progress.is_none() {
            return;
        }
        let Some(shown) = self.service_deployments.first_mut() else { return };
        for counts in shown.sources.iter_mut().chain([&mut shown.target]) {
            let of = || self.tasks.values().filter(|task| task.revision == counts.arn);
            let running = count(of().filter(|task| task.status == LastStatus::Running));
            let pending = count(of().filter(|task| task.status < LastStatus::Running));
            let owner = self.deployments.iter().find(|deployment| deployment.revision == counts.arn);
            let requested = owner.map_or(0, |deployment| deployment.desired_count);
            (counts.requested, counts.running, counts.pending) = (requested, running, pending);
        }
    }
}
