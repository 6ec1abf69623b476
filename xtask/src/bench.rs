//! `bench`: both apps, nginx and S3 alone measured side by side. Another program measures; this one builds the images.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use infra::apps::{php, web};
use infra_images::{AppImage, BaseImage, Source, names};

use crate::provider::cargo;
use crate::{docker_engine, images};

const FAILED: u8 = 1;
/// What the apps are compared with, beside S3 alone.
const NGINX: Source =
    Source { dockerfile: "tests/bench/nginx/Dockerfile", inputs: &["tests/bench/nginx"], rust: None };

const MORE: &str = "\
Examples:
  cargo xtask bench
  cargo xtask bench --target rust --only page --rounds 1 --seconds 1";

/// Measure both apps beside nginx and S3 alone: CPU per request, requests, memory, size and start
///
/// All use the same in-memory S3. Takes about six minutes on a machine that has nothing else to do, and less with
/// --only, --target, --rounds 1 or --seconds 1. Linux only; the memory of the apps' processes is read as root.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Measure only this: rust, php, nginx or s3; may be given several times
    #[arg(long, value_name = "TARGET")]
    target: Vec<String>,

    /// Measure only this: start, page, download, upload or memory; may be given several times
    #[arg(long, value_name = "PART")]
    only: Vec<String>,

    /// How often each target's turn comes: 5 unless given
    #[arg(long)]
    rounds: Option<u64>,

    /// How long a turn is: 2 unless given
    #[arg(long)]
    seconds: Option<u64>,

    /// How many requests are in flight at a time: 16 unless given
    #[arg(long, value_name = "COUNT")]
    connections: Option<u64>,

    /// Let S3 wait this long before each answer
    #[arg(long, value_name = "MILLISECONDS")]
    s3_latency: Option<u64>,

    /// Write the tables into docs/benchmarks.md, between the marks for this latency of S3
    #[arg(long)]
    record: bool,

    /// Measure this program as the Rust app instead of an image; with --target rust, no Docker is needed
    #[arg(long, value_name = "PATH", conflicts_with = "record")]
    web_binary: Option<PathBuf>,

    /// Measure this image of the Rust app instead of the one that the sources give
    #[arg(long, value_name = "IMAGE", conflicts_with = "web_binary")]
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
    let mut bench = cargo();
    bench.args(["run", "--quiet", "--release", "--package", "app-bench", "--", "run"]);
    bench.args(options.arguments()?);
    let root = images::repository();
    for (target, flag, given, app) in [
        ("rust", "--web-image", &options.web_image, web::APP.image(root)),
        ("php", "--php-image", &options.php_image, php::APP.image(root)),
        ("nginx", "--nginx-image", &None, AppImage::new("bench-nginx", root, NGINX)),
    ] {
        if options.needs_image(target) {
            bench.args([flag, &image(given.as_deref(), &app, options.yes).await?]);
        }
    }
    let words = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
    bench.args(["--command", &format!("cargo xtask {words}")]);
    // Not ended on Ctrl-C: it gets the signal too, and removes its containers.
    let status = bench.status().await.context("cannot run cargo")?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED)))
}

impl Options {
    /// What is passed on.
    fn arguments(&self) -> anyhow::Result<Vec<String>> {
        let numbers = [
            ("rounds", self.rounds),
            ("seconds", self.seconds),
            ("connections", self.connections),
            ("s3-latency", self.s3_latency),
        ];
        let mut arguments: Vec<_> = self.target.iter().map(|target| format!("--target={target}")).collect();
        arguments.extend(self.only.iter().map(|part| format!("--only={part}")));
        arguments.extend(numbers.iter().filter_map(|(name, value)| Some(format!("--{name}={}", (*value)?))));
        arguments.extend(self.record.then(|| "--record".to_owned()));
        if let Some(path) = &self.web_binary {
            // Cargo runs it in the repository's root, wherever this was called.
            arguments.push(format!("--web-binary={}", std::path::absolute(path)?.display()));
        }
        Ok(arguments)
    }

    fn needs_image(&self, target: &str) -> bool {
        let measured = self.target.is_empty() || self.target.iter().any(|wanted| wanted == target);
        measured && !(target == "rust" && self.web_binary.is_some())
    }
}

/// The image that was asked for, or the one of the sources as they are now.
async fn image(given: Option<&str>, app: &AppImage, yes: bool) -> anyhow::Result<String> {
    docker_engine::require(yes).await?;
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    images::ensure(&[BaseImage::Debian], yes).await?;
    if app.source.rust.is_some() {
        images::ensure(&[BaseImage::Rust], yes).await?;
    }
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

    fn options(line: &str) -> Options {
        Cli::parse_from(line.split(' ')).options
    }

    #[test]
    fn what_is_measured_is_passed_on() {
        let line =
            "bench --only page --only memory --rounds 3 --s3-latency 20 --target s3 --web-binary /app --yes";
        let expected = [
            "--target=s3",
            "--only=page",
            "--only=memory",
            "--rounds=3",
            "--s3-latency=20",
            "--web-binary=/app",
        ];
        assert_eq!(options(line).arguments().unwrap(), expected);
    }

    #[test]
    fn only_what_is_measured_needs_an_image() {
        let images = |line| ["rust", "php", "nginx"].map(|target| options(line).needs_image(target));
        assert_eq!(images("bench"), [true, true, true]);
        assert_eq!(images("bench --web-binary app"), [false, true, true]);
        assert_eq!(images("bench --web-binary app --target rust --target nginx"), [false, false, true]);
    }
}
