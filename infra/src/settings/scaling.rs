//! The settings of a service's autoscaler.

use super::range::{Allowed, MOST, Range, settings};
use super::texts::{SCHEDULE, SCHEDULE_NAME, TIME_ZONE};
use Allowed::{Flag, List, Number, Optional, Section, Text};
use serde::{Deserialize, Serialize};

settings! {
    /// Who changes the number of an app's tasks. While this is on, a deploy does not.
    pub struct ScalingSettings {
        /// Whether Application Auto Scaling does.
        enabled: bool = true, Flag, "";
        /// The fewest tasks, at most `desired_count`. What is given of the three moves what is not.
        min_tasks: u32 = 1, Number(0, MOST), TARGET;
        /// The most tasks, at least `desired_count`.
        max_tasks: u32 = 2, Number(0, MOST), TARGET;
        /// The average CPU to keep, in percent of what the tasks have.
        cpu_percent: Option<u32> = Some(70), Optional(&Number(1, 100)), TRACKING;
        /// The average memory to keep, in percent of what the tasks have.
        memory_percent: Option<u32> = None, Optional(&Number(1, 100)), TRACKING;
        /// The requests to keep for each task in a minute.
        requests_per_task: Option<u32> = None, Optional(&Number(1, MOST)), TRACKING;
        /// Seconds after tasks were added until more may be.
        scale_out_cooldown_seconds: u32 = 60, Number(0, MOST), TRACKING;
        /// Seconds after tasks were removed until more may be.
        scale_in_cooldown_seconds: u32 = 300, Number(0, MOST), TRACKING;
        /// Other limits at certain times.
        schedule: Vec<Schedule> = Vec::new(), List(&Section(Schedule::RANGES), 200), SCHEDULED;
    }
}

const TARGET: &str = "RegisterScalableTarget, Application Auto Scaling API Reference";
const TRACKING: &str = "TargetTrackingScalingPolicyConfiguration, Application Auto Scaling API Reference";
const SCHEDULED: &str = "PutScheduledAction, Application Auto Scaling API Reference";

/// Other limits from a certain time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its name, unique for the app.
    pub name: String,
    /// When: `cron(0 8 ? * MON-FRI *)`, `rate(1 day)` or `at(2027-01-01T00:00:00)`.
    pub at: String,
    /// The time zone, such as `Asia/Kolkata`; UTC if left out.
    #[serde(default)]
    pub timezone: Option<String>,
    /// The fewest tasks from then on.
    pub min_tasks: u32,
    /// The most tasks from then on.
    pub max_tasks: u32,
}

impl Schedule {
    const RANGES: &'static [Range] = &[
        Range::new("name", Text(&SCHEDULE_NAME), SCHEDULED, ""),
        Range::new("at", Text(&SCHEDULE), SCHEDULED, ""),
        Range::new("timezone", Optional(&Text(&TIME_ZONE)), SCHEDULED, ""),
        Range::new("min_tasks", Number(0, MOST), SCHEDULED, ""),
        Range::new("max_tasks", Number(0, MOST), SCHEDULED, ""),
    ];
}

impl ScalingSettings {
    /// The tutorial's example: tasks come and go to keep their CPU near 70 percent.
    pub fn between(min_tasks: u32, max_tasks: u32) -> Self {
        Self { min_tasks, max_tasks, ..Self::default() }
    }
}
