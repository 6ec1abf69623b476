//! `measure`: how many calls a deploy makes, and how near it comes to what its graph allows.

use std::process::ExitCode;

use infra_images::BaseImage;

use crate::provider::build_and_run;
use crate::{docker_engine, images};

const MORE: &str = "\
Examples:
  cargo xtask measure
  cargo xtask measure --json --calls";

/// Count the calls of deploys and teardowns, and compare their length with what their graph allows
///
/// Deploys the default stack to an emulator in a container, through a proxy that answers as slowly as AWS does. Takes
/// about two minutes after building.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
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
    let flags = [("--json", options.json), ("--calls", options.calls)];
    let given = flags.iter().filter(|(_, given)| *given).map(|(flag, _)| flag);
    build_and_run("deploy-measure", given).await
}
