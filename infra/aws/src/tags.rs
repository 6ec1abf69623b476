//! Our tags in the types of each service, and how those of ours come back that somebody removed.

use crate::Aws;
use crate::build_error::Built;
use crate::clients::{Ec2, Ecs, Elb, ServiceClient};
use aws_sdk_ec2::types::{ResourceType, TagSpecification};
use infra_engine::live::Tags;
use infra_engine::{Context, Failure};
use infra_wire::sdk_error::SdkResult;

/// A tag as a service gives it.
pub trait LiveTag {
    /// Its key and its value.
    fn pair(&self) -> Option<(String, String)>;
}

/// A tag as a service takes it.
pub trait SdkTag: Sized {
    /// Makes it.
    ///
    /// # Errors
    /// Never for one that has a key and a value.
    fn of(key: &str, value: &str) -> Result<Self, Failure>;
}

/// The SDK's types for tags are all alike and share no trait: in some a key may be missing, and can't be left out in others.
macro_rules! tag_types {
    ($($tag:path $(=> $built:ident)?,)+) => { $(
        impl LiveTag for $tag {
            fn pair(&self) -> Option<(String, String)> {
                Some((Option::from(self.key.clone())?, Option::from(self.value.clone())?))
            }
        }
        $(impl SdkTag for $tag {
            fn of(key: &str, value: &str) -> Result<Self, Failure> {
                $built(Self::builder().key(key).value(value).build())
            }
        })?
    )+ };
}

tag_types! {
    aws_sdk_autoscaling::types::TagDescription,
    aws_sdk_ec2::types::Tag => Ok,
    aws_sdk_ecr::types::Tag => built,
    aws_sdk_ecs::types::Tag => Ok,
    aws_sdk_elasticloadbalancingv2::types::Tag => Ok,
    aws_sdk_iam::types::Tag => built,
    aws_sdk_s3::types::Tag => built,
}

fn built<T>(tag: impl Built<T>) -> Result<T, Failure> {
    tag.built()
}

/// Tags as a service takes them.
///
/// # Errors
/// Never for tags that have a key and a value.
pub fn to<T: SdkTag>(tags: &Tags) -> Result<Vec<T>, Failure> {
    tags.iter().map(|(key, value)| T::of(key, value)).collect()
}

/// Tags as a service gives them.
pub fn from(tags: &[impl LiveTag]) -> Tags {
    tags.iter().filter_map(LiveTag::pair).collect()
}

/// Tags as EC2 takes them at creation.
///
/// # Errors
/// Never for tags that have a key and a value.
pub fn of_new(tags: &Tags, resource: ResourceType) -> Result<TagSpecification, Failure> {
    Ok(TagSpecification::builder().resource_type(resource).set_tags(Some(to(tags)?)).build())
}

/// The client of a service that puts tags on any of its resources.
pub trait Tagging: ServiceClient {
    /// Puts these on the one with this ARN, in EC2 with this id.
    ///
    /// # Errors
    /// When the service refuses.
    async fn put_tags(&self, resource: &str, tags: &Tags, call: &str) -> Result<(), Failure>;
}

impl Tagging for Ec2 {
    async fn put_tags(&self, resource: &str, tags: &Tags, call: &str) -> Result<(), Failure> {
        let request = self.create_tags().resources(resource).set_tags(Some(to(tags)?));
        request.send().await.or_failure(call).map(drop)
    }
}

impl Tagging for Ecs {
    async fn put_tags(&self, resource: &str, tags: &Tags, call: &str) -> Result<(), Failure> {
        let request = self.tag_resource().resource_arn(resource).set_tags(Some(to(tags)?));
        request.send().await.or_failure(call).map(drop)
    }
}

impl Tagging for Elb {
    async fn put_tags(&self, resource: &str, tags: &Tags, call: &str) -> Result<(), Failure> {
        let request = self.add_tags().resource_arns(resource).set_tags(Some(to(tags)?));
        request.send().await.or_failure(call).map(drop)
    }
}

/// Puts those of our tags on a resource that it lacks.
///
/// # Errors
/// When the service refuses.
pub async fn restore<C: Tagging>(
    aws: &Aws,
    resource: &str,
    live: &Option<Tags>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let Some(missing) = context.missing_tags(live) else { return Ok(()) };
    aws.client::<C>().put_tags(resource, &missing, &format!("tag {resource}")).await
}
