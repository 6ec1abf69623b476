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
use infra::apps::AppList;
use infra_options::Command;
use std::process::ExitCode;

const INTERRUPTED: u8 = 130;

/// Runs a command on a stack of these apps; Ctrl-C ends it at once, in a state from which the next run continues.
pub async fn run(command: Command, apps: AppList) -> ExitCode {
    let result: Result<ExitCode> = tokio::select! {
        // A command that has a word of its own on Ctrl-C says it first.
        biased;
        result = begun(command, apps) => result,
        _ = tokio::signal::ctrl_c() => {
            eprintln!("interrupted: run the same command again to continue, or teardown to delete what is there");
            return ExitCode::from(INTERRUPTED);
        }
    };
    result.unwrap_or_else(|error| error_report::print(&error))
}

async fn begun(command: Command, apps: AppList) -> Result<ExitCode> {
    match command {
        Command::Deploy(options) => deploy::run(options, apps).await,
        Command::Preview(options) => preview::run(options, apps).await,
        Command::Drift(options) => drift::run(options, apps).await,
        Command::Explain(options) => explain::run(options, apps).await,
        Command::Teardown(options) => teardown::run(options, apps).await,
        Command::Outputs(options) => outputs::run(options, apps).await,
        Command::RunTask(options) => run_task::run(&options, apps).await,
        Command::Scale(options) => scale::run(options, apps).await,
        Command::Stacks(options) => stacks::run(options, apps).await,
    }
}
