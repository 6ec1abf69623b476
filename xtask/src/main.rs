//! The project's commands: `cargo xtask --help`.

mod bench;
mod browser;
mod build;
mod check;
mod consent;
mod deploy;
mod docker_engine;
mod fuzz;
mod images;
mod interrupt;
mod local_aws;
mod output;
mod outputs;
mod port;
mod preview;
mod program;
mod progress;
mod provider;
mod render;
mod report;
mod simulate;
mod stack_options;
mod teardown;
mod test_local;

use std::process::ExitCode;

use clap::Parser;

const EXIT_CODES: &str = "\
Exit codes:
  0    it worked (preview: nothing would change)
  1    it failed (check: something would be refused)
  2    preview: something would change; check: the input is no JSON
  64   the command line is wrong
  130  interrupted

Credentials and region for AWS come from the standard places (AWS_PROFILE, AWS_REGION, ~/.aws); with --local nothing of
that is read and no AWS account is needed.";

/// Takes the image app from source to a running service on Amazon ECS, on AWS or on this machine, and down again.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Deploy(deploy::Options),
    Preview(preview::Options),
    Teardown(teardown::Options),
    Outputs(outputs::Options),
    Build(build::Options),
    Bench(bench::Options),
    Check(check::Options),
    Render(render::Options),
    Simulate(simulate::Options),
    TestLocal(test_local::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return report::usage(&error),
    };
    let result = match interrupt::listen() {
        Ok(()) => run(cli.command).await,
        Err(error) => Err(error),
    };
    result.unwrap_or_else(|error| report::failure(&error))
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Deploy(options) => deploy::run(options).await,
        Command::Preview(options) => preview::run(options).await,
        Command::Teardown(options) => teardown::run(options).await,
        Command::Outputs(options) => outputs::run(options).await,
        Command::Build(options) => build::run(options).await,
        Command::Bench(options) => bench::run(options).await,
        Command::Check(options) => check::run(options),
        Command::Render(options) => render::run(options),
        Command::Simulate(options) => simulate::run(options),
        Command::TestLocal(options) => test_local::run(options).await,
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

    #[test]
    fn every_command_with_a_stack_takes_the_same_flags() {
        for command in ["deploy", "preview", "teardown", "outputs"] {
            let line = format!(
                "xtask {command} --local --local-port 4666 --stack two --region eu-west-1 --yes --json --set a=1 --set b=2"
            );
            Cli::try_parse_from(line.split(' ')).unwrap();
        }
    }

    #[test]
    fn an_unknown_flag_is_refused() {
        assert!(Cli::try_parse_from(["xtask", "deploy", "--nonsense"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "unknown"]).is_err());
    }
}
