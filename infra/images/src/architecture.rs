//! The processor that an image is built for: an image for another one starts nowhere.

use crate::docker::{docker, output};
use crate::error::ImageError;
use crate::remove::remove;
use crate::source::AppImage;

/// The processor that the image must run on, where the engine's is another one.
pub async fn foreign(app: &AppImage) -> Result<Option<&'static str>, ImageError> {
    let Some(wanted) = app.architecture else { return Ok(None) };
    let engine = ask(app, &["version", "--format", "{{.Server.Arch}}"]).await?;
    Ok((engine != wanted).then_some(wanted))
}

/// Whether the image that was built is for the processor that was asked for. A base image that is on this machine for
/// another one decides, whatever the builder was asked for.
pub async fn check(app: &AppImage, name: &str) -> Result<(), ImageError> {
    let Some(wanted) = app.architecture else { return Ok(()) };
    let built = ask(app, &["image", "inspect", "--format", "{{.Architecture}}", name]).await?;
    if built == wanted {
        return Ok(());
    }
    remove(&[name.to_owned()]).await?;
    Err(ImageError::Architecture { image: app.name.clone(), wanted, built })
}

async fn ask(app: &AppImage, arguments: &[&str]) -> Result<String, ImageError> {
    output(docker(arguments)).await.map_err(|source| ImageError::Command {
        image: app.name.clone(),
        action: "ask for its processor",
        source,
    })
}
