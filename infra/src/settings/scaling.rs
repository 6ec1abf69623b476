//! The settings of a service's autoscaler.

use super::range::{Allowed, MOST, Range};
use super::texts::{SCHEDULE, SCHEDULE_NAME, TIME_ZONE};
use Allowed::{Flag, List, Number, Optional, Section, Text};
use serde::{Deserialize, Serialize};

/// Who changes the number of an app's tasks. While this is on, a deploy does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScalingSettings {
    /// Whether Application Auto Scaling does.
    pub enabled: bool,
    /// The fewest tasks, at most `desired_count`. With `--set`, what is given of the three moves what is not.
    pub min_tasks: u32,
    /// The most tasks, at least `desired_count`.
    pub max_tasks: u32,
    /// The average CPU to keep, in percent of what the tasks have.
    pub cpu_percent: Option<u32>,
    /// The average memory to keep, in percent of what the tasks have.
    pub memory_percent: Option<u32>,
    /// The requests to keep for each task in a minute.
    pub requests_per_task: Option<u32>,
    /// Seconds after tasks were added until more may be.
    pub scale_out_cooldown_seconds: u32,
    /// Seconds after tasks were removed until more may be.
    pub scale_in_cooldown_seconds: u32,
    /// Other limits at certain times.
    pub schedule: Vec<Schedule>,
}

const TARGET: &str = "RegisterScalableTarget, Application Auto Scaling API Reference";
const TRACKING: &str = "TargetTrackingScalingPolicyConfiguration, Application Auto Scaling API Reference";
const SCHEDULED: &str = "PutScheduledAction, Application Auto Scaling API Reference";

impl ScalingSettings {
    pub(super) const RANGES: &'static [Range] = &[
        Range::new("enabled", Flag, ""),
        Range::new("min_tasks", Number(0, MOST), TARGET),
        Range::new("max_tasks", Number(0, MOST), TARGET),
        Range::new("cpu_percent", Optional(&Number(1, 100)), TRACKING),
        Range::new("memory_percent", Optional(&Number(1, 100)), TRACKING),
        Range::new("requests_per_task", Optional(&Number(1, MOST)), TRACKING),
        Range::new("scale_out_cooldown_seconds", Number(0, MOST), TRACKING),
        Range::new("scale_in_cooldown_seconds", Number(0, MOST), TRACKING),
        Range::new("schedule", List(&Section(Schedule::RANGES), 200), SCHEDULED),
    ];
}

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
        Range::new("name", Text(&SCHEDULE_NAME), SCHEDULED),
        Range::new("at", Text(&SCHEDULE), SCHEDULED),
        Range::new("timezone", Optional(&Text(&TIME_ZONE)), SCHEDULED),
        Range::new("min_tasks", Number(0, MOST), SCHEDULED),
        Range::new("max_tasks", Number(0, MOST), SCHEDULED),
    ];
}

impl ScalingSettings {
    /// The tutorial's example: tasks come and go to keep their CPU near 70 percent.
    pub fn between(min_tasks: u32, max_tasks: u32) -> Self {
        Self {
            enabled: true,
            min_tasks,
            max_tasks,
            cpu_percent: Some(70),
            memory_percent: None,
            requests_per_task: None,
            scale_out_cooldown_seconds: 60,
            scale_in_cooldown_seconds: 300,
            schedule: Vec::new(),
        }
    }
}
