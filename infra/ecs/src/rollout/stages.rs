//! The stages of blue/green, linear and canary deployments.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html>,
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/canary-deployment.html>,
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-linear.html>

use super::failure::Cause;
use super::{Bounds, Moment, Service, ServiceSpec, Stage, Strategy, Task};
use std::time::Duration;

/// So long a stage may wait for tasks.
const LONGEST_STAGE: Duration = Duration::from_secs(24 * 3600);

impl Service {
    /// Goes on through the stages as far as they let it.
    pub(super) fn advance(&mut self) {
        while let Some(stage) = self.stage() {
            // A hook's end may have given the deployment up.
            if self.is_held() || self.stage().is_none() {
                return;
            }
            if !self.is_stage_done(stage) {
                if self.stage_expires().is_some_and(|expires| expires <= self.now) {
                    self.fail(&Cause::StageTimedOut(stage));
                }
                return;
            }
            match self.stage_after(stage) {
                Some(next) => self.enter(next),
                None => return self.complete(),
            }
        }
    }

    /// The stage of the deployment under way, while it goes forward.
    pub(super) fn stage(&self) -> Option<Stage> {
        self.progress.as_ref().filter(|progress| progress.staged && !progress.restoring)?;
        self.service_deployments.first()?.stage
    }

    /// Begins a stage: what it does is done at once, then its hooks hold it.
    pub(super) fn enter(&mut self, stage: Stage) {
        let now = self.now;
        self.changed = true;
        let Some(progress) = &mut self.progress else { return };
        progress.entered = now;
        progress.ready_since = None;
        if stage == Stage::TestTrafficShift {
            progress.test_shifted =
                progress.target.spec.load_balancers.iter().any(|to| to.test_rule.is_some());
        }
        let mut share = None;
        if stage == Stage::ProductionTrafficShift {
            share = progress.shifts.get(progress.shifted).copied();
            progress.shifted += 1;
        }
        let has_source = progress.source.is_some();
        let test_shifts = stage == Stage::TestTrafficShift && progress.test_shifted;
        if let Some(deployment) = self.service_deployments.first_mut() {
            deployment.stage = Some(stage);
            deployment.entered.push(stage);
            deployment.updated = now;
        }
        if stage == Stage::ReconcileService && has_source {
            // The superseded deployment may have moved some of the traffic.
            self.shift_production(0);
            self.shift_test(0);
        }
        if let Some(share) = share {
            self.shift_production(share);
        }
        if test_shifts {
            self.shift_test(1000);
        }
        self.open_hooks(stage);
    }

    fn is_stage_done(&mut self, stage: Stage) -> bool {
        match stage {
            Stage::ReconcileService => self.is_reconciled(),
            Stage::ScaleUp => self.tally().of(0).is_full(self.spec.desired_count),
            Stage::ProductionTrafficShift | Stage::BakeTime => {
                self.baked().is_none_or(|baked| baked <= self.now)
            }
            Stage::CleanUp => self.is_clean(),
            _ => true,
        }
    }

    /// When the stage's wait is over.
    pub(super) fn baked(&self) -> Option<Moment> {
        let progress = self.progress.as_ref()?;
        let last = progress.shifted >= progress.shifts.len();
        let wait = match (self.stage()?, progress.target.spec.strategy) {
            (Stage::ProductionTrafficShift, Strategy::Linear { step_bake, .. }) if !last => step_bake,
            (Stage::ProductionTrafficShift, Strategy::Canary { canary_bake, .. }) if !last => canary_bake,
            (
                Stage::BakeTime,
                Strategy::BlueGreen { bake } | Strategy::Linear { bake, .. } | Strategy::Canary { bake, .. },
            ) => bake,
            _ => return None,
        };
        Some(progress.entered + wait)
    }

    /// When a stage that waits for tasks has waited too long. The last one can't fail any more.
    pub(super) fn stage_expires(&self) -> Option<Moment> {
        let waits = matches!(self.stage()?, Stage::ReconcileService | Stage::ScaleUp);
        let progress = self.progress.as_ref().filter(|_| waits)?;
        Some(progress.entered + LONGEST_STAGE)
    }

    fn stage_after(&self, stage: Stage) -> Option<Stage> {
        let progress = self.progress.as_ref()?;
        if stage == Stage::ProductionTrafficShift && progress.shifted < progress.shifts.len() {
            return Some(Stage::PreProductionTrafficShift);
        }
        let at = Stage::ALL.iter().position(|candidate| *candidate == stage)?;
        Stage::ALL.get(at + 1).copied()
    }

    /// Nothing is left but the source; if that lacks tasks, they come while the target starts. If it does not serve, what serves
    /// by chance may do so until the target does; so may what can't be stopped, as too few would be left.
    fn is_reconciled(&self) -> bool {
        let source = self.progress.as_ref().and_then(|progress| progress.source.as_ref());
        let is_source = |task: &Task| Some(&task.deployment) == source;
        let serves = self.tasks.values().any(|task| is_source(task) && task.healthy);
        let ServiceSpec { desired_count, minimum_healthy_percent, maximum_percent, .. } = self.spec;
        let least = Bounds::new(desired_count, minimum_healthy_percent, maximum_percent).min_running;
        let needed = self.count(|task| task.healthy) <= least;
        let may_stay = |task: &Task| (!serves || needed) && (task.healthy || task.is_protected(self.now));
        self.tasks.values().all(|task| is_source(task) || may_stay(task))
    }

    /// The old tasks are gone, and the time that ECS takes to see it is over.
    fn is_clean(&mut self) -> bool {
        let Some(primary) = self.deployments.first() else { return false };
        let clean = self.tasks.values().all(|task| task.deployment == primary.id);
        let (now, completion) = (self.now, self.timings.completion);
        let Some(progress) = self.progress.as_mut().filter(|_| clean) else { return false };
        *progress.ready_since.get_or_insert(now) + completion <= now
    }
}
