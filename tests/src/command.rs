//! Runs the real command lines, `cargo xtask` and the provider's, in an environment without the developer's own AWS.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

use crate::repository;

const PROVIDER: &str = "target/debug/infra-provider";
const XTASK: &str = "target/debug/xtask";
/// The variable that asks the provider for faults.
const FAULTS: &str = "IMAGE_APP_FAULTS";
/// The exit code of a command that died of a fault.
pub const KILLED: i32 = 137;

/// A command line that is still being put together.
pub struct Run {
    line: String,
    command: Command,
}

/// A command that runs.
pub struct Running {
    line: String,
    child: Child,
}

/// How a command ended.
#[derive(Debug)]
pub struct Outcome {
    line: String,
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// `cargo xtask`, with these words after it.
pub fn xtask(words: &str) -> Run {
    let mut command = Command::new(cargo());
    command.arg("xtask").args(words.split_whitespace());
    Run::new(format!("cargo xtask {words}"), command)
}

/// The program that `cargo xtask` runs, for tests that talk with it.
pub async fn xtask_program(words: &[&str]) -> Command {
    cargo_command("build --quiet --workspace --bin xtask").ends_with(0).await;
    let mut command = Command::new(repository().join(XTASK));
    command.args(words).current_dir(repository());
    command
}

/// The program that `cargo xtask` starts for what needs AWS, built from the sources as they are now.
pub async fn provider(words: &str) -> Run {
    static BUILT: OnceCell<()> = OnceCell::const_new();
    BUILT.get_or_init(build_provider).await;
    let mut command = Command::new(repository().join(PROVIDER));
    command.args(words.split_whitespace());
    Run::new(format!("infra-provider {words}"), command)
}

/// The settings by which every app runs this image, so that none is built.
pub fn given_images(image: &str) -> Vec<String> {
    infra::apps::ALL.iter().map(|app| format!("{}.image={image}", app.name)).collect()
}

/// A program by its path, with these words after it.
pub fn program(path: &str, words: &str) -> Run {
    let mut command = Command::new(path);
    command.args(words.split_whitespace());
    Run::new(format!("{path} {words}"), command)
}

/// Cargo itself, such as `cargo metadata`.
pub fn cargo_command(words: &str) -> Run {
    let mut command = Command::new(cargo());
    command.args(words.split_whitespace());
    Run::new(format!("cargo {words}"), command)
}

impl Run {
    fn new(line: String, mut command: Command) -> Self {
        command.current_dir(repository()).stdin(Stdio::null()).kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_ascii_uppercase();
            let leads_elsewhere = text.starts_with("AWS_") && text != "AWS_CA_BUNDLE";
            if leads_elsewhere
                || text.ends_with("_PROXY")
                || text == "LOCAL_AWS_PORT"
                || text == "GITHUB_ACTIONS"
            {
                command.env_remove(name);
            }
        }
        Self { line, command }
    }

    /// One more argument, taken as it is.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.line = format!("{} {argument}", self.line);
        self.command.arg(argument);
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Lets something break, such as `die-after@CreateService`.
    #[must_use]
    pub fn with_fault(self, fault: &str) -> Self {
        self.env(FAULTS, fault)
    }

    /// Leads to an emulator at this address.
    #[must_use]
    pub fn at(self, endpoint: &str, region: &str) -> Self {
        self.env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_REGION", region)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
    }

    /// The command itself, for who wants to watch its process.
    pub fn into_command(self) -> Command {
        self.command
    }

    /// Starts it, to be followed while it runs; it is killed when it is dropped.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn start(mut self) -> Running {
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.command.spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start `{}`: {error}", self.line));
        Running { line: self.line, child }
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn end(self) -> Outcome {
        self.start().end().await
    }

    /// Kills it by SIGKILL when so much time has passed; gives the exit code if it has ended before.
    ///
    /// # Panics
    /// When it can't be started.
    pub async fn killed_after(mut self, time: Duration) -> Option<i32> {
        let child = self.command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("cannot start `{}`: {error}", self.line));
        let ended = tokio::time::timeout(time, child.wait()).await;
        if ended.is_err() {
            child.kill().await.unwrap_or_else(|error| panic!("cannot kill `{}`: {error}", self.line));
        }
        ended.ok()?.ok()?.code()
    }

    /// Runs it; it must end with this exit code.
    ///
    /// # Panics
    /// When it ends otherwise, with all that it printed.
    pub async fn ends_with(self, code: i32) -> Outcome {
        let outcome = self.end().await;
        assert!(outcome.code == Some(code), "should have ended with {code}: {outcome}");
        outcome
    }
}

impl Running {
    /// Sends it a signal, such as `STOP`.
    ///
    /// # Panics
    /// When it has ended.
    pub async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap_or_else(|| panic!("`{}` has ended", self.line));
        let sent = Command::new("kill").args(["-s", name, &id.to_string()]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "cannot send {name} to `{}`", self.line);
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When that can't be waited for.
    pub async fn end(self) -> Outcome {
        let output = self.child.wait_with_output().await;
        let output = output.unwrap_or_else(|error| panic!("cannot wait for `{}`: {error}", self.line));
        Outcome {
            line: self.line,
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Outcome {
    /// Its standard output, which must be JSON.
    ///
    /// # Panics
    /// When it is not.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}): {self}"))
    }

    /// Fails unless its standard error has each of these texts.
    ///
    /// # Panics
    /// When one is missing, with all that it printed.
    pub fn says(&self, texts: &[&str]) {
        for text in texts {
            assert!(self.stderr.contains(text), "should say `{text}`: {self}");
        }
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, code, stdout, stderr } = self;
        write!(formatter, "`{line}` ended with {code:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}

fn cargo() -> &'static str {
    env!("CARGO")
}

async fn build_provider() {
    cargo_command("build --quiet --workspace --bin infra-provider").ends_with(0).await;
}
