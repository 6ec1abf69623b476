//! Runs the docker command and its like: streams their lines, keeps the last ones for the error.

use std::collections::VecDeque;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;
use tokio::sync::OnceCell;

use crate::command_failure::CommandFailure;

/// Receives each line of output as it comes.
pub type OnLine<'a> = &'a (dyn Fn(&str) + Send + Sync);

const TAIL_LINES: usize = 20;

/// The docker command, ended when its future is dropped.
pub fn docker(arguments: &[&str]) -> Command {
    command("docker", arguments)
}

/// Any command, ended when its future is dropped.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// `docker build`, with the builder that this client and engine support together.
pub(crate) async fn docker_build() -> Command {
    static HAS_BUILDX: OnceCell<bool> = OnceCell::const_new();
    // A client without the buildx plugin fails when BuildKit is asked for; the classic builder always works.
    let buildx = HAS_BUILDX.get_or_init(async || output(docker(&["buildx", "version"])).await.is_ok()).await;
    let mut build = docker(&["build"]);
    if *buildx {
        build.arg("--progress=plain");
    } else {
        build.env("DOCKER_BUILDKIT", "0");
    }
    build
}

/// Runs to the end, handing on each line of both outputs.
pub async fn stream(mut command: Command, on_line: OnLine<'_>) -> Result<(), CommandFailure> {
    let line = command_line(command.as_std());
    let failed = |source| CommandFailure::Start { command: line.clone(), source };
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let tail = std::sync::Mutex::new(VecDeque::new());
    let keep = |text: &str| {
        on_line(text);
        if let Ok(mut tail) = tail.lock() {
            if tail.len() == TAIL_LINES {
                tail.pop_front();
            }
            tail.push_back(text.to_owned());
        }
    };
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let ((), (), status) = tokio::join!(each_line(stdout, &keep), each_line(stderr, &keep), child.wait());
    let status = status.map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    let tail = tail.into_inner().unwrap_or_default().into();
    Err(CommandFailure::Status { command: line, status, tail })
}

/// Runs to the end and returns what it printed on its standard output, trimmed.
pub async fn output(mut command: Command) -> Result<String, CommandFailure> {
    let line = command_line(command.as_std());
    let output =
        command.output().await.map_err(|source| CommandFailure::Start { command: line.clone(), source })?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let tail = lines[lines.len().saturating_sub(TAIL_LINES)..].to_vec();
        return Err(CommandFailure::Status { command: line, status: output.status, tail });
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The same with a deadline.
pub(crate) async fn output_within(limit: Duration, command: Command) -> Result<String, CommandFailure> {
    let line = command_line(command.as_std());
    match tokio::time::timeout(limit, output(command)).await {
        Ok(result) => result,
        Err(_) => Err(CommandFailure::Time { command: line, seconds: limit.as_secs() }),
    }
}

/// The program and what it was asked to do, short enough for a message.
pub(crate) fn command_line(command: &std::process::Command) -> String {
    let actions = command.get_args().take_while(|word| !word.as_encoded_bytes().starts_with(b"-")).take(2);
    let words = std::iter::once(command.get_program()).chain(actions);
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

async fn each_line(stream: Option<impl AsyncRead + Unpin>, on_line: &impl Fn(&str)) {
    let Some(stream) = stream else { return };
    let mut lines = BufReader::new(stream).split(b'\n');
    // An unreadable rest is no reason to fail: the exit status decides.
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line);
        // The classic builder colours what a build step writes to its standard error.
        let line = console::strip_ansi_codes(line.trim_end());
        if !line.is_empty() {
            on_line(&line);
        }
    }
}
