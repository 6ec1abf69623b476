//! Our tags in the types of each service.

use crate::build_error::Built;
use infra_engine::Failure;
use infra_engine::live::Tags;

/// Tags as EC2 takes them at creation.
pub fn ec2(tags: &Tags, resource: aws_sdk_ec2::types::ResourceType) -> aws_sdk_ec2::types::TagSpecification {
    let tags =
        tags.iter().map(|(key, value)| aws_sdk_ec2::types::Tag::builder().key(key).value(value).build());
    aws_sdk_ec2::types::TagSpecification::builder()
        .resource_type(resource)
        .set_tags(Some(tags.collect()))
        .build()
}

/// Tags as ECS takes them.
pub fn ecs(tags: &Tags) -> Vec<aws_sdk_ecs::types::Tag> {
    tags.iter().map(|(key, value)| aws_sdk_ecs::types::Tag::builder().key(key).value(value).build()).collect()
}

/// Tags as ECS gives them.
pub fn from_ecs(tags: &[aws_sdk_ecs::types::Tag]) -> Tags {
    tags.iter().filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect()
}

/// Tags as Elastic Load Balancing takes them.
pub fn elb(tags: &Tags) -> Vec<aws_sdk_elasticloadbalancingv2::types::Tag> {
    tags.iter()
        .map(|(key, value)| {
            aws_sdk_elasticloadbalancingv2::types::Tag::builder().key(key).value(value).build()
        })
        .collect()
}

/// Tags as IAM takes them.
///
/// # Errors
/// Never for tags that have a key and a value.
pub fn iam(tags: &Tags) -> Result<Vec<aws_sdk_iam::types::Tag>, Failure> {
    tags.iter()
        .map(|(key, value)| aws_sdk_iam::types::Tag::builder().key(key).value(value).build().built())
        .collect()
}

/// Tags as ECR takes them.
///
/// # Errors
/// Never for tags that have a key and a value.
pub fn ecr(tags: &Tags) -> Result<Vec<aws_sdk_ecr::types::Tag>, Failure> {
    tags.iter()
        .map(|(key, value)| aws_sdk_ecr::types::Tag::builder().key(key).value(value).build().built())
        .collect()
}
