//! Builds and pushes the apps' images; a tag that the repository has already is neither built nor pushed.

use crate::Aws;
use crate::clients::Ecr;
use async_trait::async_trait;
use aws_sdk_ecr::types::ImageIdentifier;
use base64::Engine;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_images::{Credentials, ImageError};
use infra_resources::Image;
use infra_resources::image::ImageOutputs;
use infra_wire::sdk_error::SdkResult;

/// Images in a repository.
pub struct Images(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for Images {
    type Resource = Image;

    const DELETED_BEFORE: Names = &["ecr-repository"];
    const NOT_FOUND: Names = &["ImageNotFoundException", "RepositoryNotFoundException"];
    /// Docker pushes what is not there yet.
    const ALREADY_EXISTS: Names = &[];
    const OPERATIONS: Operations = Operations::reading(&["DescribeImages", "GetAuthorizationToken"]);

    async fn read(&self, desired: &Image) -> ReadResult<Image> {
        let Some(digest) = self.digest(desired).await? else { return Ok(None) };
        let outputs = outputs(desired, &digest)?;
        Ok(Some(Live { properties: desired.clone(), outputs, tags: None }))
    }

    async fn create(&self, desired: &Image, context: &Context<'_>) -> Result<ImageOutputs, Failure> {
        let source = self.0.program.image_source(desired)?;
        let on_line = |line: &str| context.waiting(line.to_owned());
        let local = infra_images::build(&source, &desired.tag, &on_line).await.map_err(build_failure)?;
        let remote = format!("{}:{}", desired.repository_uri.get()?, desired.tag);
        let credentials = self.credentials().await?;
        let digest =
            infra_images::push(&local, &remote, &credentials, &on_line).await.map_err(build_failure)?;
        outputs(desired, &digest)
    }

    async fn update(&self, _: &Image, live: LiveOf<Image>, _: &Context<'_>) -> Result<ImageOutputs, Failure> {
        Ok(live.outputs)
    }

    async fn delete(&self, _: &Found, _: &Context<'_>) -> Result<(), Failure> {
        Ok(())
    }

    /// Images go with their repository or expire by its lifecycle policy; none is deleted for itself.
    async fn list(&self, _: &str) -> Result<Vec<Found>, Failure> {
        Ok(Vec::new())
    }
}

impl Images {
    async fn digest(&self, image: &Image) -> Result<Option<String>, Failure> {
        let tag = ImageIdentifier::builder().image_tag(&image.tag).build();
        let request =
            self.0.client::<Ecr>().describe_images().repository_name(&image.repository).image_ids(tag);
        let described = request.send().await.none_if(Self::NOT_FOUND, "look for the image")?;
        let digest =
            described.and_then(|answer| answer.image_details().first()?.image_digest().map(str::to_owned));
        Ok(digest)
    }

    /// The login of the account's registry.
    async fn credentials(&self) -> Result<Credentials, Failure> {
        let answer = self
            .0
            .client::<Ecr>()
            .get_authorization_token()
            .send()
            .await
            .or_failure("get the registry's login")?;
        let token = answer.authorization_data().first().and_then(|data| data.authorization_token());
        let unreadable = || Failure::new("ECR's login token can't be read");
        let decoded = base64::engine::general_purpose::STANDARD
            .decode(token.ok_or_else(unreadable)?)
            .map_err(|_| unreadable())?;
        let text = String::from_utf8(decoded).map_err(|_| unreadable())?;
        let (user, password) = text.split_once(':').ok_or_else(unreadable)?;
        Ok(Credentials { user: user.to_owned(), password: password.to_owned() })
    }
}

/// Why an image could not be built or pushed, in the engine's words.
pub fn build_failure(error: ImageError) -> Failure {
    let hint = error.hint();
    let failure = Failure::caused_by("the image is not there", error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn outputs(image: &Image, digest: &str) -> Result<ImageOutputs, Failure> {
    Ok(ImageOutputs { uri: format!("{}@{digest}", image.repository_uri.get()?).into() })
}
