//! Fuzzing: made-up files, forms and names against what comes into the Rust app.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Context;
use tokio::process::Command;

use crate::images::repository;
use crate::interrupt::unless_interrupted;
use crate::report::UserError;
use crate::{consent, provider};

/// A workspace of its own: cargo-fuzz builds it with flags that nothing else is built with.
const FOLDER: &str = "app/fuzz";

/// What a run builds, finds and leaves goes here, so that the sources stay as they are.
const SCRATCH: &str = "target/fuzz";

const SECONDS: u32 = 15;
const MEMORY_MB: u32 = 512;

/// No input takes so long, even on a busy machine.
const INPUT_SECONDS: u32 = 60;

/// Runs every target for a few seconds.
pub async fn run(yes: bool) -> anyhow::Result<()> {
    require_tool(yes).await?;
    require_compiler().await?;
    for target in targets()? {
        fuzz(&target).await?;
    }
    Ok(())
}

/// The targets are the files in their folder.
fn targets() -> anyhow::Result<Vec<String>> {
    let folder = repository().join(FOLDER).join("fuzz_targets");
    let unreadable = || format!("cannot read {}", folder.display());
    let mut targets = Vec::new();
    for entry in folder.read_dir().with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    targets.sort();
    Ok(targets)
}

async fn fuzz(target: &str) -> anyhow::Result<()> {
    // What a run finds goes to the first folder of inputs. It starts empty, so that each run begins with the same ones.
    let found = emptied(&format!("corpus/{target}"))?;
    let failures = folder("failures")?;
    let seeds = format!("{FOLDER}/corpus/{target}");
    let limits = [
        format!("-artifact_prefix={}/{target}-", failures.display()),
        format!("-max_total_time={SECONDS}"),
        format!("-rss_limit_mb={MEMORY_MB}"),
        format!("-timeout={INPUT_SECONDS}"),
        // Only what is wrong is worth thousands of lines.
        "-verbosity=0".to_owned(),
    ];
    let mut cargo = provider::cargo();
    cargo.args(["fuzz", "run", "--fuzz-dir", FOLDER, "--target-dir", SCRATCH]);
    // A sanitizer would need a nightly compiler, and what is tested here has no unsafe code.
    cargo.args(["--sanitizer", "none", target]).arg(&found).args([&seeds, "--"]).args(limits);
    let status = unless_interrupted(cargo.status()).await.context("cannot run cargo fuzz");
    remove_empty_folders(target);
    if status?.success() {
        return Ok(());
    }
    let again = format!("cargo fuzz run --fuzz-dir {FOLDER} --sanitizer none {target} FILE");
    let hint = format!("see its messages above; `{again}` runs an input from {} again", failures.display());
    Err(UserError::new(format!("fuzz target {target}: failed or does not build"), hint).into())
}

/// A folder below the scratch folder.
fn folder(path: &str) -> anyhow::Result<PathBuf> {
    let folder = repository().join(SCRATCH).join(path);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn emptied(path: &str) -> anyhow::Result<PathBuf> {
    let empty = folder(path)?;
    std::fs::remove_dir_all(&empty).with_context(|| format!("cannot empty {}", empty.display()))?;
    folder(path)
}

/// cargo-fuzz makes folders in the sources that stay empty here. What a developer's own runs left there stays.
fn remove_empty_folders(target: &str) {
    let artifacts = repository().join(FOLDER).join("artifacts");
    for empty in [artifacts.join(target), artifacts] {
        // Not there, or not empty.
        std::fs::remove_dir(empty).ok();
    }
}

async fn require_tool(yes: bool) -> anyhow::Result<()> {
    if works(provider::cargo().args(["fuzz", "--version"])).await? {
        return Ok(());
    }
    if !consent::given("cargo-fuzz is not installed. Install it with cargo?", yes)? {
        let hint = "`cargo install cargo-fuzz --locked`, or --yes";
        return Err(UserError::new("cargo-fuzz is not installed", hint).into());
    }
    let mut install = provider::cargo();
    install.args(["install", "cargo-fuzz", "--locked"]);
    let status = unless_interrupted(install.status()).await.context("cannot run cargo")?;
    if status.success() {
        return Ok(());
    }
    Err(UserError::new("cargo-fuzz cannot be installed", "see cargo's messages above").into())
}

/// libFuzzer is C++, and built with the targets.
async fn require_compiler() -> anyhow::Result<()> {
    let compiler = std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if works(Command::new(&compiler).arg("--version")).await? {
        return Ok(());
    }
    let hint = "`apt-get install g++` on Debian, as root; another compiler is named by CXX";
    Err(UserError::new(format!("{compiler} does not run: libFuzzer is built with it"), hint).into())
}

/// Whether a program is there and succeeds.
async fn works(command: &mut Command) -> anyhow::Result<bool> {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = unless_interrupted(async { anyhow::Ok(quiet.status().await) }).await?;
    Ok(status.is_ok_and(|status| status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_declared_and_has_seeds() {
        let folder = repository().join(FOLDER);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let targets = targets().unwrap();
        assert!(!targets.is_empty());
        for target in targets {
            assert!(manifest.contains(&format!("name = {target:?}")), "{target} is not in Cargo.toml");
            let seeds = folder.join("corpus").join(&target);
            assert!(seeds.read_dir().is_ok_and(|mut seeds| seeds.next().is_some()), "{target} has no seeds");
        }
    }
}
