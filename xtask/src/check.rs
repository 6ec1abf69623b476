//! `check`: what ECS would refuse of task definitions, without asking it.

mod files;
mod lines;
mod place;

use std::path::PathBuf;
use std::process::ExitCode;

use infra::names::DEFAULT_STACK;
use infra::{Destination, Settings};
use infra_resources::ecs::verdict::Outcome;

use crate::program::{ANY_ACCOUNT, program};
use crate::report;
use crate::stack_options::DEFAULT_REGION;

const MORE: &str = "\
With `-`, standard input is JSON Lines, and each line gets one verdict on standard output:
  {\"id\": 1, \"definition\": {...}}
      -> {\"id\": 1, \"ok\": false, \"errors\": [{\"rule\", \"path\", \"message\"}], \"warnings\": []}
  {\"id\": 2, \"desired\": 10, \"strategy\": [{\"capacityProvider\": \"FARGATE\", \"base\": 2, \"weight\": 1}]}
      -> and \"counts\": {\"FARGATE\": 10}
  {\"id\": 3, \"service\": {\"desiredCount\": 4, \"minimumHealthyPercent\": 50, \"maximumPercent\": 100}}
      -> and \"minRunning\", \"maxRunning\", \"canProgress\"

Exit codes: 0 nothing would be refused, 1 something would, 2 the input is no JSON.";

/// Check task definitions against the rules of ECS, without any call
///
/// Takes the JSON that `aws ecs register-task-definition --cli-input-json` takes. Warnings are about points on which
/// AWS's own documents disagree; they refuse nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Files with a task definition each, or `-` for JSON Lines on standard input; by default the two definitions that
    /// the program in infra/ makes
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Print the findings as JSON, one line for each file
    #[arg(long)]
    json: bool,
}

/// Checks files, standard input, or what the program makes.
pub fn run(options: Options) -> anyhow::Result<ExitCode> {
    let mut worst = Outcome::Taken;
    if options.files.is_empty() {
        let destination =
            Destination { account_id: ANY_ACCOUNT.to_owned(), region: DEFAULT_REGION.to_owned() };
        let program = program(&DEFAULT_STACK.parse()?, &Settings::default(), &destination)?;
        for (name, definition) in infra::render::task_definitions(&program) {
            worst = worst.max(files::judge(&format!("task-definition/{name}"), &definition, options.json)?);
        }
    }
    for file in &options.files {
        let outcome = if file.as_os_str() == "-" {
            lines::check(&mut std::io::stdin().lock(), &mut std::io::stdout().lock())
        } else {
            files::check(file, options.json)
        };
        worst = worst.max(outcome.unwrap_or_else(|error| {
            // The other files are checked all the same.
            report::failure(&error);
            Outcome::Refused
        }));
    }
    Ok(match worst {
        Outcome::Taken => ExitCode::SUCCESS,
        Outcome::Refused => ExitCode::from(1),
        Outcome::NoJson => ExitCode::from(2),
    })
}
