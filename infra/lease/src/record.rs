//! What a lease says: who holds the stack or held it last. How old it is, S3 says by its own clock: those of two machines may
//! differ.

use crate::holder::Holder;
use boot_time::Instant;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display, Formatter};
use std::time::Duration;

/// S3 gives times in whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);

/// The lease as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Who holds it, or held it last.
    #[serde(flatten)]
    pub holder: Holder,
    /// For how many seconds after it was written it is held, unless it is renewed.
    #[serde(default = "a_minute")]
    pub lasts_seconds: u64,
    /// How often its holder had tried to renew it, which makes each of its versions another one.
    #[serde(default)]
    pub renewals: u64,
    /// Whether it was given back.
    #[serde(default)]
    pub is_released: bool,
    /// The ARNs of listeners and rules, which the next run asks about at once instead of finding them first. Nothing relies
    /// on their being right.
    #[serde(default)]
    pub arns: Vec<String>,
}

impl Record {
    fn lasts(&self) -> Duration {
        Duration::from_secs(self.lasts_seconds)
    }
}

/// How long one lasts that does not say it.
fn a_minute() -> u64 {
    60
}

/// The lease as it was read.
#[derive(Clone, Debug, Default)]
pub struct LeaseSnapshot {
    /// What it says; nothing where no run of the stack ever held one.
    pub record: Option<Record>,
    /// Whether its bucket is there.
    pub has_bucket: bool,
    /// How old the record was, and when that was.
    pub(crate) age: Option<(Duration, Instant)>,
    pub(crate) etag: Option<String>,
}

/// Another run that holds the lease.
#[derive(Debug)]
pub struct HeldBy<'a> {
    holder: &'a Holder,
    left: Duration,
}

impl Display for HeldBy<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { holder, left } = self;
        write!(formatter, "{holder} and holds it for {} s more, unless it renews that", left.as_secs())
    }
}

impl LeaseSnapshot {
    /// Whether another run holds it: who that is.
    pub fn held_by_another(&self) -> Option<HeldBy<'_>> {
        let record = self.record.as_ref().filter(|record| !record.is_released)?;
        let (holder, age) = (&record.holder, self.age());
        let is_over = age > record.lasts() + ROUNDING || holder.has_ended_here() || holder.is_this();
        (!is_over).then(|| HeldBy { holder, left: (record.lasts() + ROUNDING).saturating_sub(age) })
    }

    /// Whether this very run holds it.
    pub fn is_held_by_this(&self) -> bool {
        self.record.as_ref().is_some_and(|record| !record.is_released && record.holder.is_this())
    }

    /// Whether no run can have written since a look at the stack began: the last one gave the lease back before that, or its
    /// time was over. Of one that has died since it last renewed the lease, a write may still be on its way.
    pub fn was_quiet_since(&self, began: Instant) -> bool {
        self.record.as_ref().is_none_or(|record| {
            let held_for = if record.is_released { Duration::ZERO } else { record.lasts() };
            self.age() > held_for + began.elapsed() + ROUNDING
        })
    }

    fn age(&self) -> Duration {
        self.age.map(|(age, seen)| age + seen.elapsed()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::holder::Process;

    /// A lease of ten seconds of another machine, whose clock is far ahead, so many seconds after it was written.
    fn after(seconds: u64) -> LeaseSnapshot {
        let process = Process { boot: "another".to_owned(), id: 1, ..Holder::this("deploy").process };
        let run = "another".to_owned();
        let holder = Holder { since: u64::MAX, run, process, ..Holder::this("deploy") };
        let record = Record { holder, lasts_seconds: 10, renewals: 0, is_released: false, arns: Vec::new() };
        let age = Some((Duration::from_secs(seconds), Instant::now()));
        LeaseSnapshot { record: Some(record), has_bucket: true, age, ..LeaseSnapshot::default() }
    }

    fn released(mut seen: LeaseSnapshot) -> LeaseSnapshot {
        seen.record.iter_mut().for_each(|record| record.is_released = true);
        seen
    }

    #[test]
    fn a_lease_is_over_when_it_is_older_than_it_lasts_by_the_clock_of_s3() {
        for (age, is_held) in [(0, true), (10, true), (12, false)] {
            assert_eq!(after(age).held_by_another().is_some(), is_held, "{age}");
        }
        assert!(released(after(0)).held_by_another().is_none());
    }

    #[test]
    fn who_may_write_until_a_moment_ago_makes_a_look_at_the_stack_a_doubtful_one() {
        let now = Instant::now();
        for (seen, was_quiet) in [
            (after(11), false),
            (after(13), true),
            (released(after(1)), false),
            (released(after(3)), true),
            (LeaseSnapshot::default(), true),
        ] {
            assert_eq!(seen.was_quiet_since(now), was_quiet, "{seen:?}");
        }
    }
}
