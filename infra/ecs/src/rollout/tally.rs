//! How many tasks there are, and how many there are to be.

use super::{Bounds, LastStatus, RolloutState, Service, Stage};

/// A service's tasks, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Starting or running, and not being stopped.
    pub(super) live: u32,
    /// Healthy ones of these.
    pub(super) healthy: u32,
    /// Being stopped.
    pub(super) stopping: u32,
    by_deployment: Vec<Part>,
}

/// A deployment's part of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Part {
    pub(super) live: u32,
    pub(super) running: u32,
    pub(super) healthy: u32,
    /// Live ones in whose place others have been started.
    pub(super) replaced: u32,
    pub(super) stopping: u32,
}

impl Tally {
    /// The part of the deployment at this index.
    pub(super) fn of(&self, index: usize) -> Part {
        self.by_deployment.get(index).copied().unwrap_or_default()
    }
}

impl Part {
    /// Whether it is what it is to be: no task is missing, starting, unhealthy or too many.
    pub(super) fn is_full(self, desired: u32) -> bool {
        self.live == desired && self.healthy == desired
    }

    /// How many tasks it will have when the replaced ones are gone.
    pub(super) fn lasting(self) -> u32 {
        self.live - self.replaced
    }
}

impl Service {
    pub(super) fn tally(&self) -> Tally {
        let mut tally =
            Tally { by_deployment: vec![Part::default(); self.deployments.len()], ..Tally::default() };
        for task in self.tasks.values() {
            let mut unlisted = Part::default();
            let index = self.deployments.iter().position(|deployment| deployment.id == task.deployment);
            let part = index.and_then(|index| tally.by_deployment.get_mut(index)).unwrap_or(&mut unlisted);
            if !task.is_live() {
                tally.stopping += 1;
                part.stopping += 1;
                continue;
            }
            tally.live += 1;
            part.live += 1;
            part.running += u32::from(task.status == LastStatus::Running);
            tally.healthy += u32::from(task.healthy);
            part.healthy += u32::from(task.healthy);
            part.replaced += u32::from(task.replaced_by.is_some());
        }
        tally
    }

    /// The bounds of what the service is to be now.
    pub(super) fn bounds(&self) -> Bounds {
        let spec = &self.spec;
        Bounds::new(spec.desired_count, spec.minimum_healthy_percent, spec.maximum_percent)
    }

    /// Whether stages decide how many tasks there are, and not the bounds.
    pub(super) fn is_staged(&self) -> bool {
        self.stage().is_some()
    }

    /// How many tasks a deployment is to have now.
    pub(super) fn goal(&self, index: usize) -> u32 {
        let desired = self.spec.desired_count;
        let Some(deployment) = self.deployments.get(index) else { return 0 };
        let is_source = || {
            let source = self.progress.as_ref().and_then(|progress| progress.source.as_ref());
            source == Some(&deployment.id)
        };
        match self.stage() {
            Some(stage) if index == 0 => {
                if stage < Stage::ScaleUp {
                    0
                } else {
                    desired
                }
            }
            Some(stage) => {
                if stage < Stage::CleanUp && is_source() {
                    desired
                } else {
                    0
                }
            }
            None if index == 0 => desired,
            None => deployment.desired_count,
        }
    }

    /// How many tasks of a deployment may be started now.
    pub(super) fn room(&self, index: usize, tally: &Tally) -> u32 {
        let bounds = self.bounds();
        if self.is_staged() {
            // Both revisions run in full: no batches.
            return bounds.max_running.max(self.spec.desired_count).saturating_sub(tally.of(index).live);
        }
        // Without room above, a new task needs what the stopped one still holds: its port, its memory.
        let stops_first = bounds.max_running <= self.spec.desired_count;
        let held = if stops_first { tally.stopping } else { 0 };
        bounds.max_running.saturating_sub(tally.live.saturating_add(held))
    }

    /// Whether tasks of a deployment may be started at all.
    pub(super) fn may_start(&self, index: usize) -> bool {
        self.deployments.get(index).is_some_and(|deployment| {
            deployment.rollout_state != RolloutState::Failed && !deployment.throttle.holds(self.now)
        })
    }
}
