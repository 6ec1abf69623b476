//! `simulate`: what ECS's schedulers would do, by arithmetic alone.

mod blue_green;
mod placement;
mod rolling;
pub mod strategy;
mod table;
mod traffic_shift;

use std::fmt::Display;
use std::process::ExitCode;

use serde::Serialize;

use crate::report::UserError;

/// Show how ECS places tasks and carries out deployments; needs no AWS account and changes nothing
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,

    /// Print the result as JSON on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Placement(placement::Options),
    Rolling(rolling::Options),
    BlueGreen(blue_green::Options),
    Linear(traffic_shift::LinearOptions),
    Canary(traffic_shift::CanaryOptions),
}

/// Prints what ECS would do.
pub fn run(options: Options) -> anyhow::Result<ExitCode> {
    match options.what {
        What::Placement(what) => placement::run(what, options.json)?,
        What::Rolling(what) => rolling::run(what, options.json)?,
        What::BlueGreen(what) => blue_green::run(what, options.json)?,
        What::Linear(what) => traffic_shift::run_linear(what, options.json)?,
        What::Canary(what) => traffic_shift::run_canary(what, options.json)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a result for programs or for people.
fn print(json: bool, result: &impl Serialize, text: impl Display) -> anyhow::Result<()> {
    if json {
        infra_options::print(serde_json::to_string_pretty(result)?)
    } else {
        infra_options::print(text)
    }
}

/// A wait in a deployment, of which ECS takes none longer than a day.
fn minutes(flag: &str, rule: &str, given: i32) -> Result<u32, UserError> {
    u32::try_from(given).ok().filter(|minutes| *minutes <= 1440).ok_or_else(|| {
        UserError::new(
            format!("{rule}: {flag} {given} is refused: ECS waits 0 to 1440 minutes, which is a day"),
            format!("give {flag} a number from 0 to 1440"),
        )
    })
}

/// The revisions that have tasks.
fn running(blue: bool, green: bool) -> &'static str {
    match (blue, green) {
        (true, true) => "both",
        (true, false) => "blue",
        (false, true) => "green",
        (false, false) => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_last_a_day_at_most() {
        assert_eq!(minutes("--bake", "D11", 0).unwrap(), 0);
        assert_eq!(minutes("--bake", "D11", 1440).unwrap(), 1440);
        for refused in [-1, 1441] {
            assert!(minutes("--bake", "D11", refused).unwrap_err().to_string().starts_with("D11: "));
        }
    }
}
