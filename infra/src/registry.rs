//! The image repositories, and the images in them.

use crate::app_spec::AppSpec;
use crate::destination::Destination;
use crate::keys::Keys;
use crate::names::Names;
use crate::settings::{AppSettings, RegistrySettings, Settings, Violation};
use infra_ecs::task_definition::runtime_platform::CpuArchitecture;
use infra_engine::{Handle, Output, Stack};
use infra_resources::ecr_repository::keep_newest;
use infra_resources::{EcrImage, EcrRepository, Image, NameError, Partition};
use std::collections::BTreeMap;

/// The tag of each image that is built, a hash of its app's source, by the app's name.
pub type ImageTags = BTreeMap<&'static str, String>;

/// A repository for each app, and in it the image of the app's present source; in the apps' order, what the tasks run, by
/// digest.
///
/// # Errors
/// When a repository's name is too long.
pub fn images(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    tags: &ImageTags,
    keys: &Keys,
) -> Result<Vec<Output<String>>, NameError> {
    let image = |(spec, app): (&AppSpec, &AppSettings)| {
        let name = names.repository(spec, settings.registry.kms_key.as_deref())?;
        let repository = repository(stack, name, spec, &settings.registry, keys);
        Ok(match &app.image {
            Some(given) => given.as_str().into(),
            // Whoever gives no tags has all images given.
            None => built(stack, &repository, spec, app, tags.get(spec.name).map_or("", String::as_str)),
        })
    };
    settings.apps.iter().map(image).collect()
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
    settings.apps.iter().filter_map(|(spec, app)| {
        let image = app.image.as_ref()?;
        Some((format!("{}.image", spec.name), image, EcrImage::of(image)?))
    })
}

/// An app's repository, with its name.
fn repository(
    stack: &mut Stack,
    name: String,
    spec: &AppSpec,
    registry: &RegistrySettings,
    keys: &Keys,
) -> (String, Handle<EcrRepository>) {
    let repository = EcrRepository {
        name: name.clone(),
        scan_on_push: true,
        image_tag_mutability: registry.tag_mutability,
        kms_key_arn: keys.arn(registry.kms_key.as_ref()),
        lifecycle_policy: keep_newest(registry.keep_images),
    };
    (name, stack.add(spec.name, repository))
}

fn built(
    stack: &mut Stack,
    (name, repository): &(String, Handle<EcrRepository>),
    spec: &AppSpec,
    app: &AppSettings,
    tag: &str,
) -> Output<String> {
    let image = Image {
        app: spec.name.to_owned(),
        repository: name.clone(),
        repository_uri: repository.uri.clone(),
        architecture: app.cpu_architecture,
        tag: match app.cpu_architecture {
            CpuArchitecture::Arm64 => format!("{tag}-arm64"),
            _ => tag.to_owned(),
        },
    };
    stack.add(spec.name, image).uri.clone()
}
