//! The logs of tasks that run, from CloudWatch Logs to standard output.

use super::started::short;
use crate::error_report;
use crate::progress_view::ProgressView;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::config::Region;
use aws_sdk_ecs::types::Task;
use infra_aws::Aws;
use infra_aws::clients;
use infra_ecs::container::LogDriver;
use infra_ecs::{ContainerDefinition, TaskDefinition};
use infra_engine::Failure;
use infra_wire::sdk_error::SdkResult;
use std::io::Write;

/// The logs of all containers of all tasks.
pub struct Logs {
    streams: Vec<Stream>,
    to_stderr: bool,
}

/// The log of one container of one task.
struct Stream {
    client: Client,
    group: String,
    prefix: Option<String>,
    task: String,
    container: String,
    label: String,
    token: Option<String>,
}

impl Logs {
    /// The logs of these tasks; with `to_stderr` standard output stays free for JSON. Containers without a log on
    /// CloudWatch are named.
    pub fn new(aws: &Aws, tasks: &[String], definition: &TaskDefinition, to_stderr: bool) -> Self {
        let containers = &definition.container_definitions;
        for container in containers.iter().filter(|container| group_of(container).is_none()) {
            infra_options::say!(
                "the log of container {} is not on CloudWatch Logs and not shown",
                container.name()
            );
        }
        let logged: Vec<_> = containers.iter().filter(|container| group_of(container).is_some()).collect();
        let labelled = tasks.len() * logged.len() > 1;
        let streams = tasks.iter().flat_map(|task| logged.iter().map(move |container| (task, *container)));
        let streams = streams.filter_map(|(task, container)| {
            let label =
                if labelled { format!("{}/{} | ", short(task), container.name()) } else { String::new() };
            Some(Stream {
                client: client(aws, option(container, "awslogs-region")),
                group: group_of(container)?.to_owned(),
                prefix: option(container, "awslogs-stream-prefix").map(str::to_owned),
                task: task.clone(),
                container: container.name().to_owned(),
                label,
                token: None,
            })
        });
        Self { streams: streams.collect(), to_stderr }
    }

    /// Prints what is new; says whether there was anything. A log that can't be read is reported once and left: how the tasks end
    /// does not depend on it.
    pub async fn print_new(&mut self, tasks: &[Task], view: &ProgressView) -> bool {
        let mut any = false;
        let mut unreadable = None;
        for stream in &mut self.streams {
            let Some(name) = stream.name(tasks) else { continue };
            match stream.new_lines(name).await {
                Ok(lines) => {
                    any |= !lines.is_empty();
                    let text: String = lines.iter().map(|line| format!("{}{line}\n", stream.label)).collect();
                    view.suspend(|| print(&text, self.to_stderr));
                }
                Err(failure) => unreadable = Some(failure),
            }
        }
        if let Some(failure) = unreadable {
            self.streams.clear();
            view.suspend(|| error_report::warn("no more of the log is shown", &failure));
        }
        any
    }
}

/// A reader that has gone, as with `| head`, does not end the waiting.
fn print(text: &str, to_stderr: bool) {
    if to_stderr {
        std::io::stderr().write_all(text.as_bytes()).ok();
    } else {
        let mut output = std::io::stdout();
        output.write_all(text.as_bytes()).and_then(|()| output.flush()).ok();
    }
}

impl Stream {
    /// ECS names it after the task, or without a prefix Docker after the container.
    fn name(&self, tasks: &[Task]) -> Option<String> {
        if let Some(prefix) = &self.prefix {
            return Some(format!("{prefix}/{}/{}", self.container, self.task));
        }
        let task = tasks.iter().find(|task| super::started::id_of(task) == self.task)?;
        let container = task.containers().iter().find(|it| it.name() == Some(&self.container))?;
        container.runtime_id().map(str::to_owned)
    }

    /// The lines since the last look: the service gives the same token again when there are no more. Asked too often, it
    /// gives them at the next look.
    async fn new_lines(&mut self, name: String) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        loop {
            let request = self.client.get_log_events().log_group_name(&self.group).log_stream_name(&name);
            let request = request.start_from_head(true).set_next_token(self.token.clone());
            let not_now = ["ResourceNotFoundException", "ThrottlingException"];
            let answer = request.send().await.none_if(&not_now, "read the task's log")?;
            let Some(answer) = answer else { return Ok(lines) };
            let messages = answer.events().iter().filter_map(|event| event.message());
            lines.extend(messages.flat_map(lines_of));
            let token = answer.next_forward_token;
            if token.is_none() || token == self.token {
                return Ok(lines);
            }
            self.token = token;
        }
    }
}

/// An event is a line, or several where the log driver was set up to join them.
fn lines_of(message: &str) -> impl Iterator<Item = String> {
    message.trim_end_matches(['\r', '\n']).split('\n').map(str::to_owned)
}

/// The group of a container whose log driver is awslogs.
fn group_of(container: &ContainerDefinition) -> Option<&str> {
    let logs = container.log_configuration.as_ref()?;
    if logs.log_driver == LogDriver::AwsLogs { option(container, "awslogs-group") } else { None }
}

fn option<'a>(container: &'a ContainerDefinition, name: &str) -> Option<&'a str> {
    let value = container.log_configuration.as_ref()?.options.get(name)?;
    value.get().ok().map(String::as_str)
}

/// Logs may be kept in another region than the task runs in.
fn client(aws: &Aws, region: Option<&str>) -> Client {
    match region.filter(|region| *region != aws.region) {
        Some(region) => {
            let config =
                aws.client::<clients::Logs>().config().to_builder().region(Region::new(region.to_owned()));
            Client::from_conf(config.build())
        }
        None => (*aws.client::<clients::Logs>()).clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[test]
    fn empty_lines_stay() {
        let lines = |message| lines_of(message).collect::<Vec<_>>();
        assert_eq!(lines("one"), ["one"]);
        assert_eq!(lines(""), [""]);
        assert_eq!(lines("one\n\n  at two\n"), ["one", "", "  at two"]);
    }

    #[test]
    fn only_the_awslogs_driver_has_a_group() {
        let container = |driver: &str| {
            let logs = json!({"logDriver": driver, "options": {"awslogs-group": "/ecs/demo"}});
            ContainerDefinition::deserialize(json!({"name": "web", "logConfiguration": logs})).unwrap()
        };
        assert_eq!(group_of(&container("awslogs")), Some("/ecs/demo"));
        assert_eq!(group_of(&container("splunk")), None);
        assert_eq!(group_of(&ContainerDefinition::default()), None);
    }
}
