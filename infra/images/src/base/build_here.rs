//! Building a base image from a Dockerfile of ours.

use std::path::Path;

use crate::docker::{self, OnLine};
use crate::error::ImageError;

/// Builds one of this crate's own Dockerfiles in a folder that holds what it copies.
pub(super) async fn build_here(
    reference: &str,
    dockerfile: &str,
    folder: &Path,
    arguments: &[(&str, &str)],
    on_line: OnLine<'_>,
) -> Result<(), ImageError> {
    write(reference, &folder.join("Dockerfile"), dockerfile)?;
    let mut build = docker::docker_build().await;
    for (name, value) in arguments {
        build.arg("--build-arg").arg(format!("{name}={value}"));
    }
    build.args(["--tag", reference]).arg(folder);
    docker::stream(build, on_line).await.map_err(|source| ImageError::Command {
        image: reference.to_owned(),
        action: "build it",
        source,
    })
}

/// A folder for what an image is built from.
pub(super) fn scratch(reference: &str) -> Result<tempfile::TempDir, ImageError> {
    tempfile::tempdir().map_err(|source| ImageError::File {
        image: reference.to_owned(),
        path: std::env::temp_dir(),
        source,
    })
}

/// Writes one of its files.
pub(super) fn write(reference: &str, path: &Path, content: &str) -> Result<(), ImageError> {
    std::fs::write(path, content).map_err(|source| ImageError::File {
        image: reference.to_owned(),
        path: path.to_owned(),
        source,
    })
}
