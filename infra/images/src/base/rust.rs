//! `rust:<version>-slim-trixie` where no registry answers: Debian, a linker and this machine's own toolchain.

use std::path::Path;
use std::process::Command;

use super::names;
use crate::command_failure::CommandFailure;
use crate::docker::{self, OnLine, command, command_line};
use crate::error::ImageError;

const DOCKERFILE: &str = include_str!("../../dockerfiles/rust.Dockerfile");
/// `share` is documentation, and larger than all the rest.
const COPIED: &[&str] = &["bin", "lib", "libexec"];

/// The version of this machine's compiler, such as `1.95.0`.
pub(crate) fn version() -> Result<String, CommandFailure> {
    let text = ask_rustc(&["--version"])?;
    Ok(text.split_whitespace().nth(1).unwrap_or(&text).to_owned())
}

pub(super) async fn build(reference: &str, on_line: OnLine<'_>) -> Result<(), ImageError> {
    let about = ask_rustc(&["--version", "--verbose"]).map_err(ImageError::Toolchain)?;
    if !about.lines().any(|line| line.starts_with("host: ") && line.ends_with("-linux-gnu")) {
        let reason = "the toolchain of this machine is not for Linux with glibc".to_owned();
        return Err(ImageError::CannotBuildHere { image: reference.to_owned(), reason });
    }
    let sysroot = ask_rustc(&["--print", "sysroot"]).map_err(ImageError::Toolchain)?;
    let folder = super::build_here::scratch(reference)?;
    let toolchain = folder.path().join("toolchain");
    super::build_here::write(reference, &folder.path().join(".dockerignore"), "Dockerfile\n")?;
    std::fs::create_dir(&toolchain).map_err(|source| ImageError::File {
        image: reference.to_owned(),
        path: toolchain.clone(),
        source,
    })?;
    on_line("copying this machine's toolchain");
    copy_toolchain(Path::new(&sysroot), &toolchain).await.map_err(|source| ImageError::Command {
        image: reference.to_owned(),
        action: "copy this machine's toolchain for it",
        source,
    })?;
    super::build_here::build_here(
        reference,
        DOCKERFILE,
        folder.path(),
        &[("BASE_IMAGE", names::DEBIAN)],
        on_line,
    )
    .await
}

async fn copy_toolchain(from: &Path, to: &Path) -> Result<(), CommandFailure> {
    let mut copy = command("cp", &["--recursive", "--preserve=mode,links"]);
    copy.args(COPIED.iter().map(|part| from.join(part)).filter(|part| part.exists())).arg(to);
    docker::output(copy).await.map(drop)
}

fn ask_rustc(arguments: &[&str]) -> Result<String, CommandFailure> {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(arguments);
    let line = command_line(&rustc);
    let output = rustc.output().map_err(|source| CommandFailure::Start { command: line.clone(), source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let tail = String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
    Err(CommandFailure::Status { command: line, status: output.status, tail })
}
