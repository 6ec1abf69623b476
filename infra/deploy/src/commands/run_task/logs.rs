//! The logs of tasks that run, from CloudWatch Logs to standard output.

use crate::error_report;
use crate::log_stream::{LogEvent, LogStream, note_elsewhere};
use crate::progress_view::ProgressView;
use crate::tasks::short;
use aws_sdk_ecs::types::Task;
use infra_aws::Aws;
use infra_ecs::TaskDefinition;
use std::io::Write;

/// The logs of all containers of all tasks.
pub struct Logs {
    streams: Vec<LogStream>,
    to_stderr: bool,
}

impl Logs {
    /// The logs of these tasks; with `to_stderr` standard output stays free for JSON. Containers without a log on
    /// CloudWatch are named.
    pub fn new(aws: &Aws, tasks: &[String], definition: &TaskDefinition, to_stderr: bool) -> Self {
        let containers = &definition.container_definitions;
        note_elsewhere(containers);
        let streams = tasks.iter().flat_map(|task| {
            containers.iter().filter_map(move |container| LogStream::of(aws, task, container))
        });
        Self { streams: streams.collect(), to_stderr }
    }

    /// Prints what is new; says whether there was anything. A log that can't be read is reported once and left: how the tasks end
    /// does not depend on it.
    pub async fn print_new(&mut self, tasks: &[Task], view: &ProgressView) -> bool {
        let mut any = false;
        let mut unreadable = None;
        let labelled = self.streams.len() > 1;
        for stream in &mut self.streams {
            match stream.new_events(tasks).await {
                Ok(events) => {
                    any |= !events.is_empty();
                    let label = format!("{}/{} | ", short(&stream.task), stream.container);
                    let label = if labelled { label.as_str() } else { "" };
                    let lines = events.iter().flat_map(LogEvent::lines);
                    let text: String = lines.map(|line| format!("{label}{line}\n")).collect();
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
