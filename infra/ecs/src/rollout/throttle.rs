//! How long a deployment waits after tasks that could not start.

use super::{Moment, Timings};

/// Grows with each failure, and ends with the first task that runs.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Throttle {
    failures: u32,
    until: Option<Moment>,
}

/// Public records of three failures in a row have no event of a throttle yet.
const SAYS_SO_AFTER: u32 = 4;

impl Throttle {
    /// A task could not start. Whether that has to be said now.
    pub(super) fn fail(&mut self, now: Moment, timings: &Timings) -> bool {
        if self.holds(now) {
            // Tasks that were started together fail together.
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        let doubled = timings.first_retry.saturating_mul(1_u32 << (self.failures - 1).min(16));
        self.until = Some(now + doubled.min(timings.longest_retry));
        self.failures == SAYS_SO_AFTER
    }

    /// Whether nothing may be started now.
    pub(super) fn holds(&self, now: Moment) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// When it ends.
    pub(super) const fn until(&self) -> Option<Moment> {
        self.until
    }
}
