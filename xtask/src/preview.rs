//! `preview`: what deploy would change, without changing anything.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::StackOptions;

/// Show what deploy would create, update, replace and delete, property by property
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,

    /// Assume that resources of the stack's names that somebody else made are taken over
    #[arg(long)]
    adopt: bool,
}

/// Shows the plan.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = options.stack;
    stack.check()?;
    let local = LocalAws::wanted(&stack).await?;
    let flags: &[&str] = if options.adopt { &["--adopt"] } else { &[] };
    let code = Provider::build().await?.run("preview", &stack, flags, local.as_ref()).await?;
    Ok(ExitCode::from(code))
}
