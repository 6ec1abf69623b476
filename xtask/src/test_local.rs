//! `test-local`: everything that can be tested without an AWS account, in one go.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::ValueEnum;
use console::style;
use infra_images::BaseImage;
use xshell::{Shell, cmd};

use crate::browser::BROWSER;
use crate::interrupt::unless_interrupted;
use crate::local_aws::front_image;
use crate::progress::seconds;
use crate::python::PYTHON;
use crate::report::UserError;
use crate::{docker_engine, fuzz, images, provider};

const MORE: &str = "\
Examples:
  cargo xtask test-local --yes
  cargo xtask test-local --only lint";

/// Run every test that needs no AWS account: format, lints, images, unit tests, and whole deployments on this machine
///
/// Stops at the first step that fails. Nothing is skipped: a missing tool is a failure that names it. Needs a Docker
/// engine and Chromium, which are offered to be installed, and the engine started, on Debian and Ubuntu.
#[derive(Debug, clap::Args)]
#[command(after_help = MORE)]
pub struct Options {
    /// Run one step only
    #[arg(long, value_name = "STEP")]
    only: Option<Part>,

    /// Install what is missing without asking
    #[arg(long)]
    yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The code is formatted
    Format,
    /// No lint warns
    Lint,
    /// A Docker engine answers and every base image is here
    Bases,
    /// The images of the apps and of the local AWS build
    Images,
    /// Unit tests, and deployments against the emulators
    Tests,
    /// Made-up files, forms and names break nothing
    Fuzz,
}

/// Runs the steps.
pub async fn run(options: Options) -> anyhow::Result<ExitCode> {
    let all = Part::value_variants().iter().copied();
    let parts: Vec<_> = all.filter(|part| options.only.is_none_or(|only| only == *part)).collect();
    let mut summary = Vec::new();
    for part in &parts {
        infra_options::say!("\n{}", style(format!("== {}", part.title())).for_stderr().bold());
        let started = Instant::now();
        let result = part.run(options.yes).await;
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        summary.push(format!("{:8} {:6} {}", part.name(), outcome, seconds(started.elapsed())));
        if let Err(error) = result {
            print_summary(&summary);
            return Err(error.context(format!("test-local failed in step `{}`", part.name())));
        }
    }
    print_summary(&summary);
    Ok(ExitCode::SUCCESS)
}

impl Part {
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    fn title(self) -> &'static str {
        match self {
            Self::Format => "cargo fmt: the code is formatted",
            Self::Lint => "cargo clippy: no lint warns",
            Self::Bases => "docker engine and base images",
            Self::Images => "the images of the apps and of the local AWS",
            Self::Tests => "cargo test: unit tests, and deployments against the emulators",
            Self::Fuzz => "cargo fuzz: made-up files, forms and names break nothing",
        }
    }

    async fn run(self, yes: bool) -> anyhow::Result<()> {
        match self {
            Self::Format => {
                require_component("fmt", "rustfmt").await?;
                cargo("fmt --all --check").await
            }
            Self::Lint => {
                require_component("clippy", "clippy").await?;
                cargo("clippy --workspace --all-targets -- --deny warnings").await
            }
            Self::Bases => {
                docker_engine::require(yes).await?;
                images::ensure(&BaseImage::ALL, yes).await
            }
            Self::Images => {
                docker_engine::require(yes).await?;
                for app in infra::apps::images(images::repository()) {
                    images::build(&app).await?;
                }
                images::build(&front_image()).await.map(drop)
            }
            Self::Tests => {
                BROWSER.require(yes).await?;
                PYTHON.require(yes).await?;
                // All of them, so that one failure hides no other: documentation's tests come last.
                cargo("test --workspace --no-fail-fast").await
            }
            Self::Fuzz => fuzz::run(yes).await,
        }
    }
}

/// Runs cargo with its output shown; on Ctrl-C cargo gets the signal too and ends.
async fn cargo(arguments: &'static str) -> anyhow::Result<()> {
    let work = tokio::task::spawn_blocking(move || {
        let shell = Shell::new()?;
        shell.change_dir(images::repository());
        // What fails says all in its message, which a backtrace would push out of the part of a log that CI keeps.
        cmd!(shell, "cargo").args(arguments.split(' ')).env("RUST_BACKTRACE", "0").run()
    });
    let result = unless_interrupted(work).await?;
    result.context("see its messages above")
}

async fn require_component(command: &str, component: &str) -> anyhow::Result<()> {
    let output = unless_interrupted(provider::cargo().args([command, "--version"]).output())
        .await
        .context("cannot run cargo")?;
    if output.status.success() {
        return Ok(());
    }
    Err(UserError::new(
        format!("{component} is not installed"),
        format!("`rustup component add {component}`"),
    )
    .into())
}

fn print_summary(lines: &[String]) {
    infra_options::say!("\n{}", style("== test-local").for_stderr().bold());
    for line in lines {
        infra_options::say!("{line}");
    }
}
