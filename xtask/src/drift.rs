//! `drift`: how what is deployed differs from the code.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::StackOptions;

/// Show only how what is deployed differs from the code: changed by hand, missing, or no longer wanted
///
/// Exit code 3 says that something differs. `deploy` repairs it.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
}

/// Shows the differences.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = options.stack;
    stack.check()?;
    let local = LocalAws::wanted(&stack).await?;
    Ok(ExitCode::from(Provider::build().await?.run("drift", &stack, &[], local.as_ref()).await?))
}
