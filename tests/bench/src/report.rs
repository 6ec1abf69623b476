//! What a run found out.

use std::fmt;
use std::time::{Duration, Instant};

use crate::client::Failures;
use crate::load::Measured;
use crate::machine::Machine;
use crate::memory::MemoryUse;
use crate::processes::{self, Group};
use crate::run::Options;
use crate::s3::stats::Stats;
use crate::scenario::{Scenario, Target};

/// A whole run.
pub struct Report<'a> {
    /// What was asked for.
    pub options: &'a Options,
    /// Where it ran.
    pub machine: Machine,
    /// The apps' images.
    pub images: Vec<ImageFacts>,
    /// Requests for a fixed time.
    pub loads: Vec<Load>,
    /// Many large uploads at once.
    pub memory: Vec<MemoryUse>,
}

/// An image and how fast it starts.
pub struct ImageFacts {
    /// Whose.
    pub target: Target,
    /// Its size.
    pub bytes: u64,
    /// From `docker start` to the first health check that passed.
    pub start_ms: Vec<f64>,
    /// The part of each that came after the engine saw the app's process run.
    pub own_start_ms: Vec<f64>,
}

/// One kind of request to one target, in several rounds.
pub struct Load {
    /// What was sent.
    pub scenario: Scenario,
    /// Who answered.
    pub target: Target,
    /// What came of it.
    pub rounds: Vec<Round>,
    /// What happened instead of a right answer.
    pub failures: Failures,
}

/// What one round measured; CPU time is in microseconds for each right answer.
#[derive(Clone, Debug)]
pub struct Round {
    /// Right answers per second.
    pub per_second: f64,
    /// 99 of 100 came within this.
    pub p99_ms: f64,
    /// CPU time of the app or nginx.
    pub server_us: f64,
    /// CPU time of the S3 stand-in.
    pub s3_us: f64,
    /// CPU time of this program, which sends the requests.
    pub sender_us: f64,
    /// How many cores everything else on this machine kept busy.
    pub others: f64,
    /// Calls to S3 for each right answer, by operation.
    pub s3_calls: Vec<(String, f64)>,
}

/// A number of each round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// The accounts at one moment.
pub struct Accounts {
    server: Duration,
    s3: Duration,
    sender: Duration,
    machine: Duration,
    at: Instant,
    calls: Stats,
}

impl Load {
    /// One before its first round.
    pub fn new(scenario: Scenario, target: Target) -> Self {
        Self { scenario, target, rounds: Vec::new(), failures: Failures::new() }
    }

    /// Adds a round.
    pub fn add(&mut self, round: Round, failures: Failures) {
        self.rounds.push(round);
        for (failure, count) in failures {
            *self.failures.entry(failure).or_default() += count;
        }
    }

    /// A number of all rounds.
    pub fn spread(&self, of: impl Fn(&Round) -> f64) -> Spread {
        Spread::of(self.rounds.iter().map(of))
    }
}

impl Round {
    /// Turns counts into rates.
    pub fn new(measured: &Measured<Accounts>) -> Self {
        let [first, last] = &measured.probes;
        let requests = measured.latencies.len();
        let each = |total: f64| total / requests.max(1) as f64;
        let used = |of: fn(&Accounts) -> Duration| of(last).saturating_sub(of(first)).as_secs_f64();
        let us_each = |of: fn(&Accounts) -> Duration| each(used(of) * 1e6);
        let seconds = (last.at - first.at).as_secs_f64();
        let others = used(|at| at.machine) - used(|at| at.server) - used(|at| at.s3) - used(|at| at.sender);
        let p99 = measured.latencies.get(requests * 99 / 100).copied().unwrap_or_default();
        let calls = last.calls.since(&first.calls).calls.into_iter();
        Self {
            per_second: requests as f64 / seconds,
            p99_ms: p99.as_secs_f64() * 1e3,
            server_us: us_each(|at| at.server),
            s3_us: us_each(|at| at.s3),
            sender_us: us_each(|at| at.sender),
            others: others.max(0.0) / seconds,
            s3_calls: calls.map(|(operation, calls)| (operation, each(calls as f64))).collect(),
        }
    }
}

impl Spread {
    /// Of these numbers; of none it is zero.
    pub fn of(numbers: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<_> = numbers.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
        Self { median: at(sorted.len() / 2), min: at(0), max: at(sorted.len().saturating_sub(1)) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} ({:.0}..{:.0})", self.median, self.min, self.max)
    }
}

impl Accounts {
    /// Reads all of them.
    pub fn read(server: &Group, s3: &Group, calls: Stats) -> anyhow::Result<Self> {
        Ok(Self {
            server: server.cpu()?,
            s3: s3.cpu()?,
            sender: Group::this().cpu()?,
            machine: processes::cpu_of_machine()?,
            at: Instant::now(),
            calls,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(seconds: u64, server: u64, machine: u64) -> Accounts {
        let [server, machine, s3, sender] =
            [server, machine, seconds / 10, seconds / 10].map(Duration::from_secs);
        let at = Instant::now() + Duration::from_secs(seconds);
        Accounts { server, s3, sender, machine, at, calls: Stats::default() }
    }

    #[test]
    fn a_round_divides_what_was_used_by_right_answers() {
        let probes = [accounts(0, 5, 100), accounts(10, 15, 118)];
        let latencies = (1..=1000).map(Duration::from_millis).collect();
        let round = Round::new(&Measured { latencies, failures: Failures::new(), probes });
        let near = |value: f64, expected: f64| (value - expected).abs() < 0.001 * expected;
        assert!(near(round.per_second, 100.0) && near(round.p99_ms, 991.0), "{round:?}");
        assert!(near(round.server_us, 10_000.0) && near(round.s3_us, 1000.0), "{round:?}");
        assert!(near(round.others, 0.6), "{round:?}");
    }

    #[test]
    fn a_spread_has_a_middle_and_two_ends() {
        assert_eq!(Spread::of([9.0, 1.0, 2.4].into_iter()).to_string(), "2 (1..9)");
        assert_eq!(Spread::of(std::iter::empty()), Spread { median: 0.0, min: 0.0, max: 0.0 });
    }
}
