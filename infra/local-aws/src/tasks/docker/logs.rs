//! Containers' output: with driver `awslogs` it goes to CloudWatch Logs in the emulator, all else Docker does itself.

use super::running::{Running, Stop};
use super::{Inner, life, secrets};
use crate::emulator::{Emulator, EmulatorError};
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::{LogsOptions, LogsOptionsBuilder, WaitContainerOptionsBuilder};
use futures::{Stream, StreamExt};
use infra_ecs::ContainerDefinition;
use infra_ecs::container::{LogConfiguration, LogDriver};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::MissedTickBehavior;

/// What CloudWatch Logs takes at once, and how it counts.
///
/// AWS: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
const MOST_EVENTS: usize = 10_000;
const MOST_BYTES: usize = 1_048_576;
const BYTES_OF_AN_EVENT: usize = 26;
const LONGEST_MESSAGE: usize = 256 * 1024 - BYTES_OF_AN_EVENT;
/// How long a line waits for others.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
const ATTEMPTS: u32 = 3;
/// Seconds by which a line of one of the two outputs may come after a later one of the other.
const OUT_OF_ORDER: i64 = 10;

/// A stream of a log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination {
    group: String,
    stream: String,
    region: Option<String>,
    create_group: bool,
}

/// A line of output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Event {
    timestamp: i64,
    message: String,
}

/// Docker's `LogConfig` for a container: what goes to CloudWatch Logs is read from its file. A FireLens router is a
/// container like others here, and what it would be sent is in its neighbour's own file.
pub(super) fn driver(definition: &ContainerDefinition, secrets: &BTreeMap<String, String>) -> Value {
    match &definition.log_configuration {
        Some(log) if !matches!(log.log_driver, LogDriver::AwsLogs | LogDriver::AwsFirelens) => {
            let secrets = secrets.iter().map(|(name, value)| (name.clone(), json!(value)));
            let options = log.options.iter().map(|(name, value)| (name.clone(), json!(value)));
            json!({"Type": log.log_driver, "Config": options.chain(secrets).collect::<Map<_, _>>()})
        }
        _ => json!({"Type": "json-file", "Config": {"max-size": "50m", "max-file": "2"}}),
    }
}

/// Where in CloudWatch Logs a container's output goes. Without a prefix the stream is named for the
/// container, which has no id before it is made.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html>
pub(super) fn destination(task: &Running, index: usize, runtime_id: Option<&str>) -> Option<Destination> {
    let definition = &task.containers[index].definition;
    let log = definition.log_configuration.as_ref().filter(|log| log.log_driver == LogDriver::AwsLogs)?;
    let prefix = option(log, "awslogs-stream-prefix");
    let named = prefix.map(|prefix| format!("{prefix}/{}/{}", definition.name(), task.task.id));
    Some(Destination {
        group: option(log, "awslogs-group")?,
        stream: named.or_else(|| runtime_id.map(str::to_owned))?,
        region: option(log, "awslogs-region"),
        create_group: option(log, "awslogs-create-group").as_deref() == Some("true"),
    })
}

fn option(log: &LogConfiguration, name: &str) -> Option<String> {
    log.options.get(name)?.get().ok().cloned().filter(|value| !value.is_empty())
}

impl Destination {
    /// Makes the stream, and the group if that is asked for.
    ///
    /// # Errors
    /// There is no such group: the task does not start.
    pub async fn open(&self, emulator: &Emulator, on_fargate: bool) -> Result<(), Stop> {
        if self.create_group {
            let made = self.call(emulator, "CreateLogGroup", json!({"logGroupName": self.group})).await;
            made.map_err(|error| not_opened("failed to create Cloudwatch log group", &error, on_fargate))?;
        }
        let stream = json!({"logGroupName": self.group, "logStreamName": self.stream});
        let made = self.call(emulator, "CreateLogStream", stream).await;
        made.map_err(|error| not_opened("failed to create Cloudwatch log stream", &error, on_fargate))
    }

    async fn put(&self, emulator: &Emulator, mut events: Vec<Event>) {
        events.sort_by_key(|event| event.timestamp);
        let body = json!({"logGroupName": self.group, "logStreamName": self.stream, "logEvents": events});
        for attempt in 1.. {
            match self.call(emulator, "PutLogEvents", body.clone()).await {
                Err(EmulatorError::Silent { .. }) if attempt < ATTEMPTS => {
                    tokio::time::sleep(FLUSH_EVERY).await;
                }
                Err(error) => return eprintln!("output of {} is lost: {error}", self.stream),
                Ok(()) => return,
            }
        }
    }

    async fn call(&self, emulator: &Emulator, operation: &str, body: Value) -> Result<(), EmulatorError> {
        let mut emulator = emulator.clone();
        emulator.region.clone_from(self.region.as_ref().unwrap_or(&emulator.region.clone()));
        match emulator.json("logs", &format!("Logs_20140328.{operation}"), &body).await {
            Err(EmulatorError::Refused { code, .. }) if code == "ResourceAlreadyExistsException" => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

fn not_opened(what: &str, error: &EmulatorError, on_fargate: bool) -> Stop {
    let why = format!("{what}: {}", secrets::refusal(error));
    let reason = if on_fargate {
        format!(
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: {why} : exit status 1"
        )
    } else {
        format!(
            "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: {why}"
        )
    };
    Stop::new(life::FAILED_TO_START, reason)
}

/// When the last line was written that is known, of standard output and of standard error.
pub(super) type Known = [Option<OffsetDateTime>; 2];

/// Sends a container's output until it ends; returns what is known then.
pub(super) async fn follow(inner: Arc<Inner>, id: String, destination: Destination, known: Known) -> Known {
    let mut sender = Sender { emulator: &inner.settings.emulator, destination, batch: Batch::default() };
    let known = sender.send(inner.docker.logs(&id, Some(options(&known, true))), known).await.0;
    // Docker may end that before the last line, which is written before the container has stopped.
    let stopped = WaitContainerOptionsBuilder::default().condition("not-running").build();
    inner.docker.wait_container(&id, Some(stopped)).next().await;
    let (mut known, open) = sender.send(inner.docker.logs(&id, Some(options(&known, false))), known).await;
    for (index, event) in open.into_iter().enumerate() {
        known[index] = known[index].max(event.as_ref().map(|(at, _)| *at));
        sender.add(event.map(|(_, event)| event)).await;
    }
    sender.flush().await;
    known
}

fn options(known: &Known, follow: bool) -> LogsOptions {
    let last = known.iter().flatten().max().map(|at| at.unix_timestamp() - OUT_OF_ORDER);
    let since = last.and_then(|at| i32::try_from(at).ok());
    let options = LogsOptionsBuilder::default().follow(follow).stdout(true).stderr(true).timestamps(true);
    options.since(since.unwrap_or_default()).build()
}

/// Lines that have not come to their end.
type Open = [Option<(OffsetDateTime, Event)>; 2];

struct Sender<'a> {
    emulator: &'a Emulator,
    destination: Destination,
    batch: Batch,
}

impl Sender<'_> {
    /// Sends what is not known yet, until Docker has no more; returns what is known then, and what is left open.
    async fn send(
        &mut self,
        mut output: impl Stream<Item = Result<LogOutput, Error>> + Unpin,
        known: Known,
    ) -> (Known, Open) {
        let (mut last, mut open) = (known, Open::default());
        let mut flush = tokio::time::interval(FLUSH_EVERY);
        flush.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let next = tokio::select! {
                next = output.next() => next,
                _ = flush.tick() => {
                    self.flush().await;
                    continue;
                }
            };
            // It breaks off when the engine goes, and the container with it.
            let Some(Ok(piece)) = next else { return (last, open) };
            let index = usize::from(matches!(piece, LogOutput::StdErr { .. }));
            if let Some((at, event)) = read(&piece, known[index], &mut open[index]) {
                last[index] = Some(at);
                self.add(Some(event)).await;
            }
        }
    }

    async fn add(&mut self, event: Option<Event>) {
        for event in event.into_iter().flat_map(Event::parts) {
            if let Some(events) = self.batch.add(event) {
                self.destination.put(self.emulator, events).await;
            }
        }
    }

    async fn flush(&mut self) {
        if let Some(events) = self.batch.take() {
            self.destination.put(self.emulator, events).await;
        }
    }
}

/// The line that ends with this piece: Docker gives at most 16 KiB at once, each with the time of the line's start.
fn read(
    piece: &LogOutput,
    known: Option<OffsetDateTime>,
    open: &mut Option<(OffsetDateTime, Event)>,
) -> Option<(OffsetDateTime, Event)> {
    let text = String::from_utf8_lossy(piece.as_ref());
    let (time, text) = text.split_once(' ')?;
    let at = OffsetDateTime::parse(time, &Rfc3339).ok().filter(|at| known.is_none_or(|known| known < *at))?;
    let timestamp = i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    let (_, event) = open.get_or_insert_with(|| (at, Event { timestamp, message: String::new() }));
    event.message.push_str(text);
    let whole = event.message.ends_with('\n') || event.message.len() >= LONGEST_MESSAGE;
    if whole { open.take() } else { None }
}

impl Event {
    /// Without its line end, in parts that CloudWatch Logs takes; an empty line is none.
    fn parts(self) -> Vec<Self> {
        let mut rest = self.message.trim_end_matches(['\r', '\n']);
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let (part, others) = rest.split_at(rest.floor_char_boundary(LONGEST_MESSAGE));
            parts.push(Self { timestamp: self.timestamp, message: part.to_owned() });
            rest = others;
        }
        parts
    }
}

/// Events that are sent together.
#[derive(Default)]
struct Batch {
    events: Vec<Event>,
    bytes: usize,
}

impl Batch {
    /// Adds one; what there was comes back if both are too much for one call.
    fn add(&mut self, event: Event) -> Option<Vec<Event>> {
        let bytes = event.message.len() + BYTES_OF_AN_EVENT;
        let full = self.events.len() == MOST_EVENTS || self.bytes + bytes > MOST_BYTES;
        let before = if full { self.take() } else { None };
        self.bytes += bytes;
        self.events.push(event);
        before
    }

    fn take(&mut self) -> Option<Vec<Event>> {
        self.bytes = 0;
        Some(std::mem::take(&mut self.events)).filter(|events| !events.is_empty())
    }
}

#[cfg(test)]
mod tests;
