//! `teardown`: everything of a stack gone, and the local AWS with its last stack.

use std::process::ExitCode;

use crate::local_aws::LocalAws;
use crate::stack_options::StackOptions;
use crate::{docker_engine, provider};

/// Delete everything that belongs to the stack
///
/// With --local, the local AWS goes with its last stack: its container, its tasks' containers, its network and the
/// apps' images. Base images (Debian, Rust, the emulators) stay as a cache for the next deploy; `docker image rm`
/// removes them.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,
}

/// Deletes the stack.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = options.stack;
    if !stack.local {
        return Ok(provider::as_exit_code(provider::run("teardown", &stack, None).await?));
    }
    docker_engine::require(false).await?;
    let port = stack.local_port;
    let Some(local) = LocalAws::running(port, stack.region.as_deref()).await? else {
        let removed = LocalAws::remove(port).await?;
        eprintln!("no local AWS is running on port {port}, nothing to tear down");
        if removed > 0 {
            eprintln!("removed {removed} leftovers of an earlier one");
        }
        return Ok(ExitCode::SUCCESS);
    };
    let code = provider::run("teardown", &stack, Some(&local)).await?;
    if code == 0 {
        let others = provider::stacks(&local).await?;
        if others.is_empty() {
            LocalAws::remove(port).await?;
            eprintln!("the local AWS on port {port} is gone too, with its containers and the apps' images");
        } else {
            eprintln!("the local AWS on port {port} stays for: {}", others.join(", "));
        }
    }
    Ok(provider::as_exit_code(code))
}
