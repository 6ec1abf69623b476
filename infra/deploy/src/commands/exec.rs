//! `exec`: a command in a container of a task that runs, through ECS Exec or on this machine through Docker.

mod docker;
mod session;

use crate::session::Session;
use crate::setup::Setup;
use crate::tasks::{self, id_of, short};
use anyhow::Result;
use aws_sdk_ecs::types::{DesiredStatus, Task};
use infra_aws::live_service;
use infra_aws::task_definition;
use infra_ecs::TaskDefinition;
use infra_engine::Failure;
use infra_options::exec::Options;
use std::process::{ExitCode, ExitStatus};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

const RUNNING: &str = "RUNNING";

/// A container of a task that runs.
struct Target<'a> {
    app: &'a str,
    task: &'a Task,
    container: &'a str,
    /// What Docker, or on Fargate its like, calls it.
    runtime_id: &'a str,
}

/// Runs the command; its exit code, where it is known, is ours.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    if !options.stack.local {
        session::require_plugin().await?;
    }
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let running = tasks::of_services(&aws, &service, DesiredStatus::Running).await?;
    let task = chosen(&running, options.task.as_deref(), &options.app)?;
    let definition = task_definition::revision(&aws, task.task_definition_arn().unwrap_or_default()).await?;
    let container = container_of(&definition, options.container.as_deref())?;
    let target = Target { app: &options.app, task, container, runtime_id: runtime_id(task, container)? };
    infra_options::say!("task {}, container {container}", short(id_of(task)));
    let mut command = if options.stack.local {
        docker::command(&target, &options.command).await?
    } else {
        session::command(&aws, &service, &target, &options.command).await?
    };
    Ok(ExitCode::from(to_its_end(&mut command).await?))
}

/// The one that was asked for, or the one that has run longest.
fn chosen<'a>(tasks: &'a [Task], id: Option<&str>, app: &str) -> Result<&'a Task, Failure> {
    let running: Vec<_> = tasks.iter().filter(|task| task.last_status() == Some(RUNNING)).collect();
    let ids = || running.iter().map(|task| id_of(task)).collect::<Vec<_>>().join(", ");
    let Some(id) = id else {
        let oldest = running.iter().min_by_key(|task| task.started_at().map(|at| at.as_nanos()));
        return oldest.copied().ok_or_else(|| {
            Failure::new(format!("no task of {app} runs"))
                .hint(format!("`cargo xtask logs {app} --previous` shows what those that stopped last wrote"))
        });
    };
    let begins = |task: &&&Task| id_of(task).starts_with(live_service::last_part(id));
    match running.iter().filter(begins).collect::<Vec<_>>().as_slice() {
        [one] => Ok(one),
        [] if running.is_empty() => Err(Failure::new(format!("no task of {app} runs"))),
        [] => Err(Failure::new(format!("no task {id} of {app} runs")).hint(format!("these run: {}", ids()))),
        _ => Err(Failure::new(format!("several tasks of {app} begin with {id}"))
            .hint(format!("these run: {}", ids()))),
    }
}

/// The container that was asked for, or the first essential one.
fn container_of<'a>(definition: &'a TaskDefinition, name: Option<&str>) -> Result<&'a str, Failure> {
    let mut containers = definition.container_definitions.iter();
    match name {
        Some(name) => containers
            .find(|it| it.name() == name)
            .map(|it| it.name())
            .ok_or_else(|| tasks::no_container(definition, name)),
        None => containers
            .find(|it| it.essential != Some(false))
            .map(|it| it.name())
            .ok_or_else(|| Failure::new(format!("{} has no essential container", definition.family))),
    }
}

fn runtime_id<'a>(task: &'a Task, container: &str) -> Result<&'a str, Failure> {
    let found = task.containers().iter().find(|it| it.name() == Some(container));
    let runs = found.filter(|it| it.last_status() == Some(RUNNING));
    runs.and_then(|it| it.runtime_id()).ok_or_else(|| {
        let state = found.and_then(|it| it.last_status()).unwrap_or("not there");
        Failure::new(format!(
            "container {container} of task {} does not run: it is {state}",
            short(id_of(task))
        ))
    })
}

/// Runs it on this terminal. Ctrl-C is for what runs in the container, and does not end this program before it.
async fn to_its_end(command: &mut Command) -> Result<u8, Failure> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let cannot_run = |error| Failure::caused_by(format!("cannot run {program}"), error);
    // Once registered, tokio keeps its handler for the life of the process.
    signal(SignalKind::interrupt()).map(drop).map_err(cannot_run)?;
    command.status().await.map(exit_code).map_err(cannot_run)
}

/// As a shell gives it: of a program that a signal ended, 128 and the signal's number.
fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::primitives::DateTime;
    use aws_sdk_ecs::types::Container;
    use infra_ecs::ContainerDefinition;

    fn task(id: &str, state: &str, started: i64) -> Task {
        let container = Container::builder().name("web").last_status(state).runtime_id(format!("{id}-1"));
        let task = Task::builder().task_arn(format!("task/demo/{id}")).last_status(state);
        task.started_at(DateTime::from_secs(started)).containers(container.build()).build()
    }

    #[test]
    fn the_task_that_has_run_longest_is_taken_or_the_one_that_is_named() {
        let tasks = [task("aa11", "RUNNING", 30), task("aa22", "RUNNING", 20), task("bb33", "PENDING", 10)];
        let chosen = |id| chosen(&tasks, id, "web").map(id_of).map_err(|failure| failure.to_string());
        assert_eq!(chosen(None).as_deref(), Ok("aa22"));
        assert_eq!(chosen(Some("aa1")).as_deref(), Ok("aa11"));
        assert_eq!(chosen(Some("task/demo/aa11")).as_deref(), Ok("aa11"));
        assert_eq!(chosen(Some("aa")).unwrap_err(), "several tasks of web begin with aa");
        assert_eq!(chosen(Some("bb33")).unwrap_err(), "no task bb33 of web runs");
        assert_eq!(super::chosen(&[], None, "web").unwrap_err().to_string(), "no task of web runs");
    }

    #[test]
    fn the_first_essential_container_is_taken_or_the_one_that_is_named() {
        let container = |name: &str, essential| ContainerDefinition {
            name: Some(name.to_owned()),
            essential,
            ..ContainerDefinition::default()
        };
        let container_definitions = vec![container("router", Some(false)), container("web", None)];
        let definition = TaskDefinition { container_definitions, ..TaskDefinition::default() };
        assert_eq!(container_of(&definition, None).unwrap(), "web");
        assert_eq!(container_of(&definition, Some("router")).unwrap(), "router");
        assert!(container_of(&definition, Some("db")).is_err());
    }

    #[test]
    fn a_container_that_does_not_run_is_not_entered() {
        assert_eq!(runtime_id(&task("a", "RUNNING", 1), "web").unwrap(), "a-1");
        let failure = runtime_id(&task("a", "STOPPED", 1), "web").unwrap_err().to_string();
        assert_eq!(failure, "container web of task a does not run: it is STOPPED");
        assert!(runtime_id(&task("a", "RUNNING", 1), "db").unwrap_err().to_string().contains("not there"));
    }

    #[tokio::test]
    async fn the_exit_code_is_the_commands_own() {
        let code = async |script: &str| to_its_end(Command::new("sh").args(["-c", script])).await;
        assert_eq!(code("exit 7").await.unwrap(), 7);
        assert_eq!(code("kill -TERM $$").await.unwrap(), 143);
        let missing = to_its_end(&mut Command::new("no-such-program")).await.unwrap_err();
        assert_eq!(missing.to_string(), "cannot run no-such-program");
    }
}
