//! `logs`: the log lines of an app's tasks, and those that come.

mod lines;
mod streams;

use super::INTERRUPTED;
use crate::log_stream::LogStream;
use crate::session::Session;
use crate::setup::Setup;
use crate::tasks::{self, short};
use anyhow::Result;
use aws_sdk_ecs::types::{DesiredStatus, Task};
use infra_aws::live_service::{self, LiveService};
use infra_aws::{Aws, task_definition};
use infra_engine::Failure;
use infra_options::logs::Options;
use lines::Printer;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use streams::Streams;

const BETWEEN_READS: Duration = Duration::from_secs(1);
/// How often ECS is asked for new tasks.
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// Prints the lines. To end it by Ctrl-C is how it ends, and nothing is said of it.
pub(super) async fn run(options: &Options, setup: &Setup) -> Result<ExitCode> {
    tokio::select! {
        result = to_the_end(options, setup) => result,
        _ = tokio::signal::ctrl_c() => Ok(ExitCode::from(INTERRUPTED)),
    }
}

async fn to_the_end(options: &Options, setup: &Setup) -> Result<ExitCode> {
    let aws = Session::connect(&options.stack, setup).await?;
    let service = live_service::service(&aws, &options.app).await?;
    let tasks = if options.previous {
        previous(&aws, &service, options.container.as_deref()).await?
    } else {
        tasks::of_services(&aws, &service, DesiredStatus::Running).await?
    };
    note_none(&tasks, options);
    if options.previous {
        why_stopped(&tasks).iter().for_each(|line| infra_options::say!("{line}"));
    }
    let mut streams = Streams::new(&aws, options);
    streams.add(&tasks).await?;
    let lines = streams.first_lines().await?;
    if lines.is_empty() && !tasks.is_empty() {
        infra_options::say!("there are no such lines yet");
    }
    let mut printer = Printer::new(options.stack.json);
    if printer.print(&lines, &streams.labels())? && options.follow {
        follow(&aws, &service, &mut streams, &mut printer).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Goes on until nobody reads it any more.
async fn follow(
    aws: &Aws,
    service: &LiveService,
    streams: &mut Streams<'_>,
    printer: &mut Printer,
) -> Result<()> {
    let mut looked = Instant::now();
    loop {
        tokio::time::sleep(BETWEEN_READS).await;
        if looked.elapsed() >= BETWEEN_LOOKS {
            looked = Instant::now();
            let tasks = tasks::of_services(aws, service, DesiredStatus::Running).await?;
            streams.leave_ended(&tasks);
            for task in streams.add(&tasks).await? {
                infra_options::say!("task {} of {} is there", short(&task), service.service_name);
            }
        }
        if !printer.print(&streams.new_lines().await?, &streams.labels())? {
            return Ok(());
        }
    }
}

/// The tasks that stopped last. Where ECS has forgotten them, the one that wrote last: its log is still there.
async fn previous(aws: &Aws, service: &LiveService, container: Option<&str>) -> Result<Vec<Task>, Failure> {
    let stopped = last_stopped(tasks::of_services(aws, service, DesiredStatus::Stopped).await?);
    if !stopped.is_empty() {
        return Ok(stopped);
    }
    let running = tasks::of_services(aws, service, DesiredStatus::Running).await?;
    let definition = task_definition::revision(aws, &service.task_definition).await?;
    let containers = definition.container_definitions.iter();
    let mut asked = containers.filter(|it| container.is_none_or(|name| it.name() == name));
    let Some(asked) = asked.find_map(|it| LogStream::of(aws, "", it)) else { return Ok(Vec::new()) };
    let newest = asked.newest_tasks().await?;
    let newest = newest.into_iter().find(|id| !running.iter().any(|task| tasks::id_of(task) == id));
    let task = |id| Task::builder().task_arn(id).task_definition_arn(&service.task_definition).build();
    Ok(newest.map(task).into_iter().collect())
}

/// The tasks of the revision whose task stopped last: what fails again and again, or what the last deploy has replaced.
fn last_stopped(mut tasks: Vec<Task>) -> Vec<Task> {
    let last = tasks.iter().max_by_key(|task| task.stopped_at().map(|at| at.as_nanos()));
    let revision = last.and_then(|task| task.task_definition_arn().map(str::to_owned));
    tasks.retain(|task| task.task_definition_arn() == revision.as_deref());
    tasks
}

/// ECS's reasons, each once: a task whose image can't be pulled writes no line.
fn why_stopped(tasks: &[Task]) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for reason in tasks.iter().filter_map(|task| task.stopped_reason()) {
        *counts.entry(reason).or_insert(0) += 1;
    }
    let line =
        |(reason, count)| format!("{count} {} stopped: {reason}", if count == 1 { "task" } else { "tasks" });
    counts.into_iter().map(line).collect()
}

fn note_none(tasks: &[Task], options: &Options) {
    let app = &options.app;
    match (tasks.is_empty(), options.previous) {
        (false, _) => {}
        (true, true) => {
            infra_options::say!("ECS lists no stopped task of {app}: it does so for about an hour");
        }
        (true, false) => {
            infra_options::say!("no task of {app} runs; --previous shows those that stopped last");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::primitives::DateTime;

    #[test]
    fn the_tasks_that_stopped_last_are_those_of_one_revision() {
        let task = |id: &str, revision: &str, stopped: i64| {
            let task = Task::builder().task_arn(id).task_definition_arn(revision);
            task.stopped_at(DateTime::from_secs(stopped)).build()
        };
        let stopped = [task("a", "web:1", 10), task("b", "web:2", 30), task("c", "web:2", 20)];
        let last = last_stopped(stopped.to_vec());
        assert_eq!(last.iter().map(tasks::id_of).collect::<Vec<_>>(), ["b", "c"]);
        assert!(last_stopped(Vec::new()).is_empty());
    }

    #[test]
    fn why_tasks_stopped_is_given_once_for_each_reason() {
        let task = |reason: &str| Task::builder().stopped_reason(reason).build();
        let tasks =
            [task("Scaling activity"), task("CannotPull"), task("CannotPull"), Task::builder().build()];
        assert_eq!(why_stopped(&tasks), ["2 tasks stopped: CannotPull", "1 task stopped: Scaling activity"]);
    }
}
