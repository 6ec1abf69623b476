//! A bucket whose keys XML can't carry goes with its stack. Of the emulators, LocalStack lists such keys as S3 does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use e2e::containers;
use infra_aws::Aws;
use infra_aws::clients::S3;
use infra_aws::kinds::bucket::Buckets;
use infra_deploy::AppProgram;
use infra_engine::event::Silent;
use infra_engine::{Context, Found, ResourceId, ResourceKind};
use std::sync::Arc;

const KEYS: [&str; 10] = [
    "plain.png",
    "bell\u{7}.png",
    "first\u{1}",
    "line\nend\r",
    "tab\t",
    "delete\u{7f}",
    "nel\u{85}",
    "a+b c%25%",
    "ü\u{fffe}",
    "<&>\"'/./../ends ",
];

/// A connection that knows its account, so that only S3 is asked.
async fn connection(endpoint: &str) -> Aws {
    let credentials = Credentials::builder().access_key_id("test").secret_access_key("test");
    let credentials = credentials.account_id("000000000000").provider_name("test").build();
    let config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(endpoint);
    let config = config.region(Region::new("us-east-1")).credentials_provider(credentials).load().await;
    let program = AppProgram { apps: infra::apps::ALL, workspace: std::env::temp_dir() };
    Aws::connect(&config, "odd", Arc::new(program)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_whose_keys_xml_can_not_carry_is_emptied() {
    let localstack = containers::localstack().await;
    let aws = connection(&localstack.url().await).await;
    let bucket = "odd-images";
    aws.client::<S3>().create_bucket().bucket(bucket).send().await.unwrap();
    let versions = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    aws.client::<S3>()
        .put_bucket_versioning()
        .bucket(bucket)
        .versioning_configuration(versions)
        .send()
        .await
        .unwrap();
    for key in KEYS {
        for _ in 0..2 {
            aws.client::<S3>().put_object().bucket(bucket).key(key).send().await.unwrap();
        }
    }
    // LocalStack lists keys of uploads as they are, whatever it is asked for: this one is plain.
    aws.client::<S3>().create_multipart_upload().bucket(bucket).key(KEYS[0]).send().await.unwrap();
    aws.client::<S3>().delete_object().bucket(bucket).key(KEYS[1]).send().await.unwrap();
    assert!(
        aws.client::<S3>().list_object_versions().bucket(bucket).send().await.is_err(),
        "XML carries these keys"
    );

    let id = ResourceId::new("bucket", "images");
    let found = Found { id: id.clone(), name: bucket.to_owned(), locator: bucket.to_owned() };
    Buckets(aws.clone()).delete(&found, &Context::of("odd", &id, &Silent)).await.unwrap();
    let left = aws.client::<S3>().list_buckets().send().await.unwrap();
    assert!(left.buckets().is_empty(), "{left:?}");
}
