//! `deploy`: images, local AWS where wanted, and the stack.

use std::process::ExitCode;

use infra::Settings;
use infra_images::BaseImage;

use crate::local_aws::{self, LocalAws};
use crate::provider::Provider;
use crate::stack_options::{LeaseOptions, StackOptions};
use crate::{docker_engine, images};

/// So the provider ends where it has images to build and finds no Docker engine; it has changed nothing then.
const NO_ENGINE: u8 = 69;

/// Build the images, show the plan, and bring the stack up to what the code says
///
/// With --local a local AWS is started first, in a container of its own that only this machine can reach. What is built
/// needs a Docker engine; on Debian and Ubuntu it is offered to be installed and started (--yes: without asking).
#[derive(Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stack: StackOptions,

    /// Take over resources of the stack's names that somebody else made
    #[arg(long)]
    adopt: bool,

    /// Do not wait until new tasks have taken over
    #[arg(long)]
    no_wait: bool,

    #[command(flatten)]
    lease: LeaseOptions,
}

/// Deploys the stack.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let stack = &options.stack;
    stack.check()?;
    let flags = options.flags();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    if !stack.local {
        return deploy_to_aws(stack, &flags).await;
    }
    docker_engine::require(stack.yes).await?;
    local_aws::require_engine_here().await?;
    images::ensure(base_images(&stack.settings()?), stack.yes).await?;
    // Everything that can fail before comes before: a local AWS is not started for a provider that does not build.
    let provider = Provider::build().await?;
    let ran_before = LocalAws::running(stack.local_port, stack.region.as_deref()).await?.is_some();
    let local = LocalAws::running_or_started(stack.local_port, stack.region.as_deref()).await?;
    let code = provider.run("deploy", stack, &flags, Some(&local)).await?;
    if code != 0 && !ran_before && provider.stacks(&local).await?.is_empty() {
        LocalAws::remove(stack.local_port).await?;
        eprintln!("nothing was deployed: the local AWS was stopped again");
    }
    Ok(ExitCode::from(code))
}

/// The images' bases are obtained when the images are built, once the credentials are known to work. An engine is asked for
/// only then: a deploy that builds nothing needs none.
async fn deploy_to_aws(stack: &StackOptions, flags: &[&str]) -> anyhow::Result<ExitCode> {
    let provider = Provider::build().await?;
    let code = provider.run("deploy", stack, flags, None).await?;
    if code == NO_ENGINE && docker_engine::offer(stack.yes).await? {
        eprintln!("now there is a Docker engine: once more from the start");
        return Ok(ExitCode::from(provider.run("deploy", stack, flags, None).await?));
    }
    Ok(ExitCode::from(code))
}

/// What a deploy to a local AWS needs beside the apps' own images.
fn base_images(settings: &Settings) -> &'static [BaseImage] {
    if settings.builds_no_image() {
        &[BaseImage::MiniStack]
    } else {
        &[BaseImage::Debian, BaseImage::Rust, BaseImage::MiniStack]
    }
}

impl Options {
    fn flags(&self) -> Vec<String> {
        let flags = [(self.adopt, "--adopt"), (self.no_wait, "--no-wait")];
        let given = flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag.to_owned());
        given.chain([self.lease.flag()]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_images_need_no_base() {
        let given = ["web.image=w", "php.image=p"].map(str::to_owned);
        assert_eq!(base_images(&Settings::with_overrides(&given).unwrap()), [BaseImage::MiniStack]);
        assert!(base_images(&Settings::with_overrides(&given[..1]).unwrap()).contains(&BaseImage::Debian));
    }
}
