//! Base images: here already, else pulled where a registry answers, else built from Debian's and Python's archives.

mod build_here;
mod debian;
mod emulators;
mod host_ca;
mod pull;
pub(crate) mod rust;

use tokio::sync::Mutex;

use crate::command_failure::CommandFailure;
use crate::docker::{self, OnLine};
use crate::error::ImageError;
use crate::names;

pub use host_ca::builder_image;

/// Every image that is not built from this repository's sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseImage {
    /// What both apps run on.
    Debian,
    /// Compiles the Rust app, with this machine's compiler version.
    Rust,
    /// What is behind the local AWS.
    MiniStack,
    /// S3 for the apps' tests.
    LocalStack,
    /// A wide control plane without containers.
    Moto,
}

/// A base image that is on this machine now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ensured {
    /// Its name.
    pub reference: String,
    /// How it came here.
    pub origin: Origin,
}

/// How a base image came to this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It was here before.
    AlreadyHere,
    /// Pulled from a registry.
    Pulled,
    /// Built here, as no registry answers.
    Built,
}

impl BaseImage {
    /// All of them, each after those it is built from.
    pub const ALL: [Self; 5] = [Self::Debian, Self::Rust, Self::MiniStack, Self::LocalStack, Self::Moto];

    /// The image's name, the same whether it is pulled or built.
    pub fn reference(self) -> Result<String, ImageError> {
        Ok(match self {
            Self::Debian => names::DEBIAN.to_owned(),
            Self::Rust => names::rust(&rust::version().map_err(ImageError::Toolchain)?),
            Self::MiniStack => names::MINISTACK.to_owned(),
            Self::LocalStack => names::LOCALSTACK.to_owned(),
            Self::Moto => names::MOTO.to_owned(),
        })
    }
}

/// Makes sure that a base image is on this machine under its name.
pub async fn ensure(image: BaseImage, on_line: OnLine<'_>) -> Result<Ensured, ImageError> {
    // One at a time: most are built from debian, and apps are built side by side.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    let _turn = ONE_AT_A_TIME.lock().await;
    let debian = obtain(BaseImage::Debian, names::DEBIAN, on_line);
    if image == BaseImage::Debian {
        return debian.await;
    }
    let reference = image.reference()?;
    if present(&reference).await? {
        return Ok(Ensured { reference, origin: Origin::AlreadyHere });
    }
    debian.await?;
    obtain(image, &reference, on_line).await
}

/// Whether an image is on this machine.
pub async fn present(reference: &str) -> Result<bool, ImageError> {
    match docker::output(docker::docker(&["image", "inspect", "--format", "{{.Id}}", reference])).await {
        Ok(_) => Ok(true),
        Err(CommandFailure::Status { tail, .. })
            if tail.iter().any(|line| line.contains("No such image")) =>
        {
            Ok(false)
        }
        Err(source) => {
            Err(ImageError::Command { image: reference.to_owned(), action: "look for it", source })
        }
    }
}

async fn obtain(image: BaseImage, reference: &str, on_line: OnLine<'_>) -> Result<Ensured, ImageError> {
    let ensured = |origin| Ok(Ensured { reference: reference.to_owned(), origin });
    if present(reference).await? {
        return ensured(Origin::AlreadyHere);
    }
    if pull::pull(reference, on_line).await? {
        return ensured(Origin::Pulled);
    }
    on_line("no registry answers, building it here");
    match image {
        BaseImage::Debian => debian::build(reference, on_line).await?,
        BaseImage::Rust => rust::build(reference, on_line).await?,
        BaseImage::MiniStack => emulators::MINISTACK.build(reference, on_line).await?,
        BaseImage::LocalStack => emulators::LOCALSTACK.build(reference, on_line).await?,
        BaseImage::Moto => emulators::MOTO.build(reference, on_line).await?,
    }
    ensured(Origin::Built)
}
