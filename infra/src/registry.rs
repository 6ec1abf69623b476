//! The image repositories, and the images in them.

use crate::names::{AppNames, Names};
use crate::settings::{AppSettings, RegistrySettings, Settings};
use infra_engine::{Output, Stack};
use infra_resources::ecr_repository::keep_newest;
use infra_resources::ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_resources::image::App;
use infra_resources::{EcrRepository, Image};

/// The tags of both images: each a hash of the app's source.
#[derive(Clone, Debug)]
pub struct ImageTags {
    /// The Rust app's.
    pub web: String,
    /// The PHP app's.
    pub php: String,
}

/// The images that the tasks run, by digest.
pub struct Images {
    /// The Rust app's.
    pub web: Output<String>,
    /// The PHP app's.
    pub php: Output<String>,
}

/// A repository for each app, and in it the image of the app's present source.
pub fn images(stack: &mut Stack, names: &Names, settings: &Settings, tags: &ImageTags) -> Images {
    let mut image = |logical_name, app, names: &AppNames, tag: &str, app_settings: &AppSettings| {
        let source = Source { logical_name, app, names, tag };
        source.image(stack, &settings.registry, app_settings)
    };
    Images {
        web: image("web", App::Web, &names.web, &tags.web, &settings.web),
        php: image("php", App::Php, &names.php, &tags.php, &settings.php),
    }
}

struct Source<'a> {
    logical_name: &'a str,
    app: App,
    names: &'a AppNames,
    tag: &'a str,
}

impl Source<'_> {
    fn image(&self, stack: &mut Stack, registry: &RegistrySettings, app: &AppSettings) -> Output<String> {
        let repository = stack.add(
            self.logical_name,
            EcrRepository {
                name: self.names.repository.clone(),
                scan_on_push: true,
                image_tag_mutability: registry.tag_mutability,
                lifecycle_policy: keep_newest(registry.keep_images),
            },
        );
        if let Some(image) = &app.image {
            return image.as_str().into();
        }
        let image = Image {
            app: self.app,
            repository: self.names.repository.clone(),
            repository_uri: repository.uri.clone(),
            architecture: app.cpu_architecture,
            tag: match app.cpu_architecture {
                CpuArchitecture::X86_64 => self.tag.to_owned(),
                CpuArchitecture::Arm64 => format!("{}-arm64", self.tag),
            },
        };
        stack.add(self.logical_name, image).uri.clone()
    }
}
