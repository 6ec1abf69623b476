//! `scale`: how many tasks a deployed service has.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::StackOptions;

const MORE: &str = "\
Examples:
  cargo xtask scale web 4 --local
  cargo xtask scale php 2

Where Application Auto Scaling looks after the service, the number must be within its bounds, and it goes on deciding
from there. Elsewhere the number holds until the next deploy, which sets that of the settings again.

With --json: {\"service\", \"cluster\", \"before\", \"desired\", \"running\"}.";

/// Set how many tasks a deployed service has, and wait until so many run and are healthy
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The service: `web` or `php`
    service: String,

    /// How many tasks it is to have; 0 stops it, where no autoscaler has a larger minimum
    #[arg(value_name = "TASKS", value_parser = clap::value_parser!(u32).range(..=i64::from(i32::MAX)))]
    tasks: u32,

    /// Do not wait until so many tasks run
    #[arg(long)]
    no_wait: bool,

    #[command(flatten)]
    stack: StackOptions,
}

/// Scales the service.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = &options.stack;
    stack.check()?;
    let local = LocalAws::wanted(stack).await?;
    let tasks = options.tasks.to_string();
    let mut flags = vec![options.service.as_str(), tasks.as_str()];
    flags.extend(options.no_wait.then_some("--no-wait"));
    let code = Provider::build().await?.run("scale", stack, &flags, local.as_ref()).await?;
    Ok(ExitCode::from(code))
}
