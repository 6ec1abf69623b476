//! Why a task stopped.

use super::table::{self, CONTAINER_CHECK, EXITS, LOAD_BALANCER_BLOCKED, LOAD_BALANCER_CHECK, LOGS, STOPPED};
use super::{Cause, Expected, Facts, StoppedContainer, StoppedTask, target, words};

/// What kills a task is in its last lines.
const NEAR_THE_END: usize = 20;
/// How containers end that are stopped because another ended.
const STOPPED_WITH_IT: [i32; 2] = [137, 143];

/// Why a task stopped. None: it was meant to.
pub fn cause_of_stop(task: &StoppedTask, expected: &Expected) -> Option<Cause> {
    if is_meant(task) {
        return None;
    }
    by_reason(task, expected)
        .or_else(|| by_health(task, expected))
        .or_else(|| by_end(task, expected))
        .or_else(|| {
            let text = task.stopped_reason.as_deref().or(task.stop_code.as_deref())?;
            Some(Cause::new(&STOPPED, &Facts { text, ..about(task, culprit(task)) }, expected))
        })
}

/// Stopped by a person, for a deployment, or to have fewer.
fn is_meant(task: &StoppedTask) -> bool {
    const MEANT: [&str; 4] = [
        "Scaling activity initiated by",
        "Task stopped by user",
        "Task stopped during instance draining",
        "AZ rebalancing",
    ];
    let reason = task.stopped_reason.as_deref().unwrap_or_default();
    task.stop_code.as_deref() == Some("UserInitiated") || MEANT.iter().any(|meant| reason.contains(meant))
}

/// By ECS's words about the task or a container.
fn by_reason(task: &StoppedTask, expected: &Expected) -> Option<Cause> {
    let of_containers =
        task.containers.iter().filter_map(|container| Some((container.reason.as_deref()?, Some(container))));
    let of_task = [&task.stopped_reason, &task.stop_code].into_iter().flatten();
    let texts: Vec<_> = of_containers.chain(of_task.map(|text| (text.as_str(), culprit(task)))).collect();
    table::reasons().find_map(|row| {
        let (text, container) = texts.iter().find(|(text, _)| row.is_in(text))?;
        Some(Cause::new(row, &Facts { text, ..about(task, *container) }, expected))
    })
}

/// By a health check that ECS stopped it for.
fn by_health(task: &StoppedTask, expected: &Expected) -> Option<Cause> {
    let text = task.stopped_reason.as_deref()?;
    let status = |wanted: &str| {
        task.containers.iter().find(|container| container.health_status.as_deref() == Some(wanted))
    };
    if CONTAINER_CHECK.is_in(text) {
        let sick = status("UNHEALTHY").or(task.containers.first());
        let facts = Facts { text, exit_code: None, ..about(task, sick) };
        return Some(Cause::new(&CONTAINER_CHECK, &facts, expected));
    }
    if !LOAD_BALANCER_CHECK.is_in(text) {
        return None;
    }
    // Its exit code is that of being stopped.
    let facts = Facts { text, exit_code: None, ..about(task, None) };
    let row = if status("HEALTHY").is_some() { &LOAD_BALANCER_BLOCKED } else { &LOAD_BALANCER_CHECK };
    let elsewhere = target::listens_elsewhere(&task.log, &facts, expected);
    Some(elsewhere.unwrap_or_else(|| Cause::new(row, &facts, expected)))
}

/// By how a container ended by itself.
fn by_end(task: &StoppedTask, expected: &Expected) -> Option<Cause> {
    if task.stop_code.as_deref() == Some("ServiceSchedulerInitiated") {
        return None;
    }
    by_log(task, expected).or_else(|| by_exit(task, expected))
}

/// By what a container that failed wrote.
fn by_log(task: &StoppedTask, expected: &Expected) -> Option<Cause> {
    let container = culprit(task).filter(|container| container.exit_code != Some(0));
    let lines = || task.log.iter().rev().take(NEAR_THE_END);
    let (row, line) = LOGS.iter().find_map(|row| Some((row, lines().find(|line| row.is_in(line))?)))?;
    let text = words::message(line);
    container.map(|_| Cause::new(row, &Facts { text: &text, ..about(task, container) }, expected))
}

fn by_exit(task: &StoppedTask, expected: &Expected) -> Option<Cause> {
    let container = culprit(task)?;
    let text = format!("exit {};", container.exit_code?);
    let row = EXITS.iter().find(|row| row.is_in(&text))?;
    let facts = Facts { text: &text, ..about(task, Some(container)) };
    Some(Cause::new(row, &facts, expected))
}

/// The container that ended the task: one that ended badly by itself, or that has a reason.
fn culprit(task: &StoppedTask) -> Option<&StoppedContainer> {
    let failed = |container: &&StoppedContainer| container.exit_code.is_some_and(|code| code != 0);
    let alone = |container: &&StoppedContainer| {
        container.exit_code.is_some_and(|code| !STOPPED_WITH_IT.contains(&code))
    };
    let all = || task.containers.iter();
    let by_itself = all().filter(failed).find(alone);
    by_itself
        .or_else(|| all().find(|container| container.reason.is_some()))
        .or_else(|| all().find(|container| container.exit_code == Some(0)))
        .or_else(|| all().find(failed))
        .or_else(|| all().next())
}

fn about<'a>(task: &StoppedTask, container: Option<&'a StoppedContainer>) -> Facts<'a> {
    Facts {
        container: container.map(|container| container.name.as_str()).filter(|name| !name.is_empty()),
        one_of_many: task.containers.len() > 1,
        exit_code: container.and_then(|container| container.exit_code),
        ran_for: task.ran_for,
        last_words: words::last_words(&task.log),
        ..Facts::default()
    }
}
