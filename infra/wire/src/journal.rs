//! The journal: a line of JSON for every call of a run, in `target/journal/`. Neither bodies nor credentials are in it.

use super::call::Call;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use infra_engine::caller::RESOURCE;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions, create_dir_all};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

/// So many runs are kept.
const KEPT: usize = 50;

static JOURNAL: OnceLock<Mutex<File>> = OnceLock::new();

/// A call in the journal.
#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    /// When it was made, in UTC.
    pub time: String,
    /// The resource it was made for.
    pub resource: Option<String>,
    /// The service, such as `ecs`.
    pub service: String,
    /// The operation, such as `CreateService`; of S3 the method.
    pub operation: String,
    /// How long it took.
    pub milliseconds: u64,
    /// The HTTP status, or what happened instead of an answer.
    pub outcome: String,
    /// The id that AWS gave the request.
    pub request_id: Option<String>,
}

/// Between the parts of a file's name: the time, the stack, where it is, the command, the process. None of them has it.
const BETWEEN: char = '_';

/// A stack, and where it is: stacks of one name may be in several regions, and on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// The region.
    pub region: &'a str,
    /// Whether it is on this machine.
    pub local: bool,
}

impl Place<'_> {
    fn parts(self) -> [String; 2] {
        let place = if self.local { "local" } else { self.region };
        [self.stack.to_owned(), place.replace(BETWEEN, "-")]
    }
}

/// Begins the journal of this run; without one the run goes on.
///
/// # Errors
/// When the file can't be written.
pub fn begin(workspace: &Path, place: Place<'_>, command: &str) -> io::Result<()> {
    let folder = folder(workspace);
    create_dir_all(&folder)?;
    forget_old(&folder)?;
    let [stack, place] = place.parts();
    let parts = [now().replace(':', ""), stack, place, command.to_owned(), std::process::id().to_string()];
    let name = format!("{}.jsonl", parts.join(&BETWEEN.to_string()));
    let file = OpenOptions::new().create(true).append(true).open(folder.join(name))?;
    JOURNAL.get_or_init(|| Mutex::new(file));
    Ok(())
}

/// Writes a call down.
pub fn write(call: &Call, took: Duration, answer: &Result<HttpResponse, ConnectorError>) {
    let Some(journal) = JOURNAL.get() else { return };
    let request_id = answer.as_ref().ok().and_then(|answer| {
        let headers = answer.headers();
        headers.get("x-amzn-requestid").or_else(|| headers.get("x-amz-request-id")).map(str::to_owned)
    });
    let entry = Entry {
        time: now(),
        resource: RESOURCE.try_with(Clone::clone).ok(),
        service: call.service.clone(),
        operation: call.operation.clone(),
        milliseconds: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        outcome: match answer {
            Ok(answer) => answer.status().as_u16().to_string(),
            Err(error) => error.to_string(),
        },
        request_id,
    };
    let Ok(mut line) = serde_json::to_vec(&entry) else { return };
    line.push(b'\n');
    // A full disk must not end a deploy half-way.
    let _ = journal.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line);
}

/// The calls of earlier runs for a stack that concern a resource, oldest first, with the run they were made in.
///
/// # Errors
/// When the folder can't be read.
pub fn of_resource(workspace: &Path, place: Place<'_>, resource: &str) -> io::Result<Vec<(String, Entry)>> {
    let mut found = Vec::new();
    for path in files(&folder(workspace))? {
        let run = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !is_of(&run, place) {
            continue;
        }
        for line in BufReader::new(File::open(&path)?).lines() {
            // The last line of a run that was killed may be cut off.
            if let Ok(entry) = serde_json::from_str::<Entry>(&line?)
                && entry.resource.as_deref() == Some(resource)
            {
                found.push((run.clone(), entry));
            }
        }
    }
    Ok(found)
}

/// Whether a run was one for this stack, by its file's name.
fn is_of(run: &str, place: Place<'_>) -> bool {
    let [stack, place] = place.parts();
    matches!(run.split(BETWEEN).collect::<Vec<_>>()[..], [_, of, at, _, _] if of == stack && at == place)
}

fn folder(workspace: &Path) -> PathBuf {
    workspace.join("target/journal")
}

/// Sorted by their names, which begin with the time.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    Ok(files)
}

fn forget_old(folder: &Path) -> io::Result<()> {
    let files = files(folder)?;
    for old in files.iter().take(files.len().saturating_sub(KEPT - 1)) {
        // Another run may have forgotten it in this moment.
        std::fs::remove_file(old).ok();
    }
    Ok(())
}

/// The time as `2026-11-25T03:16:05Z`.
fn now() -> String {
    let now = aws_smithy_types::DateTime::from(SystemTime::now());
    let whole = aws_smithy_types::DateTime::from_secs(now.secs());
    whole.fmt(aws_smithy_types::date_time::Format::DateTime).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calls_for_a_resource_are_found_again() {
        let workspace = std::env::temp_dir().join(format!("journal-{}", std::process::id()));
        let folder = folder(&workspace);
        create_dir_all(&folder).unwrap();
        let line = |resource: &str| {
            format!(
                r#"{{"time":"t","resource":"{resource}","service":"ecs","operation":"CreateService","milliseconds":1,"outcome":"200","request_id":null}}"#
            )
        };
        let text = format!("{}\n{}\n{{\"cut off", line("service/web"), line("service/php"));
        std::fs::write(folder.join("1_one_eu-west-1_deploy_7.jsonl"), text).unwrap();
        let place = |stack| Place { stack, region: "eu-west-1", local: false };
        let found = of_resource(&workspace, place("one"), "service/web").unwrap();
        assert_eq!(found.len(), 1);
        assert!(of_resource(&workspace, place("two"), "service/web").unwrap().is_empty());
        std::fs::remove_dir_all(&workspace).unwrap();
    }

    #[test]
    fn the_runs_of_another_stack_are_not_this_ones_whatever_its_name() {
        let place = |stack| Place { stack, region: "eu-west-1", local: false };
        let run = |stack, command| {
            let [stack, place] = place(stack).parts();
            format!("2026-11-25T031605Z_{stack}_{place}_{command}_7")
        };
        for stack in ["web", "my-web-app", "my-web", "web-app", "run", "deploy"] {
            for other in ["web", "my-web-app", "my-web", "web-app", "run", "deploy"] {
                for command in ["deploy", "run-task"] {
                    assert_eq!(is_of(&run(other, command), place(stack)), stack == other, "{other}, {stack}");
                }
            }
        }
        let elsewhere = Place { region: "us-east-1", ..place("web") };
        let here = Place { local: true, ..place("web") };
        assert!(!is_of(&run("web", "deploy"), elsewhere) && !is_of(&run("web", "deploy"), here));
        assert!(!is_of("2026-11-25T031605Z-web-deploy-7", place("web")));
    }
}
