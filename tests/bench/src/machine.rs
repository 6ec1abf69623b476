//! The machine that a run was made on.

use std::fs;

use anyhow::bail;
use time::OffsetDateTime;
use time::macros::format_description;

/// What a reader must know to compare.
#[derive(Debug)]
pub struct Machine {
    /// How many CPUs there are.
    pub cores: usize,
    /// What they are called.
    pub processor: String,
    /// The kernel's release.
    pub kernel: String,
    /// The day.
    pub date: String,
    /// How many programs wanted to run before this one did, as an average over a minute.
    pub load_before: f64,
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
            load_before: read("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|load| load.parse().ok())
                .unwrap_or_default(),
        }
    }

    /// What is written down was not measured beside other work.
    pub fn require_idle(&self) -> anyhow::Result<()> {
        if self.load_before > self.cores as f64 {
            bail!(
                "the load average is {} on {} cores, too busy to record numbers: end what else runs, wait a minute (an image's \
                 build counts too) and run this again, or leave out --record",
                self.load_before,
                self.cores
            );
        }
        Ok(())
    }

    /// In one line.
    pub fn line(&self) -> String {
        let Self { cores, processor, kernel, date, load_before } = self;
        format!(
            "{cores} cores ({processor}), Linux {kernel}, {date}; load average before the run {load_before:.2}"
        )
    }
}
