//! The settings of a bucket: each has calls of its own.

use crate::build_error::Built;
use crate::kinds::bucket::lifecycle::{self, Lifecycle};
use crate::kinds::policy_document;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketVersioningStatus, CorsConfiguration, CorsRule, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, VersioningConfiguration,
};
use futures::future::{FutureExt, LocalBoxFuture};
use futures::stream::{self, StreamExt, TryStreamExt};
use infra_engine::{Failure, Output};
use infra_resources::Bucket;
use infra_resources::bucket::KMS;
use infra_wire::sdk_error::SdkResult;
use serde_json::Value;

/// Settings that are written at the same time: S3 refuses some that are changed together, and others wait for a turn.
const AT_ONCE: usize = 2;

/// Reads all settings at the same time.
///
/// # Errors
/// When one can't be read; a setting that was never made is no error.
pub async fn read(s3: &Client, name: &str) -> Result<Bucket, Failure> {
    let (
        versioning,
        block_public_access,
        (encryption, kms_key_arn),
        lifecycle,
        browser_upload_origins,
        policy,
    ) = tokio::try_join!(
        versioning(s3, name),
        public_access(s3, name),
        encryption(s3, name),
        lifecycle::read(s3, name),
        cors(s3, name),
        policy(s3, name),
    )?;
    Ok(Bucket {
        name: name.to_owned(),
        versioning,
        block_public_access,
        encryption,
        kms_key_arn,
        abort_incomplete_uploads_after_days: lifecycle.abort_incomplete_uploads_after_days,
        delete_old_versions_after_days: lifecycle.delete_old_versions_after_days,
        expiring_prefixes: lifecycle.expiring_prefixes,
        browser_upload_origins,
        policy,
        // A tag says it.
        protected: false,
    })
}

/// Writes the settings that differ from the live ones; all of them for a new bucket.
///
/// # Errors
/// When one can't be written.
pub async fn write(s3: &Client, desired: &Bucket, live: Option<&Bucket>) -> Result<(), Failure> {
    let differs = |same: fn(&Bucket, &Bucket) -> bool| live.is_none_or(|live| !same(desired, live));
    let live_origins = live.map_or(&[][..], |live| &live.browser_upload_origins);
    let writes: [LocalBoxFuture<'_, _>; 6] = [
        when(differs(|a, b| a.block_public_access == b.block_public_access), put_public_access(s3, desired))
            .boxed_local(),
        when(
            differs(|a, b| (&a.encryption, &a.kms_key_arn) == (&b.encryption, &b.kms_key_arn)),
            put_encryption(s3, desired),
        )
        .boxed_local(),
        when(differs(|a, b| a.versioning == b.versioning), put_versioning(s3, desired)).boxed_local(),
        when(
            differs(|a, b| Lifecycle::of(a) == Lifecycle::of(b)),
            lifecycle::write(s3, &desired.name, Lifecycle::of(desired)),
        )
        .boxed_local(),
        when(live_origins != desired.browser_upload_origins, put_cors(s3, desired)).boxed_local(),
        when(differs(|a, b| a.policy == b.policy), put_policy(s3, desired)).boxed_local(),
    ];
    stream::iter(writes).buffer_unordered(AT_ONCE).try_collect().await
}

async fn when(wanted: bool, write: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    if wanted { write.await } else { Ok(()) }
}

async fn put_policy(s3: &Client, desired: &Bucket) -> Result<(), Failure> {
    if desired.policy.is_null() {
        let deleted = s3.delete_bucket_policy().bucket(&desired.name).send().await;
        deleted.none_if(&["NoSuchBucketPolicy"], "delete the bucket policy")?;
    } else {
        let request = s3.put_bucket_policy().bucket(&desired.name).policy(desired.policy.to_string());
        request.send().await.or_failure("set the bucket policy")?;
    }
    Ok(())
}

async fn versioning(s3: &Client, name: &str) -> Result<bool, Failure> {
    let answer = s3.get_bucket_versioning().bucket(name).send().await;
    let answer = answer.or_failure("get the bucket's versioning")?;
    Ok(answer.status() == Some(&BucketVersioningStatus::Enabled))
}

async fn put_versioning(s3: &Client, desired: &Bucket) -> Result<(), Failure> {
    let status =
        if desired.versioning { BucketVersioningStatus::Enabled } else { BucketVersioningStatus::Suspended };
    let configuration = VersioningConfiguration::builder().status(status).build();
    let request = s3.put_bucket_versioning().bucket(&desired.name).versioning_configuration(configuration);
    request.send().await.or_failure("set the bucket's versioning")?;
    Ok(())
}

async fn public_access(s3: &Client, name: &str) -> Result<bool, Failure> {
    let answer = s3.get_public_access_block().bucket(name).send().await;
    let answer = answer.none_if(&["NoSuchPublicAccessBlockConfiguration"], "get what the bucket blocks")?;
    Ok(answer.and_then(|answer| answer.public_access_block_configuration).is_some_and(|block| {
        [
            block.block_public_acls,
            block.ignore_public_acls,
            block.block_public_policy,
            block.restrict_public_buckets,
        ]
        .into_iter()
        .all(|setting| setting == Some(true))
    }))
}

async fn put_public_access(s3: &Client, desired: &Bucket) -> Result<(), Failure> {
    let block = desired.block_public_access;
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(block)
        .ignore_public_acls(block)
        .block_public_policy(block)
        .restrict_public_buckets(block)
        .build();
    let request = s3.put_public_access_block().bucket(&desired.name);
    let request = request.public_access_block_configuration(configuration);
    request.send().await.or_failure("block public access to the bucket")?;
    Ok(())
}

/// The algorithm, and the key where it is one of KMS.
async fn encryption(s3: &Client, name: &str) -> Result<(String, Option<Output<String>>), Failure> {
    let answer = s3.get_bucket_encryption().bucket(name).send().await;
    let none = ["ServerSideEncryptionConfigurationNotFoundError"];
    let configuration = answer
        .none_if(&none, "get the bucket's encryption")?
        .and_then(|answer| answer.server_side_encryption_configuration);
    let rules = configuration.map(|configuration| configuration.rules).unwrap_or_default();
    let rule = rules.into_iter().find_map(|rule| {
        let key_of_bucket = rule.bucket_key_enabled == Some(true);
        rule.apply_server_side_encryption_by_default.map(|default| (default, key_of_bucket))
    });
    let Some((default, key_of_bucket)) = rule else { return Ok(("none".to_owned(), None)) };
    let algorithm = default.sse_algorithm.as_str();
    // Without a key of the bucket's own it is another one than ours.
    let without = if algorithm == KMS && !key_of_bucket { " without a bucket key" } else { "" };
    Ok((format!("{algorithm}{without}"), default.kms_master_key_id.map(Output::Known)))
}

async fn put_encryption(s3: &Client, desired: &Bucket) -> Result<(), Failure> {
    let algorithm = ServerSideEncryption::from(desired.encryption.as_str());
    let key = desired.kms_key_arn.as_ref().map(Output::get).transpose()?.cloned();
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(algorithm);
    let default = default.set_kms_master_key_id(key.clone()).build().built()?;
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default);
    let rule = rule.set_bucket_key_enabled(key.map(|_| true)).build();
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule).build().built()?;
    let request = s3.put_bucket_encryption().bucket(&desired.name);
    let request = request.server_side_encryption_configuration(configuration);
    request.send().await.or_failure("set the bucket's encryption")?;
    Ok(())
}

async fn cors(s3: &Client, name: &str) -> Result<Vec<String>, Failure> {
    let answer = s3.get_bucket_cors().bucket(name).send().await;
    let answer = answer.none_if(&["NoSuchCORSConfiguration"], "get who may upload to the bucket")?;
    let rules = answer.and_then(|answer| answer.cors_rules).unwrap_or_default();
    Ok(rules.iter().flat_map(allowed).collect())
}

/// What a rule allows to which origins. Another method than ours is named, so that it shows as a difference.
fn allowed(rule: &CorsRule) -> Vec<String> {
    let of = |method: &String| {
        let named = |origin: &String| {
            if method == "POST" { origin.clone() } else { format!("{method} from {origin}") }
        };
        rule.allowed_origins().iter().map(named).collect::<Vec<_>>()
    };
    rule.allowed_methods().iter().flat_map(of).collect()
}

async fn put_cors(s3: &Client, desired: &Bucket) -> Result<(), Failure> {
    if desired.browser_upload_origins.is_empty() {
        let deleted = s3.delete_bucket_cors().bucket(&desired.name).send().await;
        deleted.or_failure("let no page upload to the bucket")?;
        return Ok(());
    }
    // A page that watches an upload's progress asks first, with a preflight request.
    let rule = CorsRule::builder()
        .set_allowed_origins(Some(desired.browser_upload_origins.clone()))
        .allowed_methods("POST")
        .allowed_headers("*")
        .max_age_seconds(3600)
        .build()
        .built()?;
    let configuration = CorsConfiguration::builder().cors_rules(rule).build().built()?;
    let request = s3.put_bucket_cors().bucket(&desired.name).cors_configuration(configuration);
    request.send().await.or_failure("let pages upload to the bucket")?;
    Ok(())
}

async fn policy(s3: &Client, name: &str) -> Result<Value, Failure> {
    let answer = s3.get_bucket_policy().bucket(name).send().await;
    let answer = answer.none_if(&["NoSuchBucketPolicy"], "get the bucket policy")?;
    let text = answer.and_then(|answer| answer.policy().map(str::to_owned));
    Ok(text.map_or(Value::Null, |text| policy_document::parse(&text)))
}
