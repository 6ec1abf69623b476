//! The log of one container of one task in CloudWatch Logs.

use crate::awslogs::{client, group_of, option};
use crate::tasks::id_of;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::operation::get_log_events::GetLogEventsOutput;
use aws_sdk_cloudwatchlogs::types::{OrderBy, OutputLogEvent};
use aws_sdk_ecs::types::Task;
use infra_aws::Aws;
use infra_ecs::ContainerDefinition;
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;

/// The stream is made when its container starts.
const NOT_THERE: &str = "ResourceNotFoundException";
const THROTTLED: &str = "ThrottlingException";

/// A log that is read from where it was last left.
pub struct LogStream {
    client: Client,
    /// The log group.
    pub group: String,
    prefix: Option<String>,
    /// The task's id.
    pub task: String,
    /// The container.
    pub container: String,
    since: Option<i64>,
    token: Option<String>,
}

/// What a program wrote at once: a line, or several where the log driver was set up to join them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Without the end of its last line.
    pub message: String,
}

impl LogStream {
    /// The log of a container; `None` where it is not on CloudWatch Logs.
    pub fn of(aws: &Aws, task: &str, container: &ContainerDefinition) -> Option<Self> {
        Some(Self {
            client: client(aws, option(container, "awslogs-region")),
            group: group_of(container)?.to_owned(),
            prefix: option(container, "awslogs-stream-prefix").map(str::to_owned),
            task: task.to_owned(),
            container: container.name().to_owned(),
            since: None,
            token: None,
        })
    }

    /// Leaves out what is older, in milliseconds since 1970.
    pub fn since(mut self, time: i64) -> Self {
        self.since = Some(time);
        self
    }

    /// ECS names it after the task, or without a prefix Docker after the container.
    fn name(&self, tasks: &[Task]) -> Option<String> {
        if let Some(prefix) = &self.prefix {
            return Some(format!("{prefix}/{}/{}", self.container, self.task));
        }
        let task = tasks.iter().find(|task| id_of(task) == self.task)?;
        let container = task.containers().iter().find(|it| it.name() == Some(&self.container))?;
        container.runtime_id().map(str::to_owned)
    }

    /// What was written since the last look: the service gives the same token again when there is no more. Asked too often,
    /// it gives that at the next look.
    pub async fn new_events(&mut self, tasks: &[Task]) -> Result<Vec<LogEvent>, Failure> {
        let mut events = Vec::new();
        let Some(name) = self.name(tasks) else { return Ok(events) };
        loop {
            let token = self.token.clone();
            let Some(answer) = self.page(&name, token, None, &[NOT_THERE, THROTTLED]).await? else {
                return Ok(events);
            };
            events.extend(answer.events().iter().filter_map(event));
            let token = answer.next_forward_token;
            if token.is_none() || token == self.token {
                return Ok(events);
            }
            self.token = token;
        }
    }

    /// The newest so many, to be followed by [`Self::new_events`].
    pub async fn last_events(&mut self, tasks: &[Task], most: i32) -> Result<Vec<LogEvent>, Failure> {
        let mut pages: Vec<Vec<LogEvent>> = Vec::new();
        let Some(name) = self.name(tasks) else { return Ok(Vec::new()) };
        let mut earlier: Option<String> = None;
        loop {
            let Some(answer) = self.page(&name, earlier.clone(), Some(most), &[NOT_THERE]).await? else {
                break;
            };
            if earlier.is_none() {
                self.token = answer.next_forward_token.clone();
            }
            pages.push(answer.events().iter().filter_map(event).collect());
            let token = answer.next_backward_token;
            let enough = pages.iter().map(Vec::len).sum::<usize>() >= usize::try_from(most).unwrap_or(0);
            if enough || token.is_none() || token == earlier {
                break;
            }
            earlier = token;
        }
        Ok(pages.into_iter().rev().flatten().collect())
    }

    /// The tasks whose logs of this container are among the newest of the group, the one that wrote last first.
    pub async fn newest_tasks(&self) -> Result<Vec<String>, Failure> {
        let Some(prefix) = &self.prefix else { return Ok(Vec::new()) };
        let request = self.client.describe_log_streams().log_group_name(&self.group);
        let request = request.order_by(OrderBy::LastEventTime).descending(true);
        let answer = request.send().await.none_if(&[NOT_THERE], "list the newest logs")?;
        let beginning = format!("{prefix}/{}/", self.container);
        let streams = answer.and_then(|answer| answer.log_streams).unwrap_or_default();
        let tasks = streams.iter().filter_map(|stream| stream.log_stream_name()?.strip_prefix(&beginning));
        Ok(tasks.map(str::to_owned).collect())
    }

    /// A part of the log: with `from_end` so many events of its end, and those before them.
    async fn page(
        &self,
        name: &str,
        token: Option<String>,
        from_end: Option<i32>,
        not_now: &[&str],
    ) -> Result<Option<GetLogEventsOutput>, Failure> {
        let request = self.client.get_log_events().log_group_name(&self.group).log_stream_name(name);
        let request = request.set_start_time(self.since).set_next_token(token);
        let request = request.start_from_head(from_end.is_none()).set_limit(from_end);
        request.send().await.none_if(not_now, "read the task's log")
    }
}

fn event(event: &OutputLogEvent) -> Option<LogEvent> {
    let message = event.message()?.trim_end_matches(['\r', '\n']).to_owned();
    Some(LogEvent { time: event.timestamp().unwrap_or_default(), message })
}

impl LogEvent {
    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.message.split('\n')
    }
}

/// Says which containers' logs can't be shown.
pub fn note_elsewhere<'a>(containers: impl IntoIterator<Item = &'a ContainerDefinition>) {
    for container in containers.into_iter().filter(|container| group_of(container).is_none()) {
        infra_options::say!(
            "the log of container {} is not on CloudWatch Logs and not shown",
            container.name()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_lines_stay() {
        let lines = |message: &str| {
            let event = event(&OutputLogEvent::builder().message(message).build()).unwrap();
            event.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(lines("one"), ["one"]);
        assert_eq!(lines(""), [""]);
        assert_eq!(lines("one\n\n  at two\n"), ["one", "", "  at two"]);
    }
}
