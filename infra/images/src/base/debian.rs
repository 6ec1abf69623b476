//! `debian:trixie-slim` where no registry answers: debootstrap, without the parts that slim images leave out.

use std::path::Path;
use std::process::Stdio;

use crate::command_failure::CommandFailure;
use crate::docker::{self, OnLine, command};
use crate::error::ImageError;
use crate::install;

const SUITE: &str = "trixie";
const LEFT_OUT: &[&str] = &[
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
    "var/lib/apt/lists",
    "var/cache/apt",
    "var/log",
    "dev",
];

pub(super) async fn build(reference: &str, on_line: OnLine<'_>) -> Result<(), ImageError> {
    if !install::on_path("debootstrap") {
        return Err(ImageError::ToolMissing { image: reference.to_owned(), tool: "debootstrap" });
    }
    if !install::is_root() {
        let reason = "debootstrap needs root".to_owned();
        return Err(ImageError::CannotBuildHere { image: reference.to_owned(), reason });
    }
    let folder = super::build_here::scratch(reference)?;
    let root = folder.path().join("root");
    let mut debootstrap = command("debootstrap", &["--variant=minbase", SUITE]);
    debootstrap.arg(&root);
    docker::stream(debootstrap, on_line).await.map_err(|source| failed(reference, source))?;
    for left_out in LEFT_OUT {
        empty(&root.join(left_out)).map_err(|source| ImageError::File {
            image: reference.to_owned(),
            path: root.join(left_out),
            source,
        })?;
    }
    import(&root, reference).await.map_err(|source| failed(reference, source))
}

fn failed(reference: &str, source: CommandFailure) -> ImageError {
    ImageError::Command { image: reference.to_owned(), action: "build it", source }
}

/// Removes what is in a folder and keeps the folder.
fn empty(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)
}

async fn import(root: &Path, reference: &str) -> Result<(), CommandFailure> {
    let mut tar = command("tar", &["--create", "--numeric-owner", "--directory"]);
    tar.arg(root).arg(".").stdout(Stdio::piped());
    let mut import = docker::docker(&["import", "--change", "CMD [\"bash\"]", "-", reference]);

    let start = |line: String| move |source| CommandFailure::Start { command: line, source };
    let mut packing = tar.spawn().map_err(start(docker::command_line(tar.as_std())))?;
    if let Some(archive) = packing.stdout.take() {
        let archive: Stdio = archive.try_into().map_err(start(docker::command_line(tar.as_std())))?;
        import.stdin(archive);
    }
    docker::output(import).await?;
    let status = packing.wait().await.map_err(start(docker::command_line(tar.as_std())))?;
    if status.success() {
        return Ok(());
    }
    Err(CommandFailure::Status { command: docker::command_line(tar.as_std()), status, tail: Vec::new() })
}
