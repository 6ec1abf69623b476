//! `doctor`: what this machine has, lacks and will have installed, and how long the first deploy takes. It changes nothing.

mod checks;
mod first_deploy;

use std::fmt;
use std::process::ExitCode;

use console::style;
use serde::Serialize;

use crate::estimate::about;
use first_deploy::FirstDeploy;

const MORE: &str = "\
Examples:
  cargo xtask doctor
  cargo xtask doctor --json

Exit codes: 0 where all that `cargo xtask deploy --local` needs is here or can be installed, else 1. Nothing is installed, built or
called; of credentials only the profile's name is read.";

/// Say what this machine has and lacks for the first deploy, what will be installed, and how long it will take
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The port that the local AWS is to have
    #[arg(long, value_name = "PORT", env = "LOCAL_AWS_PORT", default_value_t = 4566, value_parser = clap::value_parser!(u16).range(1024..))]
    local_port: u16,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// One thing that is needed.
#[derive(Clone, Debug, Serialize)]
struct Check {
    what: &'static str,
    #[serde(rename = "for")]
    purpose: Purpose,
    state: State,
    /// What was found.
    found: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// What needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    /// `deploy --local`, and all else.
    DeployLocal,
    /// `deploy` to an account.
    DeployToAws,
    /// `test-local` alone.
    Tests,
}

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Ok,
    WillBeInstalled,
    Missing,
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    checks: Vec<Check>,
    first_deploy: FirstDeploy,
}

/// Looks at everything and prints it.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let (checks, engine) = checks::all(options.local_port).await;
    let first_deploy = FirstDeploy::here(engine).await?;
    let ok =
        checks.iter().all(|check| check.purpose != Purpose::DeployLocal || check.state != State::Missing);
    let report = Report { ok, checks, first_deploy };
    if options.json {
        infra_options::print(serde_json::to_string_pretty(&report)?)?;
    } else {
        infra_options::print(&report)?;
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = self.checks.iter().map(|check| check.label().len()).max().unwrap_or_default();
        for check in &self.checks {
            writeln!(formatter, "{:<wide$} {check}", check.label())?;
        }
        let FirstDeploy { steps, seconds, .. } = &self.first_deploy;
        writeln!(
            formatter,
            "\nthe first `cargo xtask deploy --local`: {}",
            about(std::time::Duration::from_secs(*seconds))
        )?;
        for step in steps {
            let time = if step.cached { "here already".to_owned() } else { about(step.time()) };
            writeln!(formatter, "  {:<38} {time}", step.what)?;
        }
        write!(
            formatter,
            "to an AWS account, its own minutes come on top: a new load balancer, and tasks that start"
        )
    }
}

impl Check {
    fn label(&self) -> String {
        let purpose = match self.purpose {
            Purpose::DeployLocal => "",
            Purpose::DeployToAws => " (for AWS)",
            Purpose::Tests => " (for test-local)",
        };
        format!("{}{purpose}", self.what)
    }
}

/// How it is, without its label.
impl fmt::Display for Check {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Ok => style("ok").green(),
            State::WillBeInstalled => style("will be installed").yellow(),
            State::Missing => style("missing").red(),
        };
        write!(formatter, "{state}: {}", self.found)?;
        if let Some(next) = &self.next {
            write!(formatter, "\n  {} {next}", style("next:").cyan())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_missing_and_what_to_do() {
        console::set_colors_enabled(false);
        let check = |what, purpose, state, next: Option<&str>| Check {
            what,
            purpose,
            state,
            found: "something".to_owned(),
            next: next.map(str::to_owned),
        };
        let report = Report {
            ok: false,
            checks: vec![
                check("Docker engine", Purpose::DeployLocal, State::Missing, Some("start it")),
                check("Python", Purpose::Tests, State::WillBeInstalled, None),
            ],
            first_deploy: FirstDeploy::of(vec![first_deploy::Step::new(
                "image web",
                false,
                crate::estimate::LOCAL_STACK,
            )]),
        };
        insta::assert_snapshot!(report.to_string(), @"
        Docker engine           missing: something
          next: start it
        Python (for test-local) will be installed: something

        the first `cargo xtask deploy --local`: about 45 s
          image web                              about 45 s
        to an AWS account, its own minutes come on top: a new load balancer, and tasks that start
        ");
    }
}
