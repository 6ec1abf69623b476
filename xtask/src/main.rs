//! The project's commands: `cargo xtask --help`.

#![warn(clippy::print_stderr, clippy::print_stdout, reason = "they panic when their reader has gone")]

mod bench;
mod browser;
mod build;
mod check;
mod completions;
mod consent;
mod deploy;
mod docker_engine;
mod doctor;
mod estimate;
mod explain;
mod fuzz;
mod http;
mod images;
mod interrupt;
mod local;
mod local_aws;
mod measure;
mod packages;
mod pictures;
mod port;
mod program;
mod progress;
mod provider;
mod python;
mod render;
mod report;
mod run;
mod settings;
mod simulate;
mod stack_command;
mod teardown;
mod test_local;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

const EXIT_CODES: &str = "\
Examples:
  cargo xtask doctor
  cargo xtask deploy --local
  cargo xtask explain T34

Exit codes:
  0    it worked (preview: nothing would change)
  1    it failed (check: something would be refused)
  2    preview: something would change; check: the input is no JSON
  3    drift: something is not as the code says
  4    deploy --plan: something else would change by now; nothing was changed
  64   the command line is wrong
  69   deploy: there are images to build, and no Docker engine answers; nothing was changed
  20   a rollout was rolled back, the revision before runs
  21   a rollout was superseded by another deployment
  22   a rollout was stopped
  23   a rollout was still under way at the deadline
  24   a rollout waits at a hook for `continue` or `abort`
  75   another run holds the stack's lease
  130  interrupted
  run-task ends with its containers' exit code, whatever it is; `cargo xtask run-task --help` says which
  exec --local ends with its command's exit code, whatever it is

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
    Settings(settings::Options),
    Simulate(simulate::Options),
    TestLocal(test_local::Options),
    Doctor(doctor::Options),
    Run(run::Options),
    Completions(completions::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match infra_options::parse::<Cli>() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let result = match interrupt::listen() {
        Ok(()) => run_command(cli.command).await,
        Err(error) => Err(error),
    };
    result.unwrap_or_else(|error| report::failure(&error))
}

async fn run_command(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Stack(command) => stack_command::run(command).await,
        Command::Local(options) => local::run(options).await,
        Command::Build(options) => build::run(options).await,
        Command::Bench(options) => bench::run(options).await,
        Command::Measure(options) => measure::run(options).await,
        Command::Pictures(options) => pictures::run(options).await,
        Command::Check(options) => check::run(options),
        Command::Render(options) => render::run(options),
        Command::Settings(options) => settings::run(&options),
        Command::Simulate(options) => simulate::run(options),
        Command::TestLocal(options) => test_local::run(options).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Run(options) => run::run(options).await,
        Command::Completions(options) => completions::run(&options, Cli::command()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Each command with its way to it, but hidden ones.
    fn commands(command: &clap::Command, way: &str) -> Vec<(String, clap::Command)> {
        let below = command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help");
        let below = below.flat_map(|it| commands(it, &format!("{way} {}", it.get_name())));
        std::iter::once((way.to_owned(), command.clone())).chain(below).collect()
    }

    /// The words of a line as a shell takes them, up to another command, a file, or a remark.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut quoted) = (vec![String::new()], false);
        for letter in line.split("  ").next().unwrap_or_default().chars() {
            match letter {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                other => words.last_mut().unwrap().push(other),
            }
        }
        words.into_iter().take_while(|word| !["&&", ">", "|"].contains(&word.as_str())).collect()
    }

    #[test]
    fn the_help_of_every_command_has_an_example_that_works() {
        for (way, mut command) in commands(&Cli::command(), "cargo xtask") {
            let help = command.render_long_help().to_string();
            let (_, examples) =
                help.split_once("Examples:\n").unwrap_or_else(|| panic!("{way} has no example"));
            let examples = examples.lines().take_while(|line| line.starts_with("  "));
            let lines: Vec<_> =
                examples.filter_map(|line| line.trim().strip_prefix("cargo xtask ")).collect();
            assert!(
                lines.iter().any(|line| format!("cargo xtask {line}").starts_with(&way)),
                "{way}: {lines:?}"
            );
            for line in lines {
                let parsed = Cli::try_parse_from(std::iter::once("xtask".to_owned()).chain(words(line)));
                assert!(parsed.is_ok(), "{way}: `{line}`: {}", parsed.unwrap_err());
            }
        }
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
    fn so_do_the_commands_that_look_at_an_app() {
        for words in ["logs web", "revisions php", "open web", "exec php"] {
            let line = format!("xtask {words} --local --local-port 4666 --stack two --json --set a=1");
            Cli::try_parse_from(line.split(' ')).unwrap();
        }
        for line in
            ["logs web -f --since 10m --container web", "exec php --task 01 --container web -- php -v"]
        {
            Cli::try_parse_from(format!("xtask {line}").split(' ')).unwrap();
        }
        for wrong in [
            "logs web --follow --previous",
            "logs web --since soon",
            "revisions web --last 0",
            "open",
            "exec php php",
        ] {
            assert!(Cli::try_parse_from(format!("xtask {wrong}").split(' ')).is_err(), "{wrong}");
        }
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
