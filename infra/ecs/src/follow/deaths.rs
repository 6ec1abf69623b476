//! The tasks that have died while a deployment is followed, and whether more of them would tell anything new.

use super::{Death, Observation};
use crate::diagnosis::{self, Cause, Expected, cause_of_stop, cause_of_target, gives_up};
use std::time::Duration;

/// What has died so far.
#[derive(Debug, Default)]
pub(super) struct Deaths {
    /// When each died, why, and how long it had run.
    all: Vec<diagnosis::Death>,
    /// Causes of what is no death.
    others: Vec<Cause>,
    /// Why a target was unhealthy, the last time that one was.
    of_target: Option<Cause>,
}

impl Deaths {
    /// The deaths that this look shows for the first time.
    pub(super) fn see(
        &mut self,
        observation: &Observation,
        expected: &Expected,
        now: Duration,
    ) -> Vec<Death> {
        let mut deaths = Vec::new();
        for task in &observation.stopped {
            // What the scheduler stops for its own ends is none.
            let Some(cause) = cause_of_stop(task, expected) else { continue };
            let of_target = self.of_target.clone().filter(|_| cause.is_failed_health_check());
            let cause = of_target.unwrap_or(cause);
            self.all.push((now, cause.clone(), task.ran_for));
            let times = self.all.iter().filter(|(_, it, _)| it.is_same_as(&cause)).count();
            deaths.push(Death { task: task.clone(), cause: Some(cause), times });
        }
        deaths
    }

    /// Why targets are not healthy, as far as that is new.
    pub(super) fn targets(&mut self, observation: &Observation, expected: &Expected) -> Vec<Cause> {
        let causes = observation.unhealthy.iter().filter_map(|target| cause_of_target(target, expected));
        let causes: Vec<_> = causes.collect();
        self.of_target = causes.last().cloned().or_else(|| self.of_target.take());
        causes.into_iter().filter(|cause| self.is_new(cause)).collect()
    }

    /// Notes a cause; whether it was not known yet.
    pub(super) fn is_new(&mut self, cause: &Cause) -> bool {
        let is_known = self.others.contains(cause) || self.all.iter().any(|(_, it, _)| it.is_same_as(cause));
        if !is_known {
            self.others.push(cause.clone());
        }
        !is_known
    }

    /// The cause that can't get better.
    pub(super) fn hopeless(&self) -> Option<Cause> {
        gives_up(&self.all).cloned()
    }

    /// The cause of most deaths; of the last event where none has died.
    pub(super) fn cause(&self) -> Option<&Cause> {
        let count = |cause: &Cause| self.all.iter().filter(|(_, it, _)| it.is_same_as(cause)).count();
        let most = self.all.iter().map(|(_, cause, _)| cause).max_by_key(|cause| count(cause));
        most.or(self.others.last())
    }
}
