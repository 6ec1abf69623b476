//! When a rollout has failed so often in the same way that waiting is no use.

use super::Cause;
use std::time::Duration;

/// What a task that gets this old has at least started.
const YOUNG: Duration = Duration::from_secs(10);
/// So long a hopeless cause is given to be a mistake of the moment.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many deaths are no accident.
const ENOUGH: usize = 3;

/// A task's death: when, counted from the deployment's begin, of what, and how long the task had run.
pub type Death = (Duration, Cause, Option<Duration>);

/// What a deployment is to be given up for, if for anything.
///
/// For a hopeless cause at the third death of it, or at a later one after a minute. For another cause when three or more
/// tasks have died, all of the same within ten seconds.
pub fn gives_up(deaths: &[Death]) -> Option<&Cause> {
    deaths.iter().map(|(_, cause, _)| cause).find(|cause| {
        let same: Vec<_> = deaths.iter().filter(|(_, other, _)| cause.is_same_as(other)).collect();
        if cause.hopeless {
            let times = || same.iter().map(|(at, ..)| *at);
            let spread = times().max().unwrap_or_default() - times().min().unwrap_or_default();
            return same.len() >= ENOUGH || (same.len() >= 2 && spread >= PATIENCE);
        }
        let all_young = same.iter().all(|(.., ran)| ran.is_some_and(|ran| ran <= YOUNG));
        same.len() == deaths.len() && same.len() >= ENOUGH && all_young
    })
}

impl Cause {
    /// Whether both are the same death: what a log says last may differ in a number.
    pub fn is_same_as(&self, other: &Self) -> bool {
        (self.name, self.exit_code) == (other.name, other.exit_code)
    }
}
