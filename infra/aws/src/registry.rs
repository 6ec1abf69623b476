//! Images as they are in ECR, by the references that tasks have. Reads only.

use crate::Aws;
use crate::clients::Ecr;
use aws_sdk_ecr::config::Region;
use aws_sdk_ecr::types::{ImageFailure, ImageIdentifier};
use infra_engine::Failure;
use infra_resources::EcrImage;
use infra_wire::https;
use infra_wire::sdk_error::SdkResult;
use std::time::Duration;

/// What an image is stored as: for several processors, or for one.
const MEDIA_TYPES: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// For the configuration of an image, a few KiB.
const PATIENCE: Duration = Duration::from_secs(10);

/// A repository in ECR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// As policies name it.
    pub arn: String,
    registry: Option<String>,
    region: Option<String>,
}

/// What ECR has under a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stored {
    /// The image, by its manifest.
    Manifest(String),
    /// Nothing, for this reason.
    Nothing(String),
}

/// The repository that a reference leads to; nothing where it leads out of ECR. What an address does not say, ECR does.
///
/// # Errors
/// When ECR can't be asked.
pub async fn repository(aws: &Aws, reference: &str) -> Result<Option<Repository>, Failure> {
    if let Some(image) = EcrImage::of(reference) {
        let arn = image.repository_arn();
        let EcrImage { account, region, repository } = image;
        let (registry, region) = (Some(account), Some(region));
        return Ok(Some(Repository { name: repository, arn, registry, region }));
    }
    let (address, _) = parts(reference);
    let pages = aws.client::<Ecr>().describe_repositories().into_paginator().items().send();
    let repositories = pages.collect::<Result<Vec<_>, _>>().await.or_failure("describe the repositories")?;
    let found = repositories.iter().find(|it| it.repository_uri() == Some(address));
    Ok(found.map(|it| Repository {
        name: it.repository_name().unwrap_or_default().to_owned(),
        arn: it.repository_arn().unwrap_or_default().to_owned(),
        registry: None,
        region: None,
    }))
}

/// The image of a reference in its repository.
///
/// # Errors
/// When ECR can't be asked, or does not give the image out.
pub async fn stored(aws: &Aws, repository: &Repository, reference: &str) -> Result<Stored, Failure> {
    let (_, id) = parts(reference);
    let client = client(aws, repository.region.as_deref());
    let request = client.batch_get_image().set_registry_id(repository.registry.clone());
    let request = request.repository_name(&repository.name).image_ids(id);
    let request = request.set_accepted_media_types(Some(MEDIA_TYPES.map(str::to_owned).to_vec()));
    let answer =
        request.send().await.none_if(&["RepositoryNotFoundException"], "get the image's manifest")?;
    let Some(answer) = answer else {
        return Ok(Stored::Nothing(format!("repository {} is not there", repository.name)));
    };
    if let Some(manifest) = answer.images().first().and_then(|image| image.image_manifest()) {
        return Ok(Stored::Manifest(manifest.to_owned()));
    }
    let code = answer.failures().first().and_then(ImageFailure::failure_code).map(|code| code.as_str());
    match code {
        None | Some("ImageNotFound" | "ImageTagDoesNotMatchDigest") => {
            Ok(Stored::Nothing(format!("repository {} has no such image", repository.name)))
        }
        Some(code) => Err(Failure::new(format!("get the image's manifest: {code}"))),
    }
}

/// The configuration of an image that is made for one platform, by the manifest's digest of it: ECR gives it out as it does layers.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html>
///
/// # Errors
/// When ECR can't be asked, or it can't be read where ECR says.
pub async fn configuration(aws: &Aws, repository: &Repository, digest: &str) -> Result<Vec<u8>, Failure> {
    let client = client(aws, repository.region.as_deref());
    let request = client.get_download_url_for_layer().set_registry_id(repository.registry.clone());
    let request = request.repository_name(&repository.name).layer_digest(digest);
    let answer = request.send().await.or_failure("get the URL of the image's configuration")?;
    https::get(answer.download_url().unwrap_or_default(), PATIENCE).await
}

/// The address of the repository, and which image of it: by its digest, or by its tag, `latest` where none is given.
fn parts(reference: &str) -> (&str, ImageIdentifier) {
    let (named, digest) = match reference.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (reference, None),
    };
    // The port of a registry has a colon, too.
    let (address, tag) = match named.rsplit_once(':') {
        Some((address, tag)) if !tag.contains('/') => (address, Some(tag)),
        _ => (named, None),
    };
    let id = match digest {
        Some(digest) => ImageIdentifier::builder().image_digest(digest),
        None => ImageIdentifier::builder().image_tag(tag.unwrap_or("latest")),
    };
    (address, id.build())
}

/// A registry may be in another region than the task.
fn client(aws: &Aws, region: Option<&str>) -> aws_sdk_ecr::Client {
    let client = aws.client::<Ecr>();
    match region.filter(|region| *region != aws.region) {
        Some(region) => {
            let config = client.config().to_builder().region(Region::new(region.to_owned()));
            aws_sdk_ecr::Client::from_conf(config.build())
        }
        None => (*client).clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_has_an_address_and_a_digest_or_a_tag() {
        for (reference, address, digest, tag) in [
            ("127.0.0.1:4566/web", "127.0.0.1:4566/web", None, Some("latest")),
            ("127.0.0.1:4566/web:2", "127.0.0.1:4566/web", None, Some("2")),
            ("host/team/web@sha256:00", "host/team/web", Some("sha256:00"), None),
            ("host/web:2@sha256:00", "host/web", Some("sha256:00"), None),
            ("nginx", "nginx", None, Some("latest")),
        ] {
            let (found, id) = parts(reference);
            assert_eq!((found, id.image_digest(), id.image_tag()), (address, digest, tag), "{reference}");
        }
    }
}
