//! Connections that send one request after the other for a fixed time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::task::JoinSet;

use crate::client::{Client, Failures};
use crate::scenario::Request;

/// How to send.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// How many requests are in flight at a time.
    pub connections: usize,
    /// Answers in this time do not count.
    pub warm_up: Duration,
    /// Answers in this time do.
    pub measured: Duration,
}

/// What came of it within the window.
pub struct Measured<S> {
    /// From the request's start, connecting included, to the answer's last byte; of right answers, the shortest first.
    pub latencies: Vec<Duration>,
    /// What happened instead of a right answer.
    pub failures: Failures,
    /// What the probe said when the window began and ended.
    pub probes: [S; 2],
}

/// One connection's share.
#[derive(Default)]
struct Share {
    latencies: Vec<Duration>,
    failures: Failures,
}

/// Sends a request over so many connections; the probe is called when the window begins and ends.
pub async fn run<S>(
    request: &Arc<Request>,
    window: Window,
    probe: impl AsyncFn() -> anyhow::Result<S>,
) -> anyhow::Result<Measured<S>> {
    let started = Instant::now();
    let bounds = [started + window.warm_up, started + window.warm_up + window.measured];
    let mut workers = JoinSet::new();
    for _ in 0..window.connections {
        workers.spawn(work(Arc::clone(request), bounds));
    }
    tokio::time::sleep_until(bounds[0].into()).await;
    let first = probe().await?;
    tokio::time::sleep_until(bounds[1].into()).await;
    let probes = [first, probe().await?];
    let mut all = Share::default();
    while let Some(share) = workers.join_next().await {
        let share = share.context("a connection's task failed")?;
        all.latencies.extend(share.latencies);
        for (failure, count) in share.failures {
            *all.failures.entry(failure).or_default() += count;
        }
    }
    all.latencies.sort_unstable();
    Ok(Measured { latencies: all.latencies, failures: all.failures, probes })
}

/// Requests that are in flight at the end are finished, so that no server is left with a broken one, but not counted.
async fn work(request: Arc<Request>, [first, last]: [Instant; 2]) -> Share {
    let mut share = Share::default();
    let mut client = Client::default();
    loop {
        let started = Instant::now();
        if started >= last {
            return share;
        }
        let result = client.send(&request).await;
        let ended = Instant::now();
        let result = result.and_then(|answer| answer.check(&request));
        if result.is_err() {
            // A server that refuses at once would be asked a million times.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if ended < first || ended >= last {
            continue;
        }
        match result {
            Ok(()) => share.latencies.push(ended - started),
            Err(failure) => *share.failures.entry(failure).or_default() += 1,
        }
    }
}
