//! What can go wrong with an image, and what to do about it.

use std::path::PathBuf;

use crate::command_failure::CommandFailure;
use crate::engine::EngineError;

/// Why an image could not be tagged, built, fetched or pushed.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// No Docker engine to work with.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A command for an image failed.
    #[error("image {image}: cannot {action}")]
    Command {
        /// The image that was wanted.
        image: String,
        /// What was tried, as a verb: `build it`, `push it`.
        action: &'static str,
        /// The command's end.
        source: CommandFailure,
    },
    /// A file that an image is made of cannot be read, or a temporary one cannot be written.
    #[error("image {image}: cannot use {}", path.display())]
    File {
        /// The image that was wanted.
        image: String,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The registry answered a push without naming the digest it stored.
    #[error("image {image}: the registry took it but named no digest")]
    NoDigest {
        /// The image that was pushed.
        image: String,
    },
    /// The image is for another processor than the one it must run on.
    #[error("image {image}: it was built for {built} and must run on {wanted}")]
    Architecture {
        /// The image that was wanted.
        image: String,
        /// The processor it must run on.
        wanted: &'static str,
        /// The processor it was built for.
        built: String,
    },
    /// No registry answers and a tool for building the image here is missing.
    #[error("image {image}: no registry answers, and building it here needs {tool}, which is not installed")]
    ToolMissing {
        /// The image that was wanted.
        image: String,
        /// The missing program.
        tool: &'static str,
    },
    /// No registry answers and this machine cannot build the image itself.
    #[error("image {image}: no registry answers, and it cannot be built here: {reason}")]
    CannotBuildHere {
        /// The image that was wanted.
        image: String,
        /// What stands against it.
        reason: String,
    },
    /// An environment variable names a certificate bundle that is not there.
    #[error("{variable} names the certificate bundle {}, which cannot be read", path.display())]
    CertificateBundle {
        /// The environment variable.
        variable: String,
        /// Its value.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The Rust compiler does not say its version or where it lives.
    #[error("cannot ask rustc about itself")]
    Toolchain(#[source] CommandFailure),
}

impl ImageError {
    /// What the user can do about it, where there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => Some(error.hint()),
            Self::ToolMissing { tool, .. } => Some(format!(
                "install it (Debian, Ubuntu: `apt-get install {tool}` as root), or have it installed by `cargo xtask build --yes` \
                 as root; then run this again"
            )),
            Self::CannotBuildHere { image, .. } => Some(format!(
                "make a registry reachable (`docker pull {image}` must work), then run this again"
            )),
            Self::CertificateBundle { variable, .. } => Some(format!("correct {variable} or unset it")),
            Self::Architecture { image, wanted, .. } => Some(format!(
                "build on a machine with an {wanted} processor, remove base images for another one (`docker image rm`), or \
                 name an image that is there (--set {image}.image=...)"
            )),
            Self::Command { .. } | Self::File { .. } | Self::NoDigest { .. } | Self::Toolchain(_) => None,
        }
    }
}
