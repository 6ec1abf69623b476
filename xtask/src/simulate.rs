//! `simulate`: what ECS's schedulers would do.

mod placement;
mod rebalance;
mod rollout;
pub mod strategy;
mod table;
mod text;

use std::fmt::Display;
use std::process::ExitCode;

use serde::Serialize;

const MORE: &str = "\
Examples:
  cargo xtask simulate placement --desired 10 --strategy FARGATE:base=2,weight=1 --strategy FARGATE_SPOT:weight=3
  cargo xtask simulate rollout --strategy canary --fail health
  cargo xtask simulate rebalance --desired 4 --zones 3";

/// Show how ECS places tasks and carries out deployments; needs no AWS account and changes nothing
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
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
    Rollout(rollout::Options),
    Rebalance(rebalance::Options),
}

/// Prints what ECS would do.
pub fn run(options: Options) -> anyhow::Result<ExitCode> {
    match options.what {
        What::Placement(what) => placement::run(what, options.json)?,
        What::Rollout(what) => rollout::run(&what, options.json)?,
        What::Rebalance(what) => rebalance::run(&what, options.json)?,
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
