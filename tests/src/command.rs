//! Runs the real command lines, `cargo xtask` and the provider's, in an environment without the developer's own AWS. Where a test
//! asks for faults or short times, the provider of the tests takes the place of the one that ships.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::OnceCell;

pub use crate::faults::KILLED;
use crate::{overrides, repository};

const PROVIDER: &str = "target/debug/infra-provider";
/// Cargo builds it with the tests: they are of the same package.
const PROVIDER_OF_TESTS: &str = "target/debug/test-provider";
const XTASK: &str = "target/debug/xtask";

/// A command line that is still being put together.
pub struct Run {
    line: String,
    program: PathBuf,
    words: Vec<String>,
    variables: Vec<(String, String)>,
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
    cargo_command(&format!("xtask {words}"))
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
    Run::new("infra-provider", repository().join(PROVIDER), words)
}

/// The settings by which every app runs this image, so that none is built.
pub fn given_images(image: &str) -> Vec<String> {
    infra::apps::ALL.iter().map(|app| format!("{}.image={image}", app.name)).collect()
}

/// A program by its path, with these words after it.
pub fn program(path: &str, words: &str) -> Run {
    Run::new(path, path, words)
}

/// Cargo itself, such as `cargo metadata`.
pub fn cargo_command(words: &str) -> Run {
    Run::new("cargo", cargo(), words)
}

impl Run {
    fn new(shown: &str, program: impl AsRef<Path>, words: &str) -> Self {
        Self {
            line: format!("{shown} {words}"),
            program: program.as_ref().to_owned(),
            words: words.split_whitespace().map(str::to_owned).collect(),
            variables: Vec::new(),
        }
    }

    /// One more argument, taken as it is.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> Self {
        self.line = format!("{} {argument}", self.line);
        self.words.push(argument.to_owned());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lets something break, such as `die-after@CreateService`; nothing if that is empty.
    #[must_use]
    pub fn with_fault(self, fault: &str) -> Self {
        if fault.is_empty() { self } else { self.env(overrides::FAULTS, fault) }
    }

    /// Has a lease that is not renewed last so many seconds.
    #[must_use]
    pub fn with_lease_of(self, seconds: u64) -> Self {
        self.env(overrides::LEASE_SECONDS, &seconds.to_string())
    }

    /// Has calls wait so many seconds for their answers to begin.
    #[must_use]
    pub fn with_answers_within(self, seconds: u64) -> Self {
        self.env(overrides::ANSWER_SECONDS, &seconds.to_string())
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
    ///
    /// # Panics
    /// When another program than the provider is asked for faults or short times, which it does not have.
    pub fn into_command(self) -> Command {
        let mut command = Command::new(self.program());
        command.args(self.words).current_dir(repository()).stdin(Stdio::null()).kill_on_drop(true);
        for name in std::env::vars_os().map(|(name, _)| name) {
            if is_of_the_developer(&name.to_string_lossy().to_ascii_uppercase()) {
                command.env_remove(name);
            }
        }
        command.envs(self.variables);
        command
    }

    /// The program, or the provider of the tests in place of the one that ships.
    fn program(&self) -> PathBuf {
        let overridden = |(name, _): &(String, String)| overrides::VARIABLES.contains(&name.as_str());
        if !self.variables.iter().any(overridden) {
            return self.program.clone();
        }
        assert!(self.program.ends_with(PROVIDER), "`{}` has no faults and no short times", self.line);
        repository().join(PROVIDER_OF_TESTS)
    }

    /// Starts it, to be followed while it runs; it is killed when it is dropped.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn start(self) -> Running {
        self.spawn(Stdio::piped)
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
    pub async fn killed_after(self, time: Duration) -> Option<i32> {
        let Running { line, mut child } = self.spawn(Stdio::null);
        let ended = tokio::time::timeout(time, child.wait()).await;
        if ended.is_err() {
            child.kill().await.unwrap_or_else(|error| panic!("cannot kill `{line}`: {error}"));
        }
        ended.ok()?.ok()?.code()
    }

    fn spawn(self, output: fn() -> Stdio) -> Running {
        let line = self.line.clone();
        let child = self.into_command().stdout(output()).stderr(output()).spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start `{line}`: {error}"));
        Running { line, child }
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

/// Whether a variable would lead to the developer's own AWS, or is otherwise not a test's.
fn is_of_the_developer(variable: &str) -> bool {
    variable.starts_with("AWS_") && variable != "AWS_CA_BUNDLE"
        || variable.ends_with("_PROXY")
        || ["LOCAL_AWS_PORT", "GITHUB_ACTIONS"].contains(&variable)
}

fn cargo() -> &'static str {
    env!("CARGO")
}

async fn build_provider() {
    cargo_command("build --quiet --workspace --bin infra-provider").ends_with(0).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_faults_or_short_times_is_the_provider_of_the_tests() {
        let run = || Run::new("infra-provider", repository().join(PROVIDER), "deploy");
        for ships in [run(), run().with_fault("")] {
            assert!(ships.program().ends_with(PROVIDER));
        }
        for asked in [run().with_fault("reset@1"), run().with_lease_of(4), run().with_answers_within(1)] {
            assert!(asked.program().ends_with(PROVIDER_OF_TESTS));
        }
    }

    #[test]
    #[should_panic(expected = "has no faults")]
    fn another_program_is_not_asked_for_faults_in_vain() {
        xtask("deploy").with_fault("reset@1").program();
    }
}
