//! The gateway endpoint of S3: a VPC has one, whoever made it, so that of somebody else serves as well and is left alone.

use e2e::aws_api::AwsApi;
use e2e::aws_api::QueryService::Ec2;

use super::ownership::{STACK_TAG, value};
use super::{Moto, REGION};

/// With this setting tasks reach S3 by the endpoint alone.
const WITH_ENDPOINT: &[&str] = &["php.ec2_network_mode=awsvpc"];

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_serves_and_stays_as_it_is() {
    let moto = Moto::start().await;
    let aws = moto.api();
    let vpcs = aws.query(Ec2, "DescribeVpcs", "").await;
    let theirs = format!(
        "VpcId={}&VpcEndpointType=Gateway&ServiceName=com.amazonaws.{REGION}.s3\
         &TagSpecification.1.ResourceType=vpc-endpoint&TagSpecification.1.Tag.1.Key=owner\
         &TagSpecification.1.Tag.1.Value=them",
        value(&vpcs, "vpcId", "")
    );
    aws.query(Ec2, "CreateVpcEndpoint", &theirs).await;
    let before = endpoints(&aws).await;
    moto.deploy("lodger", WITH_ENDPOINT).await;
    moto.run("preview --stack lodger", WITH_ENDPOINT).await.ends_with(0).await;
    assert_eq!(endpoints(&aws).await, before);
    moto.run("teardown --yes --stack lodger", &[]).await.ends_with(0).await;
    assert_eq!(endpoints(&aws).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stacks_own_goes_to_another_stack_that_uses_it_and_with_the_last_one() {
    let moto = Moto::start().await;
    let aws = moto.api();
    moto.deploy("landlord", WITH_ENDPOINT).await;
    let one = endpoints(&aws).await;
    moto.deploy("lodger", WITH_ENDPOINT).await;
    moto.run("teardown --yes --stack landlord", &[]).await.ends_with(0).await;
    assert_eq!(endpoints(&aws).await.len(), one.len());
    assert_eq!(owner(&aws).await, "lodger");
    moto.run("preview --stack lodger", WITH_ENDPOINT).await.ends_with(0).await;
    moto.run("teardown --yes --stack lodger", &[]).await.ends_with(0).await;
    assert_eq!(endpoints(&aws).await, Vec::<String>::new());
}

/// The endpoints with their tags.
async fn endpoints(aws: &AwsApi) -> Vec<String> {
    let described = aws.query(Ec2, "DescribeVpcEndpoints", "").await;
    let endpoint = |rest: &str| rest.split("</tagSet>").next().unwrap_or_default().to_owned();
    let endpoints = described.split("<vpcEndpointId>").skip(1).map(endpoint);
    endpoints.filter(|it| !it.contains("<state>deleted<")).collect()
}

/// The stack that it carries the tag of.
async fn owner(aws: &AwsApi) -> String {
    let described = aws.query(Ec2, "DescribeVpcEndpoints", "").await;
    let after = described.split(STACK_TAG).nth(1).unwrap_or_default();
    value(after, "value", "").to_owned()
}
