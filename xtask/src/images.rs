//! Base images and the apps' images, with their progress shown.

use std::path::Path;

use infra_images::{AppImage, BaseImage, ImageError, Origin};

use crate::docker_engine;
use crate::estimate::{OTHER_IMAGE, RUST_IMAGE};
use crate::interrupt::unless_interrupted;
use crate::progress::Step;

/// The packages that bring a tool for building base images.
const DEBOOTSTRAP_PACKAGES: &[&str] = &["debootstrap", "debian-archive-keyring"];

/// The repository that this program was built from.
pub fn repository() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Makes sure that base images are on this machine; the engine must answer already.
pub async fn ensure(images: &[BaseImage], yes: bool) -> anyhow::Result<()> {
    for image in images {
        let result = ensure_one(*image).await;
        let missing = result.as_ref().err().and_then(|error| error.downcast_ref::<ImageError>());
        if matches!(missing, Some(ImageError::ToolMissing { .. }))
            && docker_engine::offer_packages(DEBOOTSTRAP_PACKAGES, yes).await?
        {
            ensure_one(*image).await?;
        } else {
            result?;
        }
    }
    Ok(())
}

/// Builds one app's image and returns its tag.
pub async fn build(app: &AppImage) -> anyhow::Result<String> {
    let tag = app.content_tag()?;
    let work = if app.source.rust.is_some() { RUST_IMAGE } else { OTHER_IMAGE };
    let step = Step::start(format!("image {}", app.local_name(&tag))).expecting(work.time());
    unless_interrupted(infra_images::build(app, &tag, &|line| step.line(line))).await?;
    step.done("built");
    Ok(tag)
}

async fn ensure_one(image: BaseImage) -> anyhow::Result<()> {
    let step = Step::start(format!("image {}", image.reference()?));
    let ensured = unless_interrupted(infra_images::ensure(image, &|line| step.line(line))).await?;
    match ensured.origin {
        // The usual case is worth no line.
        Origin::AlreadyHere => drop(step),
        Origin::Pulled => step.done("pulled"),
        Origin::Built => step.done("built, as no registry has it"),
    }
    Ok(())
}
