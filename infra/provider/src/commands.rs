//! The commands, one file each.

mod consent;
mod deploy;
mod drift;
mod explain;
mod outputs;
mod preview;
mod run_task;
mod scale;
mod stacks;
mod teardown;

use crate::error_report;
use anyhow::Result;
use clap::{Args, Subcommand};
use infra::StackName;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

const INTERRUPTED: u8 = 130;

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Show what would change, then change it
    Deploy(deploy::Options),
    /// Show what deploy would change
    Preview(preview::Options),
    /// Show how what is deployed differs from the code
    Drift(drift::Options),
    /// Show why a resource would be created, changed, replaced or left
    Explain(explain::Options),
    /// Delete everything that belongs to the stack
    Teardown(teardown::Options),
    /// Show where the deployed stack is reached
    Outputs(outputs::Options),
    /// Run one-off tasks of a deployed app
    RunTask(Box<run_task::Options>),
    /// Set how many tasks a deployed service has
    Scale(scale::Options),
    /// List the stacks that live here
    Stacks(stacks::Options),
}

/// Which stack, where, and how it differs from the settings in the code.
#[derive(Clone, Debug, Args)]
pub struct StackOptions {
    /// The stack's name
    #[arg(long = "stack", value_name = "NAME", default_value = infra::names::DEFAULT_STACK)]
    pub name: StackName,
    /// The region; without it the standard configuration decides
    #[arg(long)]
    pub region: Option<String>,
    /// The endpoint is a local AWS on this machine
    #[arg(long)]
    pub local: bool,
    /// Print JSON on standard output
    #[arg(long)]
    pub json: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Change a setting for this run
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub settings: Vec<String>,
    /// The checkout whose apps are built
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))]
    pub workspace: PathBuf,
}

/// What happens while another run holds the stack's lease.
#[derive(Clone, Debug, Args)]
pub struct LeaseOptions {
    /// How many seconds to wait for another run of the same stack; 0 ends at once with exit code 75
    #[arg(long = "wait-for-lease", value_name = "SECONDS", default_value = "600", value_parser = seconds)]
    pub for_lease: Duration,
}

fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_secs)
}

/// Runs a command; Ctrl-C ends it at once, in a state from which the next run continues.
pub async fn run(command: Command) -> ExitCode {
    let result: Result<ExitCode> = tokio::select! {
        // A command that has a word of its own on Ctrl-C says it first.
        biased;
        result = begun(command) => result,
        _ = tokio::signal::ctrl_c() => {
            eprintln!("interrupted: run the same command again to continue, or teardown to delete what is there");
            return ExitCode::from(INTERRUPTED);
        }
    };
    result.unwrap_or_else(|error| error_report::print(&error))
}

async fn begun(command: Command) -> Result<ExitCode> {
    match command {
        Command::Deploy(options) => deploy::run(options).await,
        Command::Preview(options) => preview::run(options).await,
        Command::Drift(options) => drift::run(options).await,
        Command::Explain(options) => explain::run(options).await,
        Command::Teardown(options) => teardown::run(options).await,
        Command::Outputs(options) => outputs::run(options).await,
        Command::RunTask(options) => run_task::run(&options).await,
        Command::Scale(options) => scale::run(options).await,
        Command::Stacks(options) => stacks::run(options).await,
    }
}
