//! What kinds have to know of the program whose stacks they read and write: its names, and what its images are built from.

use infra_engine::{Failure, ResourceId};
use infra_images::AppImage;
use infra_resources::Image;

/// A program, as far as kinds ask for it.
pub trait Program: Send + Sync {
    /// The address in the stack of a bucket that has exactly one of the stack's names. S3 takes no tags when a bucket is made, so
    /// this name, whole, is what a bucket whose making was cut off is known by.
    fn bucket_id(&self, name: &str, stack: &str, account_id: &str, region: &str) -> Option<ResourceId>;

    /// The families of task definitions that the stack has.
    fn task_families(&self, stack: &str) -> Vec<String>;

    /// What the names of the stack's families begin with; a listing of the account looks at no others.
    fn task_family_prefix(&self, stack: &str) -> String;

    /// The name of the stack's gateway endpoint of S3.
    fn s3_endpoint(&self, stack: &str) -> String;

    /// What an image is built from.
    ///
    /// # Errors
    /// When it is of no app that the program has.
    fn image_source(&self, image: &Image) -> Result<AppImage, Failure>;
}
