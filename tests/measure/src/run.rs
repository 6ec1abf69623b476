//! The four runs, each against a moto of its own table of latencies.

use crate::{bound, latencies, process, round_trips};
use anyhow::Context;
use e2e::command::{Run, provider};
use e2e::containers;
use e2e::counting_proxy::{Call, CountingProxy, Latency};
use serde::Serialize;
use std::time::{Duration, Instant};

const REGION: &str = "eu-west-1";
/// Images that nobody has to build: the emulator starts no tasks.
const IMAGE: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/some@sha256:\
                     0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// A run that begins right after another one looks twice; people are not so fast.
const BETWEEN_RUNS: Duration = Duration::from_secs(13);
const CHANGE: &str = "web.memory_mib=3072";

/// What one run was like.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// Which run.
    pub name: &'static str,
    /// All its calls.
    pub calls: usize,
    /// Those that change something.
    pub writes: usize,
    /// How many calls came one after the other, all calls taking equally long.
    pub round_trips: usize,
    /// How many were under way at the same time.
    pub most_in_flight: usize,
    /// How long its calls took with AWS's latencies.
    pub milliseconds: u64,
    /// The least that its graph allows with these.
    pub bound_milliseconds: u64,
    /// The same with what every such run does around it: to look, to take the lease and to give it back.
    pub whole_bound_milliseconds: u64,
    /// The most memory that its process had resident.
    pub peak_memory_kib: u64,
}

/// Runs everything twice: once to count round trips, once with AWS's latencies.
///
/// # Errors
/// When a run fails.
pub async fn all(prints_calls: bool) -> anyhow::Result<Vec<Measured>> {
    let stack = bound::default_stack()?;
    let bounds = [
        (bound::of_first_deploy(&stack), bound::looking() + bound::first_lease()),
        (bound::looking(), 0),
        (bound::of_change(), bound::looking() + bound::lease()),
        (bound::of_teardown(&stack), 2 * bound::looking() + bound::lease()),
    ];
    let counted = with(latencies::for_counting, prints_calls).await?;
    let timed = with(latencies::of_aws, prints_calls).await?;
    let runs = counted.into_iter().zip(timed).zip(bounds);
    Ok(runs
        .map(|((counted, timed), (bound, around))| Measured {
            name: timed.name,
            calls: timed.calls.len(),
            writes: timed.calls.iter().filter(|call| !call.is_read()).count(),
            round_trips: round_trips::longest_chain(&counted.calls),
            most_in_flight: round_trips::most_in_flight(&timed.calls),
            milliseconds: u64::try_from(round_trips::span(&timed.calls).as_millis()).unwrap_or(u64::MAX),
            bound_milliseconds: bound,
            whole_bound_milliseconds: bound + around,
            peak_memory_kib: timed.peak_memory_kib,
        })
        .collect())
}

struct Seen {
    name: &'static str,
    calls: Vec<Call>,
    peak_memory_kib: u64,
}

async fn with(latency: Latency, prints_calls: bool) -> anyhow::Result<Vec<Seen>> {
    let moto = containers::moto().await;
    let endpoint = moto.url().await;
    warm_up(&endpoint).await?;
    let mut seen = Vec::new();
    let change: &[&str] = &[CHANGE];
    for (name, words, settings) in [
        ("first deploy", "deploy --yes --no-wait", &[][..]),
        ("unchanged deploy", "deploy --yes --no-wait", &[]),
        ("one property changed", "deploy --yes --no-wait", change),
        ("teardown", "teardown --yes", &[]),
    ] {
        tokio::time::sleep(BETWEEN_RUNS).await;
        let proxy = CountingProxy::with_latency(latency).await;
        let run =
            run(words, "measured", settings).await.at(&endpoint, REGION).env("HTTP_PROXY", proxy.address());
        let peak_memory_kib = process::peak_memory_kib(run).await.context(name)?;
        let calls = proxy.take_calls();
        if prints_calls {
            print(name, &calls);
        }
        seen.push(Seen { name, calls, peak_memory_kib });
    }
    Ok(seen)
}

/// The emulator loads each service when it is asked for the first time. It is another stack: AWS lists the task definitions of one that was torn down for a while.
async fn warm_up(endpoint: &str) -> anyhow::Result<()> {
    for words in ["deploy --yes --no-wait", "teardown --yes"] {
        let run = run(words, "warm-up", &[]).await.at(endpoint, REGION);
        process::peak_memory_kib(run).await.context("warm-up")?;
    }
    Ok(())
}

async fn run(words: &str, stack: &str, settings: &[&str]) -> Run {
    let run = provider(&format!("{words} --stack {stack}")).await;
    if words.starts_with("teardown") {
        return run;
    }
    let images = e2e::command::given_images(IMAGE);
    let settings = images.iter().map(String::as_str).chain(settings.iter().copied());
    settings.fold(run, |run, setting| run.arg("--set").arg(setting))
}

fn print(name: &str, calls: &[Call]) {
    eprintln!("{name}");
    let Some(first) = calls.iter().map(|call| call.began).min() else { return };
    for call in calls {
        let since = |at: Instant| at.saturating_duration_since(first).as_millis();
        let (began, ended) = (since(call.began), call.ended.map_or(0, since));
        let operation = call.action.clone().unwrap_or_else(|| format!("{} {}", call.method, call.path));
        eprintln!("  {began:>6} {ended:>6}  {:<24} {operation}", call.service);
    }
}
