//! `check`: what ECS would refuse of requests, without asking it.

mod annotations;
mod document;
mod files;
mod folder;
mod lines;
mod place;
mod relaxed;
mod report;
mod tally;
mod yaml;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use infra::DEFAULT_STACK;
use infra::{Destination, Given, Settings};
use infra_ecs::verdict::{self, Outcome};
use infra_options::DEFAULT_REGION;

use crate::images::repository;
use crate::program::{ANY_ACCOUNT, program};
use crate::report::failure;
use files::Ending;
use report::How;
use tally::Tally;

const MORE: &str = "\
Examples:
  cargo xtask check .aws/task-definition.json
  cargo xtask check --strict docs/examples

What is read, by its members: what `register-task-definition`, `create-service`, `update-service` and `run-task` take,
what `describe-task-definition` and `describe-services` answer, and lists of containers; as JSON, JSON with comments and
trailing commas, or YAML; with placeholders (${X}, <X>, {{ x }}, $X, %X%, @X@, $(X)) where values will be put.

Severities:
  error    ECS would refuse it
  warning  aws-cli and SDKs like it would refuse it, the task may not start, or AWS's own documents disagree
  note     what is good to know: what tools drop or fill in before the request is sent

With `-`, standard input is JSON Lines, and each line gets one verdict on standard output:
  {\"id\": 1, \"definition\": {...}}
      -> {\"id\": 1, \"ok\": false, \"errors\": [{\"rule\", \"path\", \"message\", \"minds\"}], \"warnings\": []}
  {\"id\": 2, \"request\": {...}}
      -> the same for any request
  {\"id\": 3, \"desired\": 10, \"strategy\": [{\"capacityProvider\": \"FARGATE\", \"base\": 2, \"weight\": 1}]}
      -> and \"counts\": {\"FARGATE\": 10}
  {\"id\": 4, \"service\": {\"desiredCount\": 4, \"minimumHealthyPercent\": 50, \"maximumPercent\": 100}}
      -> and \"minRunning\", \"maxRunning\", \"canProgress\"

Exit codes: 0 nothing would be refused, 1 something would (with --strict also what is warned of), 2 something can't be
read: it is missing, neither JSON nor YAML, or not a request to ECS.";

/// Check task definitions, services and run-task requests against the rules of ECS, without any call
///
/// Takes files as people have them, and folders. In GitHub Actions, findings are annotations of their lines, too.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Files with requests; folders, whose JSON and YAML files are checked if they are requests; or `-` for JSON Lines on
    /// standard input. By default the two task definitions that the program in infra/ makes
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Print the findings as JSON, one line for each request
    #[arg(long)]
    json: bool,

    /// Let warnings count as errors
    #[arg(long)]
    strict: bool,

    /// Take members that this version does not know for what AWS has added since: the program in infra/ can send them, too
    #[arg(long)]
    allow_unknown: bool,
}

/// Checks files, folders, standard input, or what the program makes.
pub fn run(options: Options) -> anyhow::Result<ExitCode> {
    let how = How {
        json: options.json,
        strict: options.strict,
        allow_unknown: options.allow_unknown,
        annotate: !options.json && annotations::are_read(),
    };
    let mut tally = Tally::default();
    if options.files.is_empty() {
        let destination =
            Destination { account_id: ANY_ACCOUNT.to_owned(), region: DEFAULT_REGION.to_owned() };
        let stack = DEFAULT_STACK.parse()?;
        let settings = Settings::default().overridden(&Given::of_stack(repository(), &stack, &[])?)?;
        let program = program(&stack, &settings, &destination)?;
        for (name, definition) in infra::render::task_definitions(&program) {
            tally.add(files::judge_made(&format!("task-definition/{name}"), definition, &how)?);
        }
    }
    for path in &options.files {
        // The other files are checked all the same.
        if let Err(error) = check(path, &how, &mut tally) {
            failure(&error);
            tally.add(Outcome::NoJson);
        }
    }
    tally.print(&how)?;
    Ok(match tally.worst() {
        Outcome::Taken => ExitCode::SUCCESS,
        Outcome::Refused => ExitCode::from(1),
        Outcome::NoJson => ExitCode::from(2),
    })
}

fn check(path: &Path, how: &How, tally: &mut Tally) -> anyhow::Result<()> {
    if path.as_os_str() == "-" {
        let counts = verdict::How { strict: how.strict, allow_unknown: how.allow_unknown };
        tally.add(lines::check(&mut std::io::stdin().lock(), &mut std::io::stdout().lock(), counts)?);
    } else if path.is_dir() {
        for file in folder::files(path)? {
            match files::check_found(&file, how) {
                Ok(Ending::Checked(outcome)) => tally.add(outcome),
                Ok(Ending::Skipped(why)) => tally.skip(&file, why),
                Err(error) => {
                    failure(&error);
                    tally.add(Outcome::NoJson);
                }
            }
        }
        tally.folder(path);
    } else {
        tally.add(files::check(path, how)?);
    }
    Ok(())
}
