//! The project's commands: `cargo xtask --help`.

#![warn(clippy::print_stderr, clippy::print_stdout, reason = "they panic when their reader has gone")]

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
mod local;
mod local_aws;
mod measure;
mod pictures;
mod port;
mod program;
mod progress;
mod provider;
mod render;
mod report;
mod simulate;
mod stack_command;
mod teardown;
mod test_local;

use std::process::ExitCode;

use clap::Parser;

const EXIT_CODES: &str = "\
Exit codes:
  0    it worked (preview: nothing would change)
  1    it failed (check: something would be refused)
  2    preview: something would change; check: the input is no JSON
  3    drift: something is not as the code says
  64   the command line is wrong
  69   deploy: there are images to build, and no Docker engine answers; nothing was changed
  75   another run holds the stack's lease
  130  interrupted
  run-task ends with its containers' exit code, whatever it is; `cargo xtask run-task --help` says which

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
    #[command(flatten)]
    Stack(infra_options::Command),
    Local(local::Options),
    Build(build::Options),
    Bench(bench::Options),
    Measure(measure::Options),
    Pictures(pictures::Options),
    Check(check::Options),
    Render(render::Options),
    Simulate(simulate::Options),
    TestLocal(test_local::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match infra_options::parse::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let result = match interrupt::listen() {
        Ok(()) => run(cli.command).await,
        Err(error) => Err(error),
    };
    result.unwrap_or_else(|error| report::failure(&error))
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Stack(command) => stack_command::run(command).await,
        Command::Local(options) => local::run(options).await,
        Command::Build(options) => build::run(options).await,
        Command::Bench(options) => bench::run(options).await,
        Command::Measure(options) => measure::run(options).await,
        Command::Pictures(options) => pictures::run(options).await,
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
        for command in ["deploy", "preview", "drift", "teardown", "outputs"] {
            let line = format!(
                "xtask {command} --local --local-port 4666 --stack two --region eu-west-1 --yes --json --set a=1 --set b=2"
            );
            Cli::try_parse_from(line.split(' ')).unwrap();
        }
    }

    #[test]
    fn run_task_and_scale_take_them_too_and_a_command_after_two_dashes() {
        for words in ["run-task web", "scale web 3"] {
            let line = format!("xtask {words} --local --local-port 4666 --stack two --yes --json --set a=1");
            Cli::try_parse_from(line.split(' ')).unwrap();
        }
        let line =
            "xtask run-task web --local --count 2 --launch-type fargate --env A=1 --timeout 5m -- sh -c true";
        Cli::try_parse_from(line.split(' ')).unwrap();
        assert!(Cli::try_parse_from("xtask run-task web sh -c true".split(' ')).is_err());
    }

    #[test]
    fn a_service_is_not_scaled_to_less_than_nothing() {
        Cli::try_parse_from(["xtask", "scale", "web", "0"]).unwrap();
        for wrong in ["-1", "many", "2147483648", ""] {
            assert!(Cli::try_parse_from(["xtask", "scale", "web", wrong]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_speed_is_for_a_local_aws() {
        Cli::try_parse_from("xtask deploy --local --local-speed 60".split(' ')).unwrap();
        Cli::try_parse_from("xtask local --local-speed 0.5".split(' ')).unwrap();
        for wrong in
            ["deploy --local-speed 60", "deploy --local --local-speed 0", "local --stop --local-speed 2"]
        {
            assert!(Cli::try_parse_from(format!("xtask {wrong}").split(' ')).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_unknown_flag_is_refused() {
        assert!(Cli::try_parse_from(["xtask", "deploy", "--nonsense"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "unknown"]).is_err());
    }
}
