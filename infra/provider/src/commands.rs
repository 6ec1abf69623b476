//! The commands, one file each. Their options are in `infra/options`.

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
use infra_options::Command;
use std::process::ExitCode;

const INTERRUPTED: u8 = 130;

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
