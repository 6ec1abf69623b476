//! `measure`: how many calls a deploy makes, and how near it comes to what its graph allows.

use std::process::ExitCode;

use anyhow::{Context, bail};
use infra_images::BaseImage;

use crate::provider::cargo;
use crate::{docker_engine, images};

const PROGRAM: &str = "deploy-measure";
const FAILED: u8 = 1;

/// Count the calls of deploys and teardowns, and compare their length with what their graph allows
///
/// Deploys the default stack to an emulator in a container, through a proxy that answers as slowly as AWS does. Takes
/// about two minutes after building.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Print JSON on standard output
    #[arg(long)]
    json: bool,

    /// Print every call with its times, too, on standard error
    #[arg(long)]
    calls: bool,

    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// Builds the program that measures, and runs it.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    docker_engine::require(options.yes).await?;
    images::ensure(&[BaseImage::Debian, BaseImage::Moto], options.yes).await?;
    // Of the whole workspace, as the provider is built, so that the AWS SDK is not built again.
    let mut build = cargo();
    let built = build.args(["build", "--quiet", "--workspace", "--bin", PROGRAM]).status().await;
    if !built.context("cannot run cargo")?.success() {
        bail!("{PROGRAM} does not build, see cargo's messages above");
    }
    let this = std::env::current_exe().context("cannot find this program's own file")?;
    let mut measure = tokio::process::Command::new(this.with_file_name(PROGRAM));
    let flags = [("--json", options.json), ("--calls", options.calls)];
    measure.args(flags.iter().filter(|(_, given)| *given).map(|(flag, _)| flag));
    // Not ended on Ctrl-C: it gets the signal too, and removes its container.
    let status = measure.status().await.with_context(|| format!("cannot run {PROGRAM}"))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)))
}
