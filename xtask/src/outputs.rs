//! `outputs`: the addresses and names a deployed stack is used by.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::StackOptions;

/// Print the deployed stack's URLs and names
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
}

/// Prints the stack's outputs.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = options.stack;
    stack.check()?;
    let local = LocalAws::wanted(&stack).await?;
    let code = Provider::build().await?.run("outputs", &stack, &[], local.as_ref()).await?;
    Ok(ExitCode::from(code))
}
