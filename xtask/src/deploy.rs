//! `deploy`: images, local AWS where wanted, and the stack.

use std::process::ExitCode;

use infra_images::BaseImage;

use crate::local_aws::LocalAws;
use crate::provider::Provider;
use crate::stack_options::StackOptions;
use crate::{docker_engine, images};

/// Build the images, show the plan, and bring the stack up to what the code says
///
/// With --local a local AWS is started first, in a container of its own that only this machine can reach. Needs a
/// Docker engine; on Debian and Ubuntu it is offered to be installed and started (--yes: without asking).
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
}

/// Deploys the stack.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = options.stack;
    docker_engine::require(stack.yes).await?;
    images::ensure(&[BaseImage::Debian, BaseImage::Rust], stack.yes).await?;
    if stack.local {
        images::ensure(&[BaseImage::MiniStack], stack.yes).await?;
    }
    // Everything that can fail before comes before: a local AWS is not started for a provider that does not build.
    let provider = Provider::build().await?;
    let local = if stack.local {
        Some(LocalAws::running_or_started(stack.local_port, stack.region.as_deref()).await?)
    } else {
        None
    };
    let code = provider.run("deploy", &stack, local.as_ref()).await?;
    Ok(ExitCode::from(code))
}
