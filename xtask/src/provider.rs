//! Builds the provider, the program with the AWS SDK, and runs its commands.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::estimate::{PROVIDER, about};
use crate::images::repository;
use crate::interrupt::unless_interrupted;
use crate::local_aws::LocalAws;

const PROVIDER_PROGRAM: &str = "infra-provider";

/// The provider's program, built from the sources as they are now.
pub struct Provider {
    binary: PathBuf,
}

impl Provider {
    /// Builds it; cargo shows its own progress.
    pub async fn build() -> anyhow::Result<Self> {
        if !Self::was_built() {
            let time = about(PROVIDER.time());
            infra_options::say!(
                "the program with the AWS SDK is compiled: {time}, this first time; cargo counts its crates"
            );
        }
        Ok(Self { binary: built(PROVIDER_PROGRAM, &[]).await? })
    }

    /// Whether it was built here before, from these sources or others.
    pub fn was_built() -> bool {
        std::env::current_exe().is_ok_and(|this| this.with_file_name(PROVIDER_PROGRAM).is_file())
    }

    /// Runs the command of this process with its arguments as they came, input and output; returns its exit code.
    pub async fn run(&self, local: Option<&LocalAws>) -> anyhow::Result<u8> {
        let mut provider = self.command(local);
        // Not ended on Ctrl-C: the provider gets it too, and leaves a state from which the next run continues.
        let mut running =
            provider.args(std::env::args_os().skip(1)).spawn().context("cannot run the provider")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        loop {
            tokio::select! {
                status = running.wait() => return Ok(exit_code(status.context("cannot wait for the provider")?)),
                // Only this process gets it, and the provider has a rollout to stop.
                _ = terminate.recv() => pass_on_sigterm(&running),
            }
        }
    }

    /// The names of the stacks that live in a local AWS.
    pub async fn stacks(&self, local: &LocalAws) -> anyhow::Result<Vec<String>> {
        let mut provider = self.command(Some(local));
        provider.args(["stacks", "--local", "--json"]).kill_on_drop(true).stderr(Stdio::inherit());
        let output = unless_interrupted(provider.output()).await.context("cannot run the provider")?;
        if !output.status.success() {
            bail!("cannot list the stacks of the local AWS: the provider ended with {}", output.status);
        }
        serde_json::from_slice(&output.stdout).context("the provider's list of stacks is not one")
    }

    fn command(&self, local: Option<&LocalAws>) -> Command {
        let mut provider = Command::new(&self.binary);
        if let Some(local) = local {
            for (name, _) in std::env::vars_os() {
                if leads_elsewhere(&name.to_string_lossy()) {
                    provider.env_remove(name);
                }
            }
            // It has the address of the local AWS; where the variable's port is another one, `--local-port` has decided.
            provider.env_remove("LOCAL_AWS_PORT").envs(local.environment());
            // By it a rollout's row says how long it will take.
            provider.env("LOCAL_AWS_SPEED", local.speed());
        }
        provider
    }
}

fn pass_on_sigterm(running: &Child) {
    let id = running.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id {
        // One that has ended in this moment needs no signal.
        kill_process(id, Signal::TERM).ok();
    }
}

/// Builds a program of the workspace and runs it with these arguments; returns its exit code.
pub async fn build_and_run<S: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = S>,
) -> anyhow::Result<ExitCode> {
    let mut command = Command::new(built(program, &["--quiet"]).await?);
    // Not ended on Ctrl-C: it gets the signal too, and removes its containers.
    let status = command.args(arguments).status().await.with_context(|| format!("cannot run {program}"))?;
    Ok(ExitCode::from(exit_code(status)))
}

/// Builds a program with these flags of cargo's; gives its file.
async fn built(program: &str, flags: &[&str]) -> anyhow::Result<PathBuf> {
    // The whole workspace decides on features here as it does in `cargo test --workspace`, so that neither command
    // makes the other build the AWS SDK again.
    let mut build = cargo();
    build.args(["build", "--workspace", "--bin", program]).args(flags);
    let status = unless_interrupted(build.status()).await.context("cannot run cargo")?;
    if !status.success() {
        bail!("{program} does not build, see cargo's messages above");
    }
    // Cargo puts it beside this program.
    let this = std::env::current_exe().context("cannot find this program's own file")?;
    Ok(this.with_file_name(program))
}

/// Cargo, as it runs this program.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(repository()).kill_on_drop(true);
    cargo
}

/// Whether a variable would take a program with the AWS SDK away from the local AWS, or to real credentials.
pub fn leads_elsewhere(variable: &str) -> bool {
    let names =
        ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"];
    names.contains(&variable) || variable.starts_with("AWS_ENDPOINT_URL")
}

fn exit_code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt;
    // As a shell does: 128 and the signal's number.
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn exit_codes_pass_through() {
        assert_eq!(exit_code(ExitStatus::from_raw(2 << 8)), 2);
        assert_eq!(exit_code(ExitStatus::from_raw(2)), 130);
    }

    #[test]
    fn nothing_leads_away_from_the_local_aws() {
        assert!(leads_elsewhere("AWS_PROFILE"));
        assert!(leads_elsewhere("AWS_ENDPOINT_URL_S3"));
        assert!(!leads_elsewhere("AWS_CA_BUNDLE"));
        assert!(!leads_elsewhere("PATH"));
    }
}
