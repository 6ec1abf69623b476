//! The commands, one file each. Their options are in `infra/options`.

mod consent;
mod decide;
mod deploy;
mod drift;
mod exec;
mod explain;
mod logs;
mod open;
mod outputs;
mod policy;
mod preview;
mod revisions;
mod rollback;
mod run_task;
mod scale;
mod stacks;
mod status;
mod teardown;
mod verify;
mod wait;

use crate::error_report;
use crate::interrupts::Interrupts;
use crate::setup::Setup;
use anyhow::Result;
use infra_options::Command;
use std::process::ExitCode;
use std::sync::Arc;

const INTERRUPTED: u8 = 130;

/// Runs a command on a stack; Ctrl-C ends it at once, in a state from which the next run continues, or stops the rollout that it
/// follows.
pub async fn run(command: Command, setup: &Setup) -> ExitCode {
    let interrupts = match Interrupts::listen(Arc::clone(&setup.control)) {
        Ok(interrupts) => interrupts,
        Err(error) => return error_report::print(&error),
    };
    // What runs in the container is to have it, and decides how it ends.
    let takes_ctrl_c = matches!(command, Command::Exec(_));
    let result: Result<ExitCode> = tokio::select! {
        // A command that has a word of its own on Ctrl-C says it first.
        biased;
        result = begun(command, setup) => result,
        () = interrupts.ended(), if !takes_ctrl_c => {
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
        Command::Policy(options) => policy::run(&options, setup).await,
        Command::RunTask(options) => run_task::run(&options, setup).await,
        Command::Scale(options) => scale::run(options, setup).await,
        Command::Status(options) => status::run(&options, setup).await,
        Command::Wait(options) => wait::run(&options, setup).await,
        Command::Continue(options) => decide::go_on(&options, setup).await,
        Command::Abort(options) => decide::abort(&options, setup).await,
        Command::Rollback(options) => rollback::run(&options, setup).await,
        Command::Verify(options) => verify::run(options, setup).await,
        Command::Logs(options) => logs::run(&options, setup).await,
        Command::Revisions(options) => revisions::run(&options, setup).await,
        Command::Open(options) => open::run(options, setup).await,
        Command::Exec(options) => exec::run(&options, setup).await,
        Command::Stacks(options) => stacks::run(options, setup).await,
    }
}
