//! `explain`: why a resource is created, changed, replaced or left.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::StackOptions;

/// Show why deploy would create, change, replace or leave a resource, and what earlier runs here did with it
///
/// Every run writes the calls it makes to `target/journal/`, one line of JSON each, without bodies or credentials.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The resource: its address, such as `service/web`, or its name in the account
    resource: String,

    #[command(flatten)]
    stack: StackOptions,
}

/// Explains the resource.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = options.stack;
    stack.check()?;
    let local = LocalAws::wanted(&stack).await?;
    let flags = [options.resource.as_str()];
    Ok(ExitCode::from(Provider::build().await?.run("explain", &stack, &flags, local.as_ref()).await?))
}
