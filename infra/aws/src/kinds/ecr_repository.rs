//! Reads and writes ECR repositories.

use super::policy_document;
use crate::Aws;
use crate::build_error::Built;
use crate::clients::Ecr;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability, Repository,
};
use futures::future::try_join_all;
use infra_ecs::open_enum::OpenEnum;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, ResourceKind};
use infra_resources::ecr_repository::EcrRepositoryOutputs;
use infra_resources::{EcrRepository, TagMutability};
use infra_wire::sdk_error::SdkResult;
use serde_json::Value;

/// As many as ECR lists at once.
const PAGE: i32 = 1000;

/// ECR repositories.
pub struct EcrRepositories(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for EcrRepositories {
    type Resource = EcrRepository;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["RepositoryNotFoundException"];
    const ALREADY_EXISTS: Names = &["RepositoryAlreadyExistsException"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeRepositories", "GetLifecyclePolicy", "ListTagsForResource"],
        creates: &["CreateRepository"],
        changes: &[
            "PutImageScanningConfiguration",
            "PutImageTagMutability",
            "PutLifecyclePolicy",
            "TagResource",
        ],
        removes: &["DeleteRepository"],
    };

    async fn read(&self, desired: &EcrRepository) -> ReadResult<EcrRepository> {
        let repositories = self.repositories_of(&self.0.stack).await?;
        let named = |repository: &&Repository| repository.repository_name() == Some(&desired.name);
        let Some(repository) = repositories.iter().find(named) else { return Ok(None) };
        let arn = repository.repository_arn().unwrap_or_default();
        let (policy, tags) = tokio::try_join!(self.lifecycle_policy(&desired.name), self.tags_of(arn))?;
        // The list has it already or still, and the repository is not known yet or gone.
        let Some(tags) = tags else { return Ok(None) };
        let properties = EcrRepository {
            name: desired.name.clone(),
            scan_on_push: repository.image_scanning_configuration().is_some_and(|scan| scan.scan_on_push()),
            image_tag_mutability: repository
                .image_tag_mutability()
                .map_or(TagMutability::Mutable, |reported| TagMutability::from_text(reported.as_str())),
            kms_key_arn: key_of(repository, desired),
            lifecycle_policy: policy,
        };
        Ok(Some(Live { properties, outputs: outputs(repository), tags: Some(tags) }))
    }

    async fn create(
        &self,
        desired: &EcrRepository,
        context: &Context<'_>,
    ) -> Result<EcrRepositoryOutputs, Failure> {
        let created = self
            .0
            .client::<Ecr>()
            .create_repository()
            .repository_name(&desired.name)
            .image_scanning_configuration(scanning(desired))
            .image_tag_mutability(mutability(desired))
            .encryption_configuration(encryption(desired)?)
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the repository")?;
        self.put_lifecycle_policy(desired).await?;
        let repository =
            created.repository().ok_or_else(|| Failure::new("ECR answered without a repository"))?;
        Ok(outputs(repository))
    }

    async fn update(
        &self,
        desired: &EcrRepository,
        live: LiveOf<EcrRepository>,
        context: &Context<'_>,
    ) -> Result<EcrRepositoryOutputs, Failure> {
        let (name, now) = (&desired.name, &live.properties);
        if now.scan_on_push != desired.scan_on_push {
            let request = self.0.client::<Ecr>().put_image_scanning_configuration().repository_name(name);
            let request = request.image_scanning_configuration(scanning(desired));
            request.send().await.or_failure("change when images are scanned")?;
        }
        if now.image_tag_mutability != desired.image_tag_mutability {
            let request = self.0.client::<Ecr>().put_image_tag_mutability().repository_name(name);
            let request = request.image_tag_mutability(mutability(desired));
            request.send().await.or_failure("change whether tags can be moved")?;
        }
        if now.lifecycle_policy != desired.lifecycle_policy {
            self.put_lifecycle_policy(desired).await?;
        }
        if let Some(missing) = context.missing_tags(&live.tags) {
            let request = self.0.client::<Ecr>().tag_resource().resource_arn(live.outputs.arn.get()?);
            let request = request.set_tags(Some(tags::to(&missing)?));
            request.send().await.or_failure("tag the repository")?;
        }
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let deleted =
            self.0.client::<Ecr>().delete_repository().repository_name(&found.name).force(true).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the repository and its images")?;
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let repositories = self.repositories_of(stack).await?;
        let all = try_join_all(repositories.iter().map(async |repository| {
            let name = repository.repository_name().unwrap_or_default();
            let tags =
                self.tags_of(repository.repository_arn().unwrap_or_default()).await?.unwrap_or_default();
            Ok::<_, Failure>(found::<EcrRepository>(stack, &tags, name, name))
        }));
        Ok(all.await?.into_iter().flatten().collect())
    }
}

impl EcrRepositories {
    /// Those that may be the stack's: their names say which are worth a look at their tags, which cost a call each.
    async fn repositories_of(&self, stack: &str) -> Result<Vec<Repository>, Failure> {
        let pages =
            self.0.client::<Ecr>().describe_repositories().max_results(PAGE).into_paginator().items().send();
        let mut repositories = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list repositories")?;
        let prefix = format!("{stack}-");
        repositories
            .retain(|repository| repository.repository_name().is_some_and(|name| name.starts_with(&prefix)));
        Ok(repositories)
    }

    async fn lifecycle_policy(&self, name: &str) -> Result<Value, Failure> {
        let policy = self.0.client::<Ecr>().get_lifecycle_policy().repository_name(name).send().await;
        let absent = ["LifecyclePolicyNotFoundException", "RepositoryNotFoundException"];
        let policy = policy.none_if(&absent, "read the lifecycle policy")?;
        let text = policy.and_then(|answer| answer.lifecycle_policy_text().map(str::to_owned));
        Ok(text.map_or(Value::Null, |text| policy_document::parse(&text)))
    }

    async fn put_lifecycle_policy(&self, desired: &EcrRepository) -> Result<(), Failure> {
        let request = self.0.client::<Ecr>().put_lifecycle_policy().repository_name(&desired.name);
        let request = request.lifecycle_policy_text(desired.lifecycle_policy.to_string());
        request.send().await.or_failure("set the lifecycle policy")?;
        Ok(())
    }

    async fn tags_of(&self, arn: &str) -> Result<Option<Tags>, Failure> {
        let answer = self.0.client::<Ecr>().list_tags_for_resource().resource_arn(arn).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "list the repository's tags")?;
        Ok(answer.map(|answer| tags::from(answer.tags())))
    }
}

fn outputs(repository: &Repository) -> EcrRepositoryOutputs {
    EcrRepositoryOutputs {
        arn: repository.repository_arn().unwrap_or_default().into(),
        uri: repository.repository_uri().unwrap_or_default().into(),
    }
}

fn encryption(desired: &EcrRepository) -> Result<EncryptionConfiguration, Failure> {
    let key = desired.kms_key_arn.as_ref().map(Output::get).transpose()?.cloned();
    let of_type = if key.is_some() { EncryptionType::Kms } else { EncryptionType::Aes256 };
    EncryptionConfiguration::builder().encryption_type(of_type).set_kms_key(key).build().built()
}

/// The key of a repository. It has the one that the alias in its name stood for when it was made, and keeps that: where the alias
/// has moved since, that is no difference.
fn key_of(repository: &Repository, desired: &EcrRepository) -> Option<Output<String>> {
    let encryption = repository.encryption_configuration()?;
    let is_aes = encryption.encryption_type() == &EncryptionType::Aes256;
    let key = || encryption.kms_key().map(Into::into);
    if is_aes { None } else { desired.kms_key_arn.clone().or_else(key) }
}

fn scanning(desired: &EcrRepository) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(desired.scan_on_push).build()
}

fn mutability(desired: &EcrRepository) -> ImageTagMutability {
    ImageTagMutability::from(desired.image_tag_mutability.as_str())
}
