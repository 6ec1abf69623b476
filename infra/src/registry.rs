//! The image repositories, and the images in them.

use crate::Destination;
use crate::names::{AppNames, Names};
use crate::settings::{AppSettings, RegistrySettings, Settings, Violation};
use infra_engine::{Output, Stack};
use infra_resources::ecr_repository::keep_newest;
use infra_resources::ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_resources::image::App;
use infra_resources::{EcrImage, EcrRepository, Image, Partition};

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

/// Images that no task of this region can pull, as credentials of one partition are worth nothing in another.
pub fn out_of_reach(settings: &Settings, region: &str) -> Vec<Violation> {
    let here = Partition::of_region(region);
    let elsewhere = given(settings).filter(|(.., image)| image.partition() != here);
    let violation = |(key, reference, image): (String, &String, EcrImage)| Violation {
        key,
        value: reference.clone(),
        allowed: format!(
            "allowed is an image in partition {} as {region} is; push it to a registry there, this one is in {}",
            here.id(),
            image.partition().id()
        ),
        page: "Amazon Resource Names (ARNs), IAM User Guide",
    };
    elsewhere.map(violation).collect()
}

/// What another account has to allow before its images can be pulled.
pub fn of_other_accounts(settings: &Settings, destination: &Destination) -> Vec<String> {
    let account = &destination.account_id;
    let others = given(settings).filter(|(.., image)| image.account != *account);
    let note = |(key, _, image): (String, &String, EcrImage)| {
        format!(
            "{key} is in account {}: the policy of its repository {} in {} must let account {account} pull (`aws ecr \
             set-repository-policy`)",
            image.account, image.repository, image.region
        )
    };
    others.map(note).collect()
}

/// The images of the settings that are in a private ECR registry, each with its setting.
fn given(settings: &Settings) -> impl Iterator<Item = (String, &String, EcrImage)> {
    let images = [("web", &settings.web.image), ("php", &settings.php.image)];
    images.into_iter().filter_map(|(app, image)| {
        let image = image.as_ref()?;
        Some((format!("{app}.image"), image, EcrImage::of(image)?))
    })
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
            tag: if app.cpu_architecture == CpuArchitecture::Arm64 {
                format!("{}-arm64", self.tag)
            } else {
                self.tag.to_owned()
            },
        };
        stack.add(self.logical_name, image).uri.clone()
    }
}
