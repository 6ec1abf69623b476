//! `teardown`: everything of a stack gone, and the local AWS with its last stack.

use std::process::ExitCode;

use infra_images::engine;

use crate::local_aws::{LocalAws, Removed};
use crate::provider::Provider;
use crate::stack_options::{LeaseOptions, StackOptions};

/// Delete everything that belongs to the stack
///
/// With --local, the local AWS goes with its last stack: its container, its tasks' containers, its network and the
/// apps' images, except those that another container uses. Base images (Debian, Rust, the emulators) stay as a cache
/// for the next deploy; `docker image rm` removes them.
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,

    #[command(flatten)]
    lease: LeaseOptions,
}

/// Deletes the stack.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let (stack, lease) = (options.stack, options.lease.flag());
    let flags = [lease.as_str()];
    if !stack.local {
        let code = Provider::build().await?.run("teardown", &stack, &flags, None).await?;
        return Ok(ExitCode::from(code));
    }
    engine::check().await?;
    let port = stack.local_port;
    let Some(local) = LocalAws::running(port, stack.region.as_deref()).await? else {
        return clean_up(port).await;
    };
    let provider = Provider::build().await?;
    let code = provider.run("teardown", &stack, &flags, Some(&local)).await?;
    if code == 0 {
        let others = provider.stacks(&local).await?;
        if others.is_empty() {
            let removed = LocalAws::remove(port).await?;
            eprintln!("the local AWS on port {port} is gone too, with its containers and the apps' images");
            tell_of_images_in_use(&removed);
        } else {
            eprintln!("the local AWS on port {port} stays for: {}", others.join(", "));
        }
    }
    Ok(ExitCode::from(code))
}

/// A stopped local AWS has forgotten its stacks, but its containers may still be here.
async fn clean_up(port: u16) -> anyhow::Result<ExitCode> {
    let removed = LocalAws::remove(port).await?;
    eprintln!("no local AWS is running on port {port}, nothing to tear down");
    if removed.count > 0 {
        eprintln!("removed {} containers and networks that an earlier one left behind", removed.count);
    }
    tell_of_images_in_use(&removed);
    Ok(ExitCode::SUCCESS)
}

/// A container that is not the local AWS's keeps its image, and whose it is the engine does not know.
fn tell_of_images_in_use(removed: &Removed) {
    for image in &removed.images_in_use {
        eprintln!("image {image} stays, as a container uses it: `docker ps --all --filter ancestor={image}`");
    }
}
