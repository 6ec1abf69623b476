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
use crate::setup::Setup;
use anyhow::Result;
use infra_options::Command;
use std::process::ExitCode;

const INTERRUPTED: u8 = 130;

/// Runs a command on a stack; Ctrl-C ends it at once, in a state from which the next run continues.
pub async fn run(command: Command, setup: &Setup) -> ExitCode {
    let result: Result<ExitCode> = tokio::select! {
        // A command that has a word of its own on Ctrl-C says it first.
        biased;
        result = begun(command, setup) => result,
        _ = tokio::signal::ctrl_c() => {
            infra_options::say!("interrupted: run the same command again to continue, or teardown to delete what is there");
            return ExitCode::from(INTERRUPTED);
        }
    };
    result.unwrap_or_else(|error| error_report::print(&error))
}

async fn begun(command: Command, setup: &Setup) -> Result<ExitCode> {
    match command {
        Command::Deploy(options) => deploy::run(options, setup).await,
        Command::Preview(options) => preview::run(options, setup).await,
        Command::Drift(options) => drift::run(options, setup).await,
        Command::Explain(options) => explain::run(options, setup).await,
        Command::Teardown(options) => teardown::run(options, setup).await,
        Command::Outputs(options) => outputs::run(options, setup).await,
        Command::RunTask(options) => run_task::run(&options, setup).await,
        Command::Scale(options) => scale::run(options, setup).await,
        Command::Stacks(options) => stacks::run(options, setup).await,
    }
}
