//! What a run found out, as it is written for machines.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::client::Failures;
use crate::load::Measured;
use crate::machine::Machine;
use crate::memory::MemoryUse;
use crate::processes;
use crate::s3::stats::Stats;
use crate::scenario::{Request, Scenario, Target};

/// A whole run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where it ran.
    pub machine: Machine,
    /// How to run it again.
    pub command: String,
    /// How long each combination was measured.
    pub seconds: f64,
    /// How long S3 waited before each answer.
    pub s3_latency_ms: u64,
    /// The apps' images.
    pub images: Vec<ImageFacts>,
    /// Requests for a fixed time.
    pub loads: Vec<Load>,
    /// Many large uploads at once.
    pub memory: Vec<MemoryUse>,
}

/// An image and how fast it starts.
#[derive(Debug, Serialize)]
pub struct ImageFacts {
    /// Whose.
    pub target: Target,
    /// Its name.
    pub image: String,
    /// Its size.
    pub bytes: u64,
    /// From `docker start` to the first health check that passed.
    pub start_ms: Vec<f64>,
    /// The part of each that came after the engine saw the app's process run.
    pub own_start_ms: Vec<f64>,
}

/// One combination of request, connections and target.
#[derive(Debug, Serialize)]
pub struct Load {
    /// What was sent.
    pub scenario: Scenario,
    /// How many connections sent it.
    pub connections: usize,
    /// Who answered.
    pub target: Target,
    /// Right answers.
    pub requests: u64,
    /// Right answers per second.
    pub per_second: f64,
    /// The images' bytes, or the page's, per second, in millions.
    pub megabytes_per_second: f64,
    /// Half of the right answers came within this.
    pub p50_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// All.
    pub max_ms: f64,
    /// What happened instead of a right answer.
    pub failures: Failures,
    /// Who used how much CPU.
    pub cores: Cores,
    /// Calls to S3 for each right answer.
    pub s3_calls: BTreeMap<String, f64>,
}

/// CPU time per second of the run.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cores {
    /// The app's container.
    pub app: f64,
    /// The S3 stand-in.
    pub s3: f64,
    /// This program: the requests' sender.
    pub sender: f64,
    /// Everything else on this machine.
    pub others: f64,
}

/// The accounts at one moment.
pub struct Accounts {
    /// The app's CPU time, if there is an app.
    pub app: Duration,
    /// The stand-in's.
    pub s3: Duration,
    /// This process's.
    pub sender: Duration,
    /// All CPUs'.
    pub machine: Duration,
    /// The moment.
    pub at: std::time::Instant,
    /// What S3 was asked.
    pub calls: Stats,
}

/// The value in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

impl Load {
    /// Turns counts into rates.
    pub fn new(
        (scenario, connections, target): (Scenario, usize, Target),
        request: &Request,
        measured: &Measured<Accounts>,
    ) -> Self {
        let requests = measured.latencies.len();
        let milliseconds = |quantile| {
            let microseconds = Duration::from_micros(measured.latencies.value_at_quantile(quantile));
            microseconds.as_secs_f64() * 1000.0
        };
        let bytes = match request.sent_bytes {
            0 => measured.received_bytes,
            each => each * requests,
        };
        let calls = measured.probes[1].calls.since(&measured.probes[0].calls);
        Self {
            scenario,
            connections,
            target,
            requests,
            per_second: requests as f64 / measured.seconds,
            megabytes_per_second: bytes as f64 / measured.seconds / 1e6,
            p50_ms: milliseconds(0.5),
            p99_ms: milliseconds(0.99),
            max_ms: milliseconds(1.0),
            failures: measured.failures.clone(),
            cores: Cores::between(&measured.probes),
            s3_calls: calls
                .calls
                .into_iter()
                .map(|(operation, calls)| (operation, calls as f64 / requests.max(1) as f64))
                .collect(),
        }
    }

    /// How many requests failed.
    pub fn failed(&self) -> u64 {
        self.failures.values().sum()
    }
}

impl Cores {
    fn between([first, last]: &[Accounts; 2]) -> Self {
        let seconds = (last.at - first.at).as_secs_f64();
        let cores =
            |of: fn(&Accounts) -> Duration| of(last).saturating_sub(of(first)).as_secs_f64() / seconds;
        let (app, s3, sender) = (cores(|all| all.app), cores(|all| all.s3), cores(|all| all.sender));
        let others = (cores(|all| all.machine) - app - s3 - sender).max(0.0);
        Self { app, s3, sender, others }
    }
}

impl Accounts {
    /// Reads all of them.
    pub fn read(app: Option<&processes::Group>, s3: u32, calls: Stats) -> anyhow::Result<Self> {
        Ok(Self {
            app: app.map_or(Ok(Duration::ZERO), processes::Group::cpu)?,
            s3: processes::cpu_of(s3)?,
            sender: processes::cpu_of(std::process::id())?,
            machine: processes::cpu_of_machine()?,
            at: std::time::Instant::now(),
            calls,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(seconds: u64, app: u64, machine: u64) -> Accounts {
        let [app, machine, s3, sender] = [app, machine, seconds / 10, seconds / 10].map(Duration::from_secs);
        let at = std::time::Instant::now() + Duration::from_secs(seconds);
        Accounts { app, s3, sender, machine, at, calls: Stats::default() }
    }

    #[test]
    fn shares_are_of_the_time_between() {
        let cores = Cores::between(&[accounts(0, 5, 100), accounts(10, 15, 118)]);
        let near = |value: f64, expected: f64| (value - expected).abs() < 0.001;
        assert!(near(cores.app, 1.0) && near(cores.s3, 0.1) && near(cores.others, 0.6), "{cores:?}");
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[]), None);
    }
}
