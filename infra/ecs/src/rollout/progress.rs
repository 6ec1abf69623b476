//! What drives the service deployment that is under way.

use super::{Moment, Revision, Strategy};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What drives the service deployment that is under way.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    /// Its stages decide, not the bounds: blue/green, linear and canary.
    pub(super) staged: bool,
    /// It has failed, and the deployment before it comes back.
    pub(super) restoring: bool,
    /// The deployment that serves in the meantime.
    pub(super) source: Option<String>,
    /// What it deploys.
    pub(super) target: Arc<Revision>,
    /// The first task that it can have started.
    pub(super) first_task: u64,
    /// Whether one of its tasks has run.
    pub(super) has_run: bool,
    /// Alarms that were in ALARM at its start.
    pub(super) ignored_alarms: BTreeSet<String>,
    /// Since when all is as it is to be in the end.
    pub(super) ready_since: Option<Moment>,
    /// When its stage began.
    pub(super) entered: Moment,
    /// The target's part of the production traffic after each shift, in tenths of a percent.
    pub(super) shifts: Vec<u32>,
    /// How many shifts have been made.
    pub(super) shifted: usize,
    /// Whether the tests' traffic has moved.
    pub(super) test_shifted: bool,
    /// Whether it has said that its bounds leave it no room.
    pub(super) said_stuck: bool,
}

impl Progress {
    pub(super) fn new(
        source: Option<String>,
        target: Arc<Revision>,
        first_task: u64,
        ignored_alarms: BTreeSet<String>,
        now: Moment,
    ) -> Self {
        let strategy = target.spec.strategy;
        Self {
            staged: strategy != Strategy::Rolling,
            restoring: false,
            shifts: shifts(strategy, source.is_some()),
            source,
            target,
            first_task,
            has_run: false,
            ignored_alarms,
            ready_since: None,
            entered: now,
            shifted: 0,
            test_shifted: false,
            said_stuck: false,
        }
    }
}

/// The target's share after each shift, in tenths of a percent. Without a source there is nobody to share with.
fn shifts(strategy: Strategy, has_source: bool) -> Vec<u32> {
    // Rounds; what is not a number counts as 0.
    let tenths = |percent: f64| (percent * 10.0).round().clamp(0.0, 1000.0) as u32;
    match strategy {
        Strategy::Linear { step, .. } if has_source => {
            let step = tenths(step).max(1);
            (1..).map(|times| step * times).take_while(|reached| *reached < 1000).chain([1000]).collect()
        }
        Strategy::Canary { percent, .. } if has_source && (1..1000).contains(&tenths(percent)) => {
            vec![tenths(percent), 1000]
        }
        _ => vec![1000],
    }
}
