//! `bench`: both apps' images measured against one in-memory S3.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use infra::apps::{php, web};
use infra_images::{AppImage, BaseImage, names};

use crate::provider::cargo;
use crate::{docker_engine, images};

const FAILED: u8 = 1;

/// Measure both apps' images: requests, CPU, memory, size and start, on the same in-memory S3
///
/// Takes about six minutes, or one and a half with --quick, on a machine that has nothing else to do. Linux only; the
/// memory of the apps' processes is read as root.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Measure for 2 seconds each, not 10, and only one size of large uploads
    #[arg(long)]
    quick: bool,

    /// Measure only this: start, page, download, upload or memory; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<String>,

    /// Let S3 wait this long before each answer
    #[arg(long, value_name = "MILLISECONDS")]
    s3_latency: Option<u64>,

    /// Write everything as JSON to a file, `-` for the standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the tables into docs/benchmarks.md, between its marks
    #[arg(long)]
    record: bool,

    /// Measure this image of the Rust app instead of the one that the sources give
    #[arg(long, value_name = "IMAGE")]
    web_image: Option<String>,

    /// Measure this image of the PHP app
    #[arg(long, value_name = "IMAGE")]
    php_image: Option<String>,

    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

/// Builds the images and the program that measures, and runs it.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    docker_engine::require(options.yes).await?;
    let root = images::repository();
    let web = image(options.web_image.as_deref(), &web::APP.image(root), options.yes).await?;
    let php = image(options.php_image.as_deref(), &php::APP.image(root), options.yes).await?;
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--package", "app-bench", "--", "run"]);
    bench.args(["--web-image", &web, "--php-image", &php]).args(options.arguments()?);
    let words = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    bench.args(["--command", &format!("cargo xtask {words}")]);
    // Not ended on Ctrl-C: it gets the signal too, and removes its containers.
    let status = bench.status().await.context("cannot run cargo")?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)))
}

impl Options {
    /// What is passed on.
    fn arguments(&self) -> anyhow::Result<Vec<String>> {
        let mut arguments = Vec::new();
        for (flag, given) in [("--quick", self.quick), ("--record", self.record)] {
            arguments.extend(given.then(|| flag.to_owned()));
        }
        for part in &self.only {
            arguments.push(format!("--only={part}"));
        }
        if let Some(milliseconds) = self.s3_latency {
            arguments.push(format!("--s3-latency={milliseconds}"));
        }
        if let Some(file) = &self.json {
            // Cargo runs it in the repository's root, wherever this was called.
            let standard_output = file == Path::new("-");
            let file = if standard_output { file.clone() } else { std::path::absolute(file)? };
            arguments.push(format!("--json={}", file.display()));
        }
        Ok(arguments)
    }
}

/// The image that was asked for, or the one of the sources as they are now.
async fn image(given: Option<&str>, app: &AppImage, yes: bool) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    images::ensure(&[BaseImage::Debian, BaseImage::Rust], yes).await?;
    Ok(names::app(&app.name, &images::build(app).await?))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn what_is_measured_is_passed_on() {
        let line = "bench --quick --only page --only memory --s3-latency 20 --json - --web-image web";
        let arguments = Cli::parse_from(line.split(' ')).options.arguments().unwrap();
        let expected = ["--quick", "--only=page", "--only=memory", "--s3-latency=20", "--json=-"];
        assert_eq!(arguments, expected);
    }
}
