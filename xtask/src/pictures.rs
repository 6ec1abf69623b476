//! `pictures`: the README's pictures, made anew from a real run.

use std::path::PathBuf;
use std::process::ExitCode;

use infra::DEFAULT_STACK;
use infra::StackName;

use crate::browser::BROWSER;
use crate::provider::build_and_run;
use crate::{docker_engine, images};

const MORE: &str = "\
Examples:
  cargo xtask pictures --into target/pictures";

/// Make the README's pictures: deploys in a terminal, one of which fails, and the app's page in a browser
///
/// Deploys a stack to a local AWS of its own, changes it, uploads images, and takes it down again; a stack that is there
/// already is used, and stays. Takes three minutes once the images are built.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// The folder of the pictures; by default docs/pictures of this checkout
    #[arg(long, value_name = "FOLDER")]
    into: Option<PathBuf>,

    /// The local AWS's port
    #[arg(long, value_name = "PORT", default_value_t = 4598, value_parser = clap::value_parser!(u16).range(1024..))]
    local_port: u16,

    /// The stack's name
    #[arg(long, value_name = "NAME", default_value = DEFAULT_STACK)]
    stack: StackName,

    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// Builds the program that makes them, and runs it.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    docker_engine::require(options.yes).await?;
    BROWSER.require(options.yes).await?;
    let folder = options.into.unwrap_or_else(|| images::repository().join("docs/pictures"));
    let (stack, port) = (options.stack.as_str(), options.local_port.to_string());
    build_and_run("pictures", [folder.as_os_str(), stack.as_ref(), port.as_ref()]).await
}
