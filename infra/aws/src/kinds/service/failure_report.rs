//! What tasks said while they died, kept because ECS forgets stopped tasks within the hour.

use super::revision;
use crate::Aws;
use crate::clients::{Ecs, Logs};
use crate::partial;
use aws_sdk_ecs::types::{DesiredStatus, Task};
use infra_engine::Failure;
use infra_resources::Service;
use infra_wire::sdk_error::SdkResult;
use std::collections::BTreeMap;
use std::fmt::Write;

const LOG_LINES: i32 = 10;
/// So ECS answers as long as it does not know what was just made: then no task can have died.
const NOT_KNOWN: [&str; 2] = ["ClusterNotFoundException", "ServiceNotFoundException"];
/// So many dead tasks explain it; a crash loop makes many alike.
const TASKS: usize = 3;

/// Stopped tasks of the revision being deployed, by ARN.
#[derive(Default)]
pub struct FailureReport {
    stopped: BTreeMap<String, Task>,
}

impl FailureReport {
    /// Keeps the tasks of this revision that have stopped by themselves.
    ///
    /// # Errors
    /// When ECS can't be asked.
    pub async fn collect(&mut self, aws: &Aws, desired: &Service) -> Result<(), Failure> {
        let request = aws
            .client::<Ecs>()
            .list_tasks()
            .cluster(&desired.cluster_name)
            .service_name(&desired.service_name);
        let answer = request.desired_status(DesiredStatus::Stopped).send().await;
        let answer = answer.none_if(&NOT_KNOWN, "list stopped tasks")?;
        let stopped = answer.and_then(|answer| answer.task_arns).unwrap_or_default();
        let unknown: Vec<String> =
            stopped.into_iter().filter(|arn| !self.stopped.contains_key(arn)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        let request =
            aws.client::<Ecs>().describe_tasks().cluster(&desired.cluster_name).set_tasks(Some(unknown));
        let answer = request.send().await.or_failure("describe stopped tasks")?;
        partial::described(answer.failures.as_deref(), "describe stopped tasks")?;
        let revision = revision(desired)?;
        for task in answer.tasks.unwrap_or_default() {
            let arn = task.task_arn().unwrap_or_default().to_owned();
            if task.task_definition_arn() == Some(revision) {
                self.stopped.insert(arn, task);
            }
        }
        Ok(())
    }

    /// The failure with what is known of the tasks that died.
    pub async fn explain(&self, aws: &Aws, desired: &Service, failure: Failure) -> Failure {
        let mut story = failure.to_string();
        for task in self.stopped.values().take(TASKS) {
            describe(&mut story, task);
            for line in last_log_lines(aws, desired, task).await {
                let _ = write!(story, "\n    | {line}");
            }
        }
        let hint = failure.what_to_do().unwrap_or("mend the cause above and deploy again").to_owned();
        Failure::new(story).hint(hint)
    }
}

fn describe(story: &mut String, task: &Task) {
    let id = task.task_arn().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let _ = write!(story, "\n  task {id} stopped: {}", task.stopped_reason().unwrap_or("no reason given"));
    for container in task.containers() {
        let name = container.name().unwrap_or_default();
        if let Some(code) = container.exit_code() {
            let _ = write!(story, "\n    container {name} exited with code {code}");
        }
        if let Some(reason) = container.reason() {
            let _ = write!(story, "\n    container {name}: {reason}");
        }
    }
}

/// The end of the task's log. That it can't be read must not hide why the deployment failed.
async fn last_log_lines(aws: &Aws, desired: &Service, task: &Task) -> Vec<String> {
    let Ok(revision) = revision(desired) else { return Vec::new() };
    let definition =
        aws.client::<Ecs>().describe_task_definition().task_definition(revision).send().await.ok();
    let Some(definition) = definition.and_then(|answer| answer.task_definition) else { return Vec::new() };
    let id = task.task_arn().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let mut lines = Vec::new();
    for container in definition.container_definitions() {
        let options = container.log_configuration().and_then(|logs| logs.options());
        let Some((group, prefix)) = options
            .and_then(|options| Some((options.get("awslogs-group")?, options.get("awslogs-stream-prefix")?)))
        else {
            continue;
        };
        let stream = format!("{prefix}/{}/{id}", container.name().unwrap_or_default());
        let request = aws.client::<Logs>().get_log_events().log_group_name(group).log_stream_name(stream);
        if let Ok(events) = request.limit(LOG_LINES).start_from_head(false).send().await {
            lines.extend(events.events().iter().filter_map(|event| event.message().map(str::to_owned)));
        }
    }
    lines
}
