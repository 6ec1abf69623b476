//! The program in `infra/`, run without an account.

use infra::apps::ALL;
use infra::registry::ImageTags;
use infra::{Destination, Program, Settings, StackName};
use infra_images::ImageError;

use crate::images::repository;

/// The account in names and policies where none is asked.
pub const ANY_ACCOUNT: &str = "123456789012";

/// The stack as the code wants it, with the tags of the images that are built from this checkout.
pub fn program(stack: &StackName, settings: &Settings, destination: &Destination) -> anyhow::Result<Program> {
    let tags: Result<ImageTags, ImageError> =
        ALL.iter().map(|app| Ok((app.name, app.image(repository()).content_tag()?))).collect();
    let tags = tags?;
    Ok(infra::program(stack, settings, destination, &tags)?)
}
