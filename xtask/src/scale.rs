//! `scale`: how many tasks a deployed service has.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::{LeaseOptions, StackOptions};

const MORE: &str = "\
Examples:
  cargo xtask scale web 4 --local
  cargo xtask scale php 2

Where Application Auto Scaling looks after the service, the number must be within its bounds, and it goes on deciding
from there. Elsewhere the number holds until the next deploy, which sets that of the settings again.

Not while another run works on the stack: it waits for that, or leaves with exit code 75 (--wait-for-lease 0).

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

    #[command(flatten)]
    lease: LeaseOptions,
}

/// Scales the service.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = &options.stack;
    stack.check()?;
    let local = LocalAws::wanted(stack).await?;
    let (tasks, lease) = (options.tasks.to_string(), options.lease.flag());
    let mut flags = vec![options.service.as_str(), tasks.as_str(), lease.as_str()];
    flags.extend(options.no_wait.then_some("--no-wait"));
    let code = Provider::build().await?.run("scale", stack, &flags, local.as_ref()).await?;
    Ok(ExitCode::from(code))
}
