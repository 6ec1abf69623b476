//! What tasks said while they died, read the moment they stop: ECS forgets stopped tasks within the hour, and a rollback removes them.

use super::Target;
use crate::Aws;
use crate::clients::{Ecs, Logs};
use crate::live_service::last_part;
use crate::partial;
use aws_sdk_ecs::types::{ContainerDefinition, DesiredStatus, Task, TaskDefinition};
use aws_smithy_types::DateTime;
use infra_ecs::diagnosis::{Expected, StoppedContainer, StoppedTask};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::Instant;

const LOG_LINES: i32 = 10;
/// A log driver delivers the last lines a moment after the task has stopped.
const LOGS_ARRIVE_WITHIN: Duration = Duration::from_secs(2);
/// So ECS answers as long as it does not know what was just made: then no task can have died.
const NOT_KNOWN: [&str; 2] = ["ClusterNotFoundException", "ServiceNotFoundException"];
/// `DescribeTasks` takes at most so many.
const TASKS_PER_CALL: usize = 100;

/// Stopped tasks, and what is known of their revision.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    seen: HashSet<String>,
    /// Without log lines so far, since then.
    waiting: HashMap<String, (Task, Instant)>,
    definition: Option<TaskDefinition>,
}

impl Evidence {
    /// The tasks of the deployment that have stopped and were not given before.
    pub(super) async fn stopped(
        &mut self,
        aws: &Aws,
        target: &Target,
        since: Option<&DateTime>,
    ) -> Result<Vec<StoppedTask>, Failure> {
        let request = aws.client::<Ecs>().list_tasks().cluster(&target.cluster).service_name(&target.service);
        let answer = request.desired_status(DesiredStatus::Stopped).send().await;
        let answer = answer.none_if(&NOT_KNOWN, "list stopped tasks")?;
        let mut unknown = answer.and_then(|answer| answer.task_arns).unwrap_or_default();
        unknown.retain(|arn| !self.seen.contains(arn));
        unknown.truncate(TASKS_PER_CALL);
        if !unknown.is_empty() {
            let request =
                aws.client::<Ecs>().describe_tasks().cluster(&target.cluster).set_tasks(Some(unknown));
            let answer = request.send().await.or_failure("describe stopped tasks")?;
            partial::described(answer.failures.as_deref(), "describe stopped tasks")?;
            for task in answer.tasks.unwrap_or_default() {
                // One that is stopping has not said its last word.
                if task.last_status() != Some("STOPPED") {
                    continue;
                }
                let arn = task.task_arn().unwrap_or_default().to_owned();
                self.seen.insert(arn.clone());
                if is_of(target, since, &task) {
                    self.waiting.insert(arn, (task, Instant::now()));
                }
            }
        }
        self.complete(aws, target).await
    }

    /// Whether there are tasks whose logs may come yet.
    pub(super) fn waits_for_logs(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Those whose log is there, or would be by now.
    async fn complete(&mut self, aws: &Aws, target: &Target) -> Result<Vec<StoppedTask>, Failure> {
        let mut complete = Vec::new();
        let mut waiting: Vec<_> = self.waiting.drain().collect();
        waiting.sort_by_key(|(_, (task, _))| task.stopped_at().map(|at| at.as_nanos()));
        for (arn, (task, since)) in waiting {
            let has_run = task.started_at().is_some();
            let log = if has_run { self.last_log_lines(aws, target, &task).await } else { Vec::new() };
            if has_run && log.is_empty() && since.elapsed() < LOGS_ARRIVE_WITHIN {
                self.waiting.insert(arn, (task, since));
            } else {
                complete.push(stopped_task(&task, log));
            }
        }
        Ok(complete)
    }

    /// What the revision asks for. That it can't be read must not hide why the deployment failed.
    pub(super) async fn definition(&mut self, aws: &Aws, target: &Target) -> Option<&TaskDefinition> {
        if self.definition.is_none() {
            let request = aws.client::<Ecs>().describe_task_definition().task_definition(&target.revision);
            self.definition = request.send().await.ok()?.task_definition;
        }
        self.definition.as_ref()
    }

    /// What can be named in causes.
    pub(super) async fn expected(&mut self, aws: &Aws, target: &Target) -> Expected {
        let Some(definition) = self.definition(aws, target).await else { return Expected::default() };
        let container = definition.container_definitions().first();
        let platform = definition.runtime_platform().and_then(|platform| platform.cpu_architecture());
        let port = container.and_then(|container| container.port_mappings().first()?.container_port());
        let task_memory = definition.memory().and_then(|memory| memory.parse().ok());
        let memory = container.and_then(|container| container.memory().map(i64::from));
        Expected {
            image: container.and_then(|container| container.image().map(str::to_owned)),
            processor: Some(platform.map_or("X86_64", |processor| processor.as_str()).to_owned()),
            port,
            execution_role: definition.execution_role_arn().map(|arn| last_part(arn).to_owned()),
            task_role: definition.task_role_arn().map(|arn| last_part(arn).to_owned()),
            log_group: container.and_then(|container| Some(log_of(container)?.0.to_owned())),
            memory_mib: memory.or(task_memory),
            ..Expected::default()
        }
    }

    /// The end of the task's log. That it can't be read must not hide why the deployment failed.
    async fn last_log_lines(&mut self, aws: &Aws, target: &Target, task: &Task) -> Vec<String> {
        let Some(definition) = self.definition(aws, target).await else { return Vec::new() };
        let id = last_part(task.task_arn().unwrap_or_default());
        let mut lines = Vec::new();
        for container in definition.container_definitions() {
            let Some((group, prefix)) = log_of(container) else { continue };
            let stream = format!("{prefix}/{}/{id}", container.name().unwrap_or_default());
            let request = aws.client::<Logs>().get_log_events().log_group_name(group).log_stream_name(stream);
            if let Ok(events) = request.limit(LOG_LINES).start_from_head(false).send().await {
                lines.extend(events.events().iter().filter_map(|event| event.message().map(str::to_owned)));
            }
        }
        lines
    }
}

/// The log group and the stream's prefix, with the awslogs driver.
fn log_of(container: &ContainerDefinition) -> Option<(&str, &str)> {
    let options = container.log_configuration()?.options()?;
    Some((options.get("awslogs-group")?, options.get("awslogs-stream-prefix")?))
}

/// Whether a task belongs to the deployment. Who did not begin it knows it by its revision and its time.
fn is_of(target: &Target, since: Option<&DateTime>, task: &Task) -> bool {
    let is_begun = match (&target.deployment_id, task.started_by()) {
        (Some(id), Some(by)) => by == id,
        _ => since.is_none_or(|since| task.created_at().is_none_or(|created| created >= since)),
    };
    is_begun && task.task_definition_arn() == Some(&target.revision)
}

fn stopped_task(task: &Task, log: Vec<String>) -> StoppedTask {
    let some = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let containers = task.containers().iter().map(|container| StoppedContainer {
        name: container.name().unwrap_or_default().to_owned(),
        exit_code: container.exit_code(),
        reason: some(container.reason()),
        health_status: container.health_status().map(|status| status.as_str().to_owned()),
    });
    let stopping = task.execution_stopped_at().or(task.stopping_at()).or(task.stopped_at());
    let ran =
        |from: &DateTime, to: &DateTime| Duration::try_from_secs_f64(to.as_secs_f64() - from.as_secs_f64());
    StoppedTask {
        id: last_part(task.task_arn().unwrap_or_default()).to_owned(),
        stop_code: task.stop_code().map(|code| code.as_str().to_owned()),
        stopped_reason: some(task.stopped_reason()),
        containers: containers.collect(),
        log,
        ran_for: task.started_at().zip(stopping).and_then(|(from, to)| ran(from, to).ok()),
    }
}
