//! Connections that send one request after the other for a fixed time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::client::{Client, Failures};
use crate::scenario::Request;

const LONGEST_MICROSECONDS: u64 = 120_000_000;
const DIGITS: u8 = 3;

/// How long to warm up and how long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Answers in this time do not count.
    pub warm_up: Duration,
    /// Answers in this time do.
    pub measured: Duration,
}

/// What came of it within the window.
pub struct Measured<S> {
    /// From the request's start, connecting included, to the answer's last byte; of right answers, in microseconds.
    pub latencies: Histogram<u64>,
    /// The answers' bytes.
    pub received_bytes: u64,
    /// What happened instead of a right answer.
    pub failures: Failures,
    /// How long the window really was.
    pub seconds: f64,
    /// What the probe said when the window began and ended.
    pub probes: [S; 2],
}

/// One connection's share.
struct Share {
    latencies: Histogram<u64>,
    received_bytes: u64,
    failures: Failures,
}

/// Sends a request over so many connections; the probe is called when the window begins and ends.
pub async fn run<S>(
    request: &Arc<Request>,
    connections: usize,
    window: Window,
    probe: impl AsyncFn() -> anyhow::Result<S>,
) -> anyhow::Result<Measured<S>> {
    let started = Instant::now();
    let bounds = [started + window.warm_up, started + window.warm_up + window.measured];
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        workers.spawn(work(Arc::clone(request), bounds));
    }
    tokio::time::sleep_until(bounds[0].into()).await;
    let first = probe().await?;
    tokio::time::sleep_until(bounds[1].into()).await;
    let probes = [first, probe().await?];
    let mut all = Share::new()?;
    while let Some(share) = workers.join_next().await {
        all.add(share.context("a connection's task failed")??)?;
    }
    let Share { latencies, received_bytes, failures } = all;
    let seconds = window.measured.as_secs_f64();
    Ok(Measured { latencies, received_bytes, failures, seconds, probes })
}

/// Requests that are in flight at the end are finished, so that no server is left with a broken one, but not counted.
async fn work(request: Arc<Request>, [first, last]: [Instant; 2]) -> anyhow::Result<Share> {
    let mut share = Share::new()?;
    let mut client = Client::default();
    loop {
        let started = Instant::now();
        if started >= last {
            return Ok(share);
        }
        let result = client.send(&request).await;
        let ended = Instant::now();
        let result = result.and_then(|answer| answer.check(&request).map(|()| answer.length));
        if result.is_err() {
            // A server that refuses at once would be asked a million times.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if ended < first || ended >= last {
            continue;
        }
        match result {
            Ok(length) => {
                let latency = u64::try_from((ended - started).as_micros()).unwrap_or(u64::MAX);
                share.latencies.saturating_record(latency);
                share.received_bytes += length;
            }
            Err(failure) => *share.failures.entry(failure).or_default() += 1,
        }
    }
}

impl Share {
    fn new() -> anyhow::Result<Self> {
        let latencies = Histogram::new_with_bounds(1, LONGEST_MICROSECONDS, DIGITS);
        let latencies = latencies.context("cannot make a histogram")?;
        Ok(Self { latencies, received_bytes: 0, failures: Failures::new() })
    }

    fn add(&mut self, other: Self) -> anyhow::Result<()> {
        self.latencies.add(other.latencies).context("cannot add histograms")?;
        self.received_bytes += other.received_bytes;
        for (failure, count) in other.failures {
            *self.failures.entry(failure).or_default() += count;
        }
        Ok(())
    }
}
