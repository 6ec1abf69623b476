//! What tasks use, by the engine's statistics.

use super::running::Running;
use crate::tasks::Usage;
use bollard::Docker;
use bollard::models::ContainerStatsResponse;
use bollard::query_parameters::StatsOptionsBuilder;
use futures::StreamExt;
use std::time::{Duration, SystemTime};

/// The shortest time that says something of the use of a CPU.
const SHORTEST: Duration = Duration::from_secs(1);

/// The CPU time of a container at some moment.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    nanoseconds: u64,
    at: SystemTime,
    cpus: f64,
}

/// What a task uses of what it has, since it was asked last or since it started; none if nothing of it runs.
pub(super) async fn of_task(docker: &Docker, task: &Running) -> Option<Usage> {
    let running: Vec<_> = {
        let state = task.state();
        let running = state.containers.iter().filter(|it| it.last_status == "RUNNING");
        running.filter_map(|it| Some((it.runtime_id.clone()?, it.started_at?))).collect()
    };
    let (mut cpus, mut memory, mut limits) = (0.0, 0, 0);
    let mut any = false;
    for (id, started_at) in running {
        let Some(stats) = of_container(docker, &id).await else { continue };
        any = true;
        cpus += cpus_since(task, &id, started_at, &stats);
        let (used, limit) = memory_of(&stats);
        memory += used;
        limits += limit;
    }
    let has = |units: Option<u64>| units.filter(|units| *units > 0);
    let of_cpus = has(task.cpu).map_or(1.0, |units| as_float(units) / 1024.0);
    let of_memory = has(task.memory).map_or(limits, |mib| mib * 1024 * 1024);
    let memory = if of_memory == 0 { 0.0 } else { as_float(memory) / as_float(of_memory) };
    any.then_some(Usage { cpu: cpus / of_cpus, memory })
}

/// What Docker says of a container that runs.
pub(super) async fn of_container(docker: &Docker, id: &str) -> Option<ContainerStatsResponse> {
    let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
    docker.stats(id, Some(options)).next().await?.ok()
}

/// CPUs in use on average since the last sample, or since the start.
fn cpus_since(task: &Running, id: &str, started_at: SystemTime, stats: &ContainerStatsResponse) -> f64 {
    let usage = stats.cpu_stats.as_ref().and_then(|cpu| cpu.cpu_usage.as_ref());
    let nanoseconds = usage.and_then(|usage| usage.total_usage).unwrap_or_default();
    let at = stats.read.map_or_else(SystemTime::now, SystemTime::from);
    let mut state = task.state();
    let before =
        state.samples.get(id).copied().unwrap_or(Sample { nanoseconds: 0, at: started_at, cpus: 0.0 });
    let time = at.duration_since(before.at).unwrap_or_default();
    // Within a moment a process has its part of the CPU at once, or nothing.
    if time < SHORTEST {
        return before.cpus;
    }
    let cpus = as_float(nanoseconds.saturating_sub(before.nanoseconds)) / 1e9 / time.as_secs_f64();
    state.samples.insert(id.to_owned(), Sample { nanoseconds, at, cpus });
    cpus
}

/// Bytes used and the limit. As Docker's own command has it, files that the kernel can drop at once do not count.
fn memory_of(stats: &ContainerStatsResponse) -> (u64, u64) {
    let Some(memory) = &stats.memory_stats else { return (0, 0) };
    let detail = |name: &str| memory.stats.as_ref().and_then(|stats| stats.get(name)).copied();
    let files = detail("inactive_file").or_else(|| detail("total_inactive_file")).unwrap_or_default();
    (memory.usage.unwrap_or_default().saturating_sub(files), memory.limit.unwrap_or_default())
}

#[expect(clippy::cast_precision_loss, reason = "a share of something need not be exact")]
fn as_float(number: u64) -> f64 {
    number as f64
}
