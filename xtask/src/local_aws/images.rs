//! The image of the front, and which images go with a local AWS.

use anyhow::Context;
use infra::apps;
use infra::names::is_repository;
use infra_images::docker::{docker, output};
use infra_images::{AppImage, BaseImage, RustPackage, Source, base};

use super::{engine, labels};
use crate::images::{self, repository};

const SOURCE: Source = Source {
    dockerfile: "infra/local-aws/Dockerfile",
    inputs: &[
        "Cargo.toml",
        "Cargo.lock",
        "infra/ecs/Cargo.toml",
        "infra/ecs/data",
        "infra/ecs/src",
        "infra/engine/Cargo.toml",
        "infra/engine/src",
        "infra/local-aws/Cargo.toml",
        "infra/local-aws/Dockerfile",
        "infra/local-aws/src",
    ],
    rust: Some(RustPackage {
        name: "infra-local-aws",
        members: &["infra/local-aws", "infra/ecs", "infra/engine"],
    }),
};

/// The front's image, from the sources as they are now.
pub fn front() -> AppImage {
    AppImage::new("local-aws", repository(), SOURCE)
}

/// The front's image's name.
pub fn front_name() -> anyhow::Result<String> {
    let front = front();
    Ok(front.local_name(&front.content_tag()?))
}

/// Makes sure that what a local AWS is started from is here, and these base images.
pub async fn ensure(bases: &[BaseImage], yes: bool) -> anyhow::Result<()> {
    if base::present(&front_name()?).await? {
        images::ensure(bases, yes).await?;
        return images::ensure(&[BaseImage::MiniStack], yes).await;
    }
    images::ensure(&[BaseImage::Debian, BaseImage::Rust, BaseImage::MiniStack], yes).await?;
    images::build(&front()).await.map(drop)
}

/// Removes the apps' images: those named for this local AWS's registry, and where no other one runs, those built here, and the
/// front's of other sources. Returns the names that stay, as containers that are not the local AWS's use them.
pub async fn remove(port: u16) -> anyhow::Result<Vec<String>> {
    let registries = [format!("127.0.0.1:{port}/"), format!("localhost:{port}/")];
    let mut built_here = Vec::new();
    let front = front_name()?;
    if engine::list("container", &format!("label={}", labels::PORT)).await?.is_empty() {
        built_here.extend(apps::images(repository()).iter().map(|app| app.local_name("")));
        built_here.push(self::front().local_name(""));
    }
    let format = "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}";
    let all = output(docker(&["image", "ls", "--digests", "--format", format]))
        .await
        .context("cannot list images")?;
    // The registry's first: where a container uses an image, the last name stays, and that is the one it was run by.
    let in_registry = all.lines().filter(|line| registries.iter().any(|it| is_of_an_app(line, it)));
    let ours = in_registry.chain(all.lines().filter(|line| built_here.iter().any(|it| line.starts_with(it))));
    // What a task pulled by its digest has no tag, and what was built here has no digest.
    let names = ours.flat_map(|line| line.split(' ')).filter(|name| !name.ends_with("<none>"));
    // The front's stays for the next one, as base images do.
    let names: Vec<_> = names.filter(|name| *name != front).map(str::to_owned).collect();
    Ok(infra_images::remove(&names).await?)
}

/// Whether an image is one of the apps' in this registry: somebody may have pushed others there, or have a registry of their own
/// at its address.
fn is_of_an_app(image: &str, registry: &str) -> bool {
    let repository = image.strip_prefix(registry).and_then(|rest| rest.split([':', '@']).next());
    repository.is_some_and(|name| is_repository(name, apps::ALL))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_the_apps_images_go_with_a_registry() {
        let registry = "localhost:4566/";
        for tag in [":src-1", ":<none>", "@sha256:0123"] {
            assert!(is_of_an_app(&format!("localhost:4566/demo-web-app{tag}"), registry), "{tag}");
        }
        for others in
            ["localhost:4566/theirs:1", "localhost:4566/web-app-demo:1", "localhost:4567/demo-web-app:1"]
        {
            assert!(!is_of_an_app(others, registry), "{others}");
        }
    }

    /// The members of the workspace that a member is built with, by their folders.
    fn needs(folder: &str) -> Vec<String> {
        let manifest = fs::read_to_string(repository().join(folder).join("Cargo.toml")).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
        let names = dependencies.lines().filter_map(|line| line.strip_suffix(".workspace = true"));
        names.filter_map(|name| name.strip_prefix("infra-")).map(|name| format!("infra/{name}")).collect()
    }

    #[test]
    fn the_front_is_built_from_what_it_depends_on() {
        let members = SOURCE.rust.unwrap().members;
        let dockerfile = fs::read_to_string(repository().join(SOURCE.dockerfile)).unwrap();
        for member in members {
            for needed in needs(member) {
                assert!(members.contains(&needed.as_str()), "{member} needs {needed}");
            }
            for part in ["Cargo.toml", "src"].map(|part| format!("{member}/{part}")) {
                assert!(SOURCE.inputs.contains(&part.as_str()), "{part} does not count");
                assert!(dockerfile.contains(&format!("COPY {part} ")), "{part} is not copied");
            }
        }
    }
}
