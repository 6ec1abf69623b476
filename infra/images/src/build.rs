//! Builds an app's image from the repository, with the base images it names.

use std::fs::File;
use std::io;

use crate::architecture;
use crate::base::{self, BaseImage};
use crate::docker::{self, OnLine};
use crate::error::ImageError;
use crate::names;
use crate::source::AppImage;

/// Builds an app's image under its local name for a tag and returns that name. Tags follow from the sources, so an
/// image that is here under this tag is not built again.
pub async fn build(app: &AppImage, tag: &str, on_line: OnLine<'_>) -> Result<String, ImageError> {
    let name = app.local_name(tag);
    if base::present(&name).await? {
        on_line("already built");
        return Ok(name);
    }
    // Whoever else builds this image at the moment, in another process too, is waited for.
    let _turn = turn(&name).await?;
    if base::present(&name).await? {
        on_line("already built");
        return Ok(name);
    }
    let foreign = architecture::foreign(app).await?;
    let mut arguments = vec![format!("BASE_IMAGE={}", names::DEBIAN)];
    base::ensure(BaseImage::Debian, on_line).await?;
    if app.source.rust.is_some() {
        let rust = base::ensure(BaseImage::Rust, on_line).await?;
        arguments.push(format!("RUST_IMAGE={}", base::builder_image(&rust.reference, on_line).await?));
    }
    let mut build = docker::docker_build().await;
    for argument in arguments {
        build.arg("--build-arg").arg(argument);
    }
    if let Some(foreign) = foreign {
        build.arg("--platform").arg(format!("linux/{foreign}"));
    }
    let context = app.context()?;
    // A step that fails leaves its container behind otherwise.
    build.arg("--force-rm");
    build
        .args(["--tag", &name])
        .arg("--file")
        .arg(context.path().join(app.source.dockerfile))
        .arg(context.path());
    docker::stream(build, on_line).await.map_err(|source| ImageError::Command {
        image: app.name.clone(),
        action: "build it",
        source,
    })?;
    architecture::check(app, &name).await?;
    Ok(name)
}

/// A lock on the image's name, released with the file or the process.
async fn turn(image: &str) -> Result<File, ImageError> {
    let path = std::env::temp_dir().join(format!("{}.lock", image.replace(['/', ':'], "-")));
    let lock = {
        let path = path.clone();
        move || File::create(path).and_then(|file| file.lock().map(|()| file))
    };
    let locked = tokio::task::spawn_blocking(lock).await.map_err(io::Error::other).flatten();
    locked.map_err(|source| ImageError::File { image: image.to_owned(), path, source })
}
