//! `build`: the apps' images, without deploying them.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Context;
use infra_images::BaseImage;
use serde::Serialize;

use crate::{docker_engine, images};

const MORE: &str = "\
Examples:
  cargo xtask build
  cargo xtask build --json";

/// Build the apps' images on this machine and print their names
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,

    /// Print a JSON list of {image, tag}
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Built {
    image: String,
    tag: String,
}

/// Builds the images.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    docker_engine::require(options.yes).await?;
    images::ensure(&[BaseImage::Debian, BaseImage::Rust], options.yes).await?;
    let mut built = Vec::new();
    for app in infra::apps::images(images::repository()) {
        let tag = images::build(&app).await?;
        built.push(Built { image: app.name, tag });
    }
    let text = if options.json {
        serde_json::to_string_pretty(&built)?
    } else {
        let names = built.iter().map(|built| infra_images::names::app(&built.image, &built.tag));
        names.collect::<Vec<_>>().join("\n")
    };
    writeln!(std::io::stdout(), "{text}").context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}
