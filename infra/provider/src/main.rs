//! The commands that need AWS. `cargo xtask` starts this program; it can also be used by itself.

use clap::Parser;
use infra_provider::commands::{Command, run};
use std::process::ExitCode;

/// Deploys, compares and deletes stacks over the AWS SDK.
#[derive(Debug, Parser)]
#[command(name = "infra-provider")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(Cli::parse().command).await
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
