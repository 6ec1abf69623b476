//! The program of these apps, as kinds ask for it.

use infra::Destination;
use infra::apps::AppList;
use infra::{names, storage};
use infra_aws::Program;
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_engine::{Failure, ResourceId};
use infra_images::AppImage;
use infra_resources::Image;
use std::path::PathBuf;

/// The apps that stacks consist of, and the checkout that they are built from.
pub struct AppProgram {
    /// The apps.
    pub apps: AppList,
    /// The checkout.
    pub workspace: PathBuf,
}

impl Program for AppProgram {
    fn bucket_id(&self, name: &str, stack: &str, account_id: &str, region: &str) -> Option<ResourceId> {
        let destination = Destination { account_id: account_id.to_owned(), region: region.to_owned() };
        storage::bucket_named(name, stack, &destination)
    }

    fn task_families(&self, stack: &str) -> Vec<String> {
        names::likely_task_families(stack, self.apps)
    }

    fn task_family_prefix(&self, stack: &str) -> String {
        names::family_prefix(stack)
    }

    fn s3_endpoint(&self, stack: &str) -> String {
        names::s3_endpoint(stack)
    }

    fn image_source(&self, image: &Image) -> Result<AppImage, Failure> {
        let app = self.apps.iter().find(|app| app.name == image.app);
        let app = app.ok_or_else(|| Failure::new(format!("there is no app {}", image.app)))?;
        Ok(app.image(&self.workspace).on(in_dockers_words(image.architecture)))
    }
}

/// A processor as Docker names it.
pub fn in_dockers_words(architecture: CpuArchitecture) -> &'static str {
    if architecture == CpuArchitecture::Arm64 { "arm64" } else { "amd64" }
}
