//! The machine that a run was made on.

use std::fs;

use serde::Serialize;
use time::OffsetDateTime;
use time::macros::format_description;

/// What a reader must know to compare.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// How many CPUs there are.
    pub cores: usize,
    /// What they are called.
    pub processor: String,
    /// The kernel's release.
    pub kernel: String,
    /// The day.
    pub date: String,
    /// How busy it was before the run, over a minute.
    pub load_before: String,
}

impl Machine {
    /// This one, now.
    pub fn this() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let processor = read("/proc/cpuinfo");
        let processor = processor.lines().find_map(|line| line.strip_prefix("model name"));
        let date = OffsetDateTime::now_utc().format(format_description!("[year]-[month]-[day]"));
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor.unwrap_or_default().trim_start_matches([' ', '\t', ':']).to_owned(),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            date: date.unwrap_or_default(),
            load_before: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
        }
    }

    /// In one line.
    pub fn line(&self) -> String {
        let Self { cores, processor, kernel, date, load_before } = self;
        format!(
            "{cores} cores ({processor}), Linux {kernel}, {date}; load average before the run {load_before}"
        )
    }
}
