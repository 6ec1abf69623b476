//! How examples are written.

use super::super::{
    Cause, Expected, StoppedContainer, StoppedTask, UnhealthyTarget, cause_of_event, cause_of_placement,
    cause_of_stop, cause_of_target,
};
use std::fmt;
use std::time::Duration;

/// What is seen, and what it has to be taken for.
pub(super) struct Example {
    pub name: &'static str,
    pub evidence: Evidence,
    pub expected: Expected,
}

#[derive(Debug)]
pub(super) enum Evidence {
    Stop(StoppedTask),
    Target(UnhealthyTarget),
    Event(String),
    Placement(String),
}

impl Example {
    pub(super) fn new(name: &'static str, evidence: Evidence) -> Self {
        Self { name, evidence, expected: web() }
    }

    pub(super) fn cause(&self) -> Option<Cause> {
        match &self.evidence {
            Evidence::Stop(task) => cause_of_stop(task, &self.expected),
            Evidence::Target(target) => cause_of_target(target, &self.expected),
            Evidence::Event(text) => cause_of_event(text, &self.expected),
            Evidence::Placement(reason) => cause_of_placement(reason),
        }
    }
}

/// What the examples' service asks for.
pub(super) fn web() -> Expected {
    Expected {
        image: Some("123456789012.dkr.ecr.eu-central-1.amazonaws.com/web:9".to_owned()),
        processor: Some("ARM64".to_owned()),
        port: Some(8080),
        health_check_path: Some("/health".to_owned()),
        execution_role: Some("arn:aws:iam::123456789012:role/web-execution".to_owned()),
        task_role: Some("web-task".to_owned()),
        log_group: Some("/ecs/web".to_owned()),
        memory_mib: Some(512),
    }
}

/// A task that never ran, for this reason.
pub(super) fn not_started(reason: &str) -> Evidence {
    Evidence::Stop(stopped("TaskFailedToStart", reason))
}

/// A task whose container never ran, for this reason.
pub(super) fn no_container(reason: &str) -> Evidence {
    let mut task = stopped("TaskFailedToStart", "Task failed to start");
    task.containers = vec![StoppedContainer { reason: Some(reason.to_owned()), ..container() }];
    Evidence::Stop(task)
}

/// A task whose container ended so, after a few seconds, with these last lines.
pub(super) fn exited(code: i32, log: &[&str]) -> Evidence {
    Evidence::Stop(exit(code, log))
}

pub(super) fn exit(code: i32, log: &[&str]) -> StoppedTask {
    StoppedTask {
        containers: vec![StoppedContainer { exit_code: Some(code), ..container() }],
        log: lines(log),
        ran_for: Some(Duration::from_secs(3)),
        ..stopped("EssentialContainerExited", "Essential container in task exited")
    }
}

/// A task that the scheduler stopped.
pub(super) fn replaced(reason: &str, health: &str, log: &[&str]) -> Evidence {
    let stopped_by_force =
        StoppedContainer { exit_code: Some(137), health_status: Some(health.to_owned()), ..container() };
    Evidence::Stop(StoppedTask {
        containers: vec![stopped_by_force],
        log: lines(log),
        ran_for: Some(Duration::from_secs(120)),
        ..stopped("ServiceSchedulerInitiated", reason)
    })
}

pub(super) fn target(state: &str, reason: &str, description: &str) -> UnhealthyTarget {
    UnhealthyTarget {
        id: "10.0.1.17".to_owned(),
        port: Some(8080),
        state: state.to_owned(),
        reason: Some(reason.to_owned()),
        description: Some(description.to_owned()),
        ..UnhealthyTarget::default()
    }
}

pub(super) fn event(text: &str) -> Evidence {
    Evidence::Event(format!("(service web) {text}"))
}

pub(super) fn container() -> StoppedContainer {
    StoppedContainer { name: "web".to_owned(), ..StoppedContainer::default() }
}

pub(super) fn stopped(code: &str, reason: &str) -> StoppedTask {
    StoppedTask {
        id: "26e17af95b5e431893308026b892584f".to_owned(),
        stop_code: Some(code.to_owned()),
        stopped_reason: Some(reason.to_owned()),
        containers: vec![container()],
        ..StoppedTask::default()
    }
}

pub(super) fn lines(log: &[&str]) -> Vec<String> {
    log.iter().map(|&line| line.to_owned()).collect()
}

impl fmt::Display for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(text) => write!(out, "event {text}"),
            Self::Placement(reason) => write!(out, "failure {reason}"),
            Self::Target(target) => {
                let parts =
                    [&target.reason, &target.description].map(|part| part.as_deref().unwrap_or_default());
                write!(out, "target {}: {}", target.state, parts.join(": "))?;
                log_of(out, &target.log)
            }
            Self::Stop(task) => {
                let code = task.stop_code.as_deref().unwrap_or_default();
                write!(out, "{code}: {}", task.stopped_reason.as_deref().unwrap_or_default())?;
                for container in &task.containers {
                    if let Some(reason) = &container.reason {
                        write!(out, " | {}: {reason}", container.name)?;
                    }
                    if let Some(code) = container.exit_code {
                        write!(out, " | {}: exit {code}", container.name)?;
                    }
                    if let Some(health) = &container.health_status {
                        write!(out, ", {health}")?;
                    }
                }
                log_of(out, &task.log)
            }
        }
    }
}

fn log_of(out: &mut fmt::Formatter<'_>, log: &[String]) -> fmt::Result {
    log.iter().try_for_each(|line| write!(out, "\n        > {line}"))
}
