//! `pictures`: the README's pictures, made anew from a real run.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use infra::DEFAULT_STACK;
use infra::StackName;

use crate::provider::cargo;
use crate::{browser, docker_engine, images};

const PROGRAM: &str = "pictures";
const FAILED: u8 = 1;

/// Make the README's pictures: a deploy in a terminal, and the app's page in a browser
///
/// Deploys a stack to a local AWS of its own, changes it, uploads images, and takes it down again; a stack that is there
/// already is used, and stays. Takes three minutes once the images are built.
#[derive(Debug, clap::Args)]
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
    browser::require(options.yes).await?;
    // Of the whole workspace, as the provider is built, so that the AWS SDK is not built again.
    let mut build = cargo();
    let built = build.args(["build", "--quiet", "--workspace", "--bin", PROGRAM]).status().await;
    if !built.context("cannot run cargo")?.success() {
        bail!("{PROGRAM} does not build, see cargo's messages above");
    }
    let this = std::env::current_exe().context("cannot find this program's own file")?;
    let folder = options.into.unwrap_or_else(|| images::repository().join("docs/pictures"));
    let mut pictures = tokio::process::Command::new(this.with_file_name(PROGRAM));
    pictures.arg(folder).arg(options.stack.as_str()).arg(options.local_port.to_string());
    // Not ended on Ctrl-C: it gets the signal too.
    let status = pictures.status().await.with_context(|| format!("cannot run {PROGRAM}"))?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)))
}
