//! Reads and writes S3 buckets.

mod bootstrap;
mod empty;
mod keys;
mod lifecycle;
mod protection;
mod settings;

pub use bootstrap::StackBucket;
pub use empty::delete_versions;
pub use protection::ObjectCount;

use crate::Aws;
use crate::build_error::Built;
use crate::clients::S3;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, EncodingType, Tagging};
use futures::future::try_join_all;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::live::Tags;
use infra_engine::ownership::{Ownership, RESOURCE_TAG, STACK_TAG, id_from};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Resource, ResourceId, ResourceKind};
use infra_lease::LEASE_KEY;
use infra_resources::Bucket;
use infra_resources::bucket::BucketOutputs;
use infra_wire::sdk_error::{SdkResult, problem_of};

/// So S3 answers for a bucket that is gone, that lets nobody look at it, or that is in another region. One that can't be read
/// is not known to be ours, and is left alone.
const NOT_KNOWN: [&str; 4] =
    ["NoSuchBucket", "AccessDenied", "PermanentRedirect", "AuthorizationHeaderMalformed"];

/// Buckets.
pub struct Buckets(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for Buckets {
    type Resource = Bucket;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["NoSuchBucket"];
    const ALREADY_EXISTS: Names = &["BucketAlreadyOwnedByYou"];
    /// The journal knows the calls of S3 by their methods. `POST` deletes many objects.
    const OPERATIONS: Operations =
        Operations { reads: &["GET", "HEAD"], creates: &[], changes: &["PUT"], removes: &["DELETE", "POST"] };

    async fn read(&self, desired: &Bucket) -> ReadResult<Bucket> {
        if !self.names_of(&self.0.stack).await?.contains(&desired.name) {
            return Ok(None);
        }
        let s3 = self.0.client::<S3>();
        let (properties, tags) =
            tokio::join!(settings::read(&s3, &desired.name), self.tags_or_unfinished(&desired.name));
        // S3 lists a bucket for a moment after it was deleted.
        let Some(tags) = tags? else { return Ok(None) };
        let properties = Bucket { protected: protection::is_in(&tags), ..properties? };
        Ok(Some(Live { properties, outputs: outputs(desired), tags: Some(tags) }))
    }

    async fn create(&self, desired: &Bucket, context: &Context<'_>) -> Result<BucketOutputs, Failure> {
        self.create_bare(&desired.name).await?;
        let (s3, tags) = (self.0.client::<S3>(), protection::with(context.tags(), desired.protected));
        tokio::try_join!(self.tag(&desired.name, &tags), settings::write(&s3, desired, None))?;
        Ok(outputs(desired))
    }

    async fn update(
        &self,
        desired: &Bucket,
        live: LiveOf<Bucket>,
        context: &Context<'_>,
    ) -> Result<BucketOutputs, Failure> {
        let missing = context.missing_tags(&live.tags);
        if missing.is_some() || live.properties.protected != desired.protected {
            // S3 takes all tags at once: those of others stay.
            let there = live.tags.unwrap_or_default().into_iter().filter(|(key, _)| !key.starts_with("aws:"));
            let tags = there.chain(missing.unwrap_or_default()).collect();
            self.tag(&desired.name, &protection::with(tags, desired.protected)).await?;
        }
        settings::write(&self.0.client::<S3>(), desired, Some(&live.properties)).await?;
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        empty::empty(&self.0.client::<S3>(), &found.name, context).await?;
        let deleted = self.0.client::<S3>().delete_bucket().bucket(&found.name).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the bucket")?;
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let names = self.names_of(stack).await?;
        let found = try_join_all(names.into_iter().map(async |name| {
            let own = self.own_id(&name);
            let tags = match &own {
                Some(_) => self.tags_or_unfinished(&name).await?,
                None => self.tags_unless(&name, &NOT_KNOWN).await?,
            };
            let Some(tags) = tags else { return Ok(None) };
            let ours = Ownership::of(&tags, stack) == Ownership::Ours;
            let unnamed = own.filter(|_| !tags.contains_key(RESOURCE_TAG));
            let id = unnamed.unwrap_or_else(|| id_from(&tags, Bucket::KIND, &name));
            Ok::<_, Failure>(ours.then(|| Found { id, locator: name.clone(), name }))
        }));
        Ok(found.await?.into_iter().flatten().collect())
    }
}

impl Buckets {
    async fn create_bare(&self, name: &str) -> Result<(), Failure> {
        let mut request = self.0.client::<S3>().create_bucket().bucket(name);
        // us-east-1 is the one region that must not be named.
        if self.0.region != "us-east-1" {
            let place = BucketLocationConstraint::from(self.0.region.as_str());
            let place = CreateBucketConfiguration::builder().location_constraint(place).build();
            request = request.create_bucket_configuration(place);
        }
        let created = request.send().await;
        match &created {
            Err(error) if problem_of(error).has_code(&["BucketAlreadyExists"]) => {
                return Err(Failure::new("a bucket of this name belongs to another account")
                    .hint("choose another stack name: bucket names are shared by all accounts"));
            }
            Err(error) if problem_of(error).has_code(&["OperationAborted"]) => {
                return Err(Failure::new(format!(
                    "S3 is still at work on a bucket {name}, such as deleting an earlier one"
                ))
                .hint("run the same command again in a few minutes"));
            }
            _ => drop(created.none_if(Self::ALREADY_EXISTS, "create the bucket")?),
        }
        Ok(())
    }

    /// The address in the stack of a bucket that has exactly one of the stack's names.
    fn own_id(&self, name: &str) -> Option<ResourceId> {
        let aws = &self.0;
        aws.program.bucket_id(name, &aws.stack, &aws.account.id, &aws.region)
    }

    /// The names of those whose tags are worth a look. That a name begins so does not make a bucket the stack's.
    async fn names_of(&self, stack: &str) -> Result<Vec<String>, Failure> {
        let prefix = format!("{stack}-");
        let pages = self.0.client::<S3>().list_buckets().prefix(&prefix).into_paginator().send();
        let pages = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list buckets")?;
        let names = pages.iter().flat_map(|page| page.buckets()).filter_map(|bucket| bucket.name());
        // The same stack may be deployed in another region.
        let region = format!("-{}", self.0.region);
        let here = |name: &&str| name.starts_with(&prefix) && name.ends_with(&region);
        Ok(names.filter(here).map(str::to_owned).collect())
    }

    /// The bucket's tags; nothing where there is no bucket. S3 takes no tags when a bucket is made, so one that has exactly one
    /// of our names, no tags and nothing but a lease in it is one whose making was cut off: it counts as ours.
    async fn tags_or_unfinished(&self, name: &str) -> Result<Option<Tags>, Failure> {
        let Some(tags) = self.tags(name).await? else { return Ok(None) };
        if tags.is_empty() && self.own_id(name).is_some() {
            let request =
                self.0.client::<S3>().list_object_versions().bucket(name).encoding_type(EncodingType::Url);
            let objects = request.send().await;
            let Some(objects) = objects.none_if(Self::NOT_FOUND, "look into the bucket")? else {
                return Ok(None);
            };
            if has_nothing_but_a_lease(&objects) {
                return Ok(Some(Tags::from([(STACK_TAG.to_owned(), self.0.stack.to_string())])));
            }
        }
        Ok(Some(tags))
    }

    /// The bucket's tags; nothing where there is no bucket.
    async fn tags(&self, name: &str) -> Result<Option<Tags>, Failure> {
        self.tags_unless(name, Self::NOT_FOUND).await
    }

    /// The bucket's tags; nothing where S3 answers with one of these codes.
    async fn tags_unless(&self, name: &str, codes: &[&str]) -> Result<Option<Tags>, Failure> {
        let answer = self.0.client::<S3>().get_bucket_tagging().bucket(name).send().await;
        if answer.as_ref().is_err_and(|error| problem_of(error).has_code(codes)) {
            return Ok(None);
        }
        let answer = answer.none_if(&["NoSuchTagSet"], "get the bucket's tags")?;
        Ok(Some(answer.map(|answer| tags::from(answer.tag_set())).unwrap_or_default()))
    }

    async fn tag(&self, name: &str, tags: &Tags) -> Result<(), Failure> {
        let tagging = Tagging::builder().set_tag_set(Some(tags::to(tags)?)).build().built()?;
        let request = self.0.client::<S3>().put_bucket_tagging().bucket(name).tagging(tagging);
        request.send().await.or_failure("tag the bucket")?;
        Ok(())
    }
}

fn has_nothing_but_a_lease(objects: &ListObjectVersionsOutput) -> bool {
    let versions = objects.versions().iter().map(|version| version.key());
    let markers = objects.delete_markers().iter().map(|marker| marker.key());
    objects.is_truncated() != Some(true) && versions.chain(markers).all(|key| key == Some(LEASE_KEY))
}

fn outputs(bucket: &Bucket) -> BucketOutputs {
    BucketOutputs { name: bucket.name.as_str().into() }
}
