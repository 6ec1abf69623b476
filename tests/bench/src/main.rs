//! Measures both apps, nginx and S3 alone in turns, against one in-memory S3. `cargo xtask bench` builds the images and runs this.

mod client;
mod docker;
mod jpeg;
mod load;
mod machine;
mod memory;
mod processes;
mod record;
mod report;
mod run;
mod s3;
mod scenario;
mod server;
mod stand_in;
mod tables;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

const INTERRUPTED: u8 = 130;

/// Measures both apps, nginx and S3 alone against one in-memory S3; Linux only.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Run(run::Options),
    S3(s3::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(options) => unless_interrupted(run::run(options)).await,
        // It ends when the process that measures does.
        Command::S3(options) => unless_interrupted(s3::run(options)).await,
    };
    match result {
        Ok(Some(())) => ExitCode::SUCCESS,
        Ok(None) => {
            eprintln!("interrupted");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Works until it is done, or drops the work and with it all containers.
async fn unless_interrupted(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<Option<()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        result = work => result.map(Some),
        _ = tokio::signal::ctrl_c() => Ok(None),
        _ = terminate.recv() => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
