//! Container images: what their tag is, how they are built and pushed, and where their base images come from.
//! Works through the docker command and knows nothing of AWS.

mod architecture;
pub mod base;
mod build;
mod command_failure;
mod configuration;
pub mod docker;
pub mod endpoint;
pub mod engine;
mod error;
pub mod install;
pub mod names;
pub mod pruned;
mod push;
mod remove;
mod source;

pub use base::{BaseImage, Ensured, Origin, ensure};
pub use build::build;
pub use command_failure::CommandFailure;
pub use docker::OnLine;
pub use endpoint::Endpoint;
pub use engine::{Engine, EngineError};
pub use error::ImageError;
pub use push::{Credentials, push};
pub use remove::remove;
pub use source::{AppImage, RustPackage, Source};
