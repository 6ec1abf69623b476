//! The program from its command line to its exit code, for a list of apps.

use crate::commands::run;
use crate::setup::{Overrides, Setup};
use anyhow::Context;
use clap::Parser;
use infra::apps::AppList;
use infra_options::Command;
use std::process::ExitCode;
use std::sync::Arc;

/// Deploys, compares and deletes stacks over the AWS SDK.
#[derive(Debug, Parser)]
#[command(name = "infra-provider")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Runs the command of the command line on stacks of these apps, with what a test overrides.
///
/// # Errors
/// When there is no runtime; what the command fails by is printed.
pub fn main_with(apps: AppList, overrides: Overrides) -> anyhow::Result<ExitCode> {
    let cli = match infra_options::parse::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return Ok(code),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start the runtime")?;
    let code = runtime.block_on(run(cli.command, &Setup { apps, overrides, control: Arc::default() }));
    // A question that is still open on the terminal is not waited for.
    runtime.shutdown_background();
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
