//! A clock that jumps from one event to the next.

use crate::rollout::{Event, Moment};
use std::collections::BTreeMap;
use std::time::Duration;

/// The time, and what will happen.
#[derive(Debug)]
pub(super) struct Clock {
    pub(super) now: Moment,
    queue: BTreeMap<(Moment, u64), Event>,
    queued: u64,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self { now: Moment::from_millis(0), queue: BTreeMap::new(), queued: 0 }
    }

    /// Has something happen after a while.
    pub(super) fn later(&mut self, wait: Duration, event: Event) {
        self.queued += 1;
        self.queue.insert((self.now + wait, self.queued), event);
    }

    /// When something happens next.
    pub(super) fn next(&self) -> Option<Moment> {
        self.queue.first_key_value().map(|((moment, _), _)| *moment)
    }

    /// Lets time pass until then; gives what happens, and that time has passed.
    pub(super) fn jump(&mut self, to: Moment) -> Vec<Event> {
        self.now = self.now.max(to);
        let later = self.queue.split_off(&(self.now, u64::MAX));
        let due = std::mem::replace(&mut self.queue, later).into_values();
        due.chain([Event::Tick]).collect()
    }
}
