//! How much memory an app takes for many large uploads at once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use hyper::{StatusCode, header};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::client::{Client, Failures};
use crate::processes::{Group, Memory};
use crate::scenario::{Request, Target, upload};
use crate::server::{Program, Server};

const UPLOADS: usize = 200;
const FILE_BYTES: usize = 10_000_000;
const SETTLES_WITHIN: Duration = Duration::from_secs(1);
const SAMPLE_EVERY: Duration = Duration::from_millis(50);
/// When no more refused uploads are sent again.
const GIVE_UP_AFTER: Duration = Duration::from_secs(120);
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(1);

/// What was used, in bytes.
#[derive(Debug)]
pub struct MemoryUse {
    /// Whose memory.
    pub target: Target,
    /// How large each file was.
    pub file_bytes: usize,
    /// How many were sent at once.
    pub uploads: usize,
    /// How many of them were answered with 201 in the end.
    pub stored: usize,
    /// How many answers were 503; those uploads were sent again when the answer said.
    pub answers_503: u64,
    /// Everything else that was no 201; it was sent again, too.
    pub failures: Failures,
    /// Proportional set size of all processes before.
    pub idle: u64,
    /// The largest of the samples, or the kernel's own record where there is one process only: it misses nothing.
    pub peak: u64,
    /// From the first byte to the last answer.
    pub seconds: f64,
}

/// Uploads large files to an app that has just started.
pub async fn measure(target: Target, program: &Program, s3: SocketAddr) -> anyhow::Result<MemoryUse> {
    let app = Server::start(program, s3).await?;
    tokio::time::sleep(SETTLES_WITHIN).await;
    app.group.reset_peak()?;
    let idle = app.group.memory()?;
    let request = Arc::new(upload(target, app.address, FILE_BYTES));
    let sampler = Sampler::start(app.group.clone());
    let started = Instant::now();
    let sent = send_all(&request, started + GIVE_UP_AFTER).await?;
    let seconds = started.elapsed().as_secs_f64();
    let sampled = sampler.stop()?;
    let Sent { stored, answers_503, failures } = sent;
    let peak_of_one = app.group.memory()?.peak_of_one.unwrap_or(0);
    let (idle, peak) = (idle.proportional, sampled.proportional.max(peak_of_one));
    Ok(MemoryUse {
        target,
        file_bytes: FILE_BYTES,
        uploads: UPLOADS,
        stored,
        answers_503,
        failures,
        idle,
        peak,
        seconds,
    })
}

#[derive(Default)]
struct Sent {
    stored: usize,
    answers_503: u64,
    failures: Failures,
}

async fn send_all(request: &Arc<Request>, deadline: Instant) -> anyhow::Result<Sent> {
    let barrier = Arc::new(Barrier::new(UPLOADS));
    let mut uploads = JoinSet::new();
    for _ in 0..UPLOADS {
        let (request, barrier) = (Arc::clone(request), Arc::clone(&barrier));
        uploads.spawn(async move {
            barrier.wait().await;
            send(&request, deadline).await
        });
    }
    let mut all = Sent::default();
    while let Some(sent) = uploads.join_next().await {
        let sent = sent.context("an upload's task failed")?;
        all.stored += sent.stored;
        all.answers_503 += sent.answers_503;
        for (failure, count) in sent.failures {
            *all.failures.entry(failure).or_default() += count;
        }
    }
    Ok(all)
}

/// One upload, until it is stored or time is up.
async fn send(request: &Request, deadline: Instant) -> Sent {
    let mut sent = Sent::default();
    while Instant::now() < deadline {
        let answer = Client::default().send(request).await;
        let wait = match answer {
            Ok(answer) if answer.status == StatusCode::SERVICE_UNAVAILABLE => {
                sent.answers_503 += 1;
                answer
                    .headers
                    .get(header::RETRY_AFTER)
                    .and_then(|seconds| seconds.to_str().ok()?.parse().ok())
            }
            answer => match answer.and_then(|answer| answer.check(request)) {
                Ok(()) => {
                    sent.stored += 1;
                    return sent;
                }
                Err(failure) => {
                    *sent.failures.entry(failure).or_default() += 1;
                    None
                }
            },
        };
        tokio::time::sleep(wait.map_or(DEFAULT_RETRY_AFTER, Duration::from_secs)).await;
    }
    sent
}

/// A thread that looks at a group's memory again and again: neither runtime nor load may delay it.
struct Sampler {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<anyhow::Result<Memory>>,
}

impl Sampler {
    fn start(group: Group) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut largest = Memory::default();
            while !stopped.load(Ordering::Relaxed) {
                let memory = group.memory()?;
                largest.proportional = largest.proportional.max(memory.proportional);
                std::thread::sleep(SAMPLE_EVERY);
            }
            Ok(largest)
        });
        Self { stop, thread }
    }

    fn stop(self) -> anyhow::Result<Memory> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the memory sampler panicked"))?
    }
}
