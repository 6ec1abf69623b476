//! The log streams of the tasks that are shown, as tasks come and go.

use super::lines::{Labels, Line, in_order, label};
use crate::log_stream::{LogEvent, LogStream, note_elsewhere};
use crate::tasks::{self, id_of};
use aws_sdk_ecs::types::Task;
use futures::stream::{self, StreamExt, TryStreamExt};
use infra_aws::{Aws, task_definition};
use infra_ecs::{ContainerDefinition, TaskDefinition};
use infra_engine::Failure;
use infra_options::logs::Options;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// So many lines are shown where nobody asked for others.
const LAST: usize = 100;
/// So many streams are read at once.
const AT_ONCE: usize = 8;
/// After a task has stopped its last lines still arrive: so many reads without one end its log.
const QUIET_READS: u32 = 10;

/// The streams that are read.
pub struct Streams<'a> {
    aws: &'a Aws,
    container: Option<&'a str>,
    since: Option<i64>,
    definitions: BTreeMap<String, TaskDefinition>,
    tasks: Vec<Task>,
    read: Vec<Read>,
}

struct Read {
    stream: LogStream,
    quiet: u32,
}

impl<'a> Streams<'a> {
    /// None yet.
    pub fn new(aws: &'a Aws, options: &'a Options) -> Self {
        Self {
            aws,
            container: options.container.as_deref(),
            since: options.since.map(|since| milliseconds_before(SystemTime::now(), since)),
            definitions: BTreeMap::new(),
            tasks: Vec::new(),
            read: Vec::new(),
        }
    }

    /// Takes tasks in; gives the ids of those that are new.
    ///
    /// # Errors
    /// When none has the container that was asked for.
    pub async fn add(&mut self, tasks: &[Task]) -> Result<Vec<String>, Failure> {
        let mut new = Vec::new();
        for task in tasks {
            // What Docker calls its containers comes only when they are started.
            if let Some(known) = self.tasks.iter_mut().find(|known| id_of(known) == id_of(task)) {
                known.clone_from(task);
                continue;
            }
            let revision = task.task_definition_arn().unwrap_or_default().to_owned();
            if !self.definitions.contains_key(&revision) {
                let definition = task_definition::revision(self.aws, &revision).await?;
                note_elsewhere(asked(&definition, self.container)?);
                self.definitions.insert(revision.clone(), definition);
            }
            let Some(definition) = self.definitions.get(&revision) else { continue };
            let streams = asked(definition, self.container)?.into_iter();
            let streams = streams.filter_map(|container| LogStream::of(self.aws, id_of(task), container));
            self.read.extend(streams.map(|stream| Read {
                stream: match self.since {
                    Some(since) => stream.since(since),
                    None => stream,
                },
                quiet: 0,
            }));
            self.tasks.push(task.clone());
            new.push(id_of(task).to_owned());
        }
        Ok(new)
    }

    /// Those of tasks that are not among these are left when they are quiet.
    pub fn leave_ended(&mut self, running: &[Task]) {
        let runs = |id: &str| running.iter().any(|task| id_of(task) == id);
        self.read.retain(|read| runs(&read.stream.task) || read.quiet < QUIET_READS);
        let is_read = |id: &str| self.read.iter().any(|read| read.stream.task == id);
        self.tasks.retain(|task| runs(id_of(task)) || is_read(id_of(task)));
    }

    /// The last lines, or all since the time that was asked for.
    pub async fn first_lines(&mut self) -> Result<Vec<Line>, Failure> {
        if self.since.is_some() {
            return self.new_lines().await;
        }
        let tasks = &self.tasks;
        let most = i32::try_from(LAST).unwrap_or(i32::MAX);
        let reads = self.read.iter_mut().map(async |read| {
            let events = read.stream.last_events(tasks, most).await?;
            Ok(lines(&read.stream, events))
        });
        let found: Vec<Vec<Line>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        let mut lines = in_order(found.concat());
        let older = lines.len().saturating_sub(LAST);
        Ok(lines.split_off(older))
    }

    /// The lines since the last look.
    pub async fn new_lines(&mut self) -> Result<Vec<Line>, Failure> {
        let tasks = &self.tasks;
        let reads = self.read.iter_mut().map(async |read| {
            let events = read.stream.new_events(tasks).await?;
            read.quiet = if events.is_empty() { read.quiet.saturating_add(1) } else { 0 };
            Ok(lines(&read.stream, events))
        });
        let found: Vec<Vec<Line>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        Ok(in_order(found.concat()))
    }

    /// How their lines are told apart.
    pub fn labels(&self) -> Labels {
        let of = |definition: &TaskDefinition| {
            asked(definition, self.container).map_or(0, |containers| containers.len())
        };
        let with_container = self.definitions.values().any(|definition| of(definition) > 1);
        let labels = self.read.iter().map(|read| {
            let LogStream { task, container, .. } = &read.stream;
            label(task, container, with_container).len()
        });
        Labels { with_container, width: labels.max().unwrap_or_default() }
    }
}

/// The containers whose logs are shown.
fn asked<'a>(
    definition: &'a TaskDefinition,
    name: Option<&str>,
) -> Result<Vec<&'a ContainerDefinition>, Failure> {
    let all = &definition.container_definitions;
    let asked: Vec<_> = all.iter().filter(|it| name.is_none_or(|name| it.name() == name)).collect();
    match name {
        Some(name) if asked.is_empty() => Err(tasks::no_container(definition, name)),
        _ => Ok(asked),
    }
}

fn lines(stream: &LogStream, events: Vec<LogEvent>) -> Vec<Line> {
    let line = |LogEvent { time, message }| Line {
        time,
        message,
        task: stream.task.clone(),
        container: stream.container.clone(),
    };
    events.into_iter().map(line).collect()
}

fn milliseconds_before(now: SystemTime, since: Duration) -> i64 {
    let time = now.duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(since);
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition() -> TaskDefinition {
        let container = |name: &str| ContainerDefinition {
            name: Some(name.to_owned()),
            ..ContainerDefinition::default()
        };
        let container_definitions = vec![container("web"), container("router")];
        TaskDefinition { family: "demo-web".to_owned(), container_definitions, ..TaskDefinition::default() }
    }

    #[test]
    fn a_container_is_shown_alone_and_must_be_there() {
        let names = |name| {
            let asked = asked(&definition(), name)
                .map(|it| it.iter().map(|it| it.name()).collect::<Vec<_>>().join(" "));
            asked.map_err(|failure| failure.to_string())
        };
        assert_eq!(names(None).as_deref(), Ok("web router"));
        assert_eq!(names(Some("router")).as_deref(), Ok("router"));
        assert_eq!(names(Some("db")).unwrap_err(), "a task of demo-web has no container db");
    }

    #[test]
    fn a_time_before_all_logs_asks_for_all() {
        let now = UNIX_EPOCH + Duration::from_millis(90_500);
        assert_eq!(milliseconds_before(now, Duration::from_secs(60)), 30_500);
        assert_eq!(milliseconds_before(now, Duration::MAX), 0);
    }
}
