//! What a bucket deletes by itself.

use crate::build_error::Built;
use crate::explain::Explain;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use infra_engine::Failure;
use infra_resources::Bucket;
use std::collections::BTreeMap;

/// After how many days; 0 for never.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lifecycle {
    /// Unfinished multipart uploads are aborted.
    pub abort_incomplete_uploads_after_days: i32,
    /// Older versions are deleted.
    pub delete_old_versions_after_days: i32,
    /// Objects below a prefix are deleted.
    pub expiring_prefixes: BTreeMap<String, i32>,
}

impl Lifecycle {
    /// A bucket's.
    pub fn of(bucket: &Bucket) -> Self {
        Self {
            abort_incomplete_uploads_after_days: bucket.abort_incomplete_uploads_after_days,
            delete_old_versions_after_days: bucket.delete_old_versions_after_days,
            expiring_prefixes: bucket.expiring_prefixes.clone(),
        }
    }
}

/// Reads it; a bucket without one deletes nothing.
///
/// # Errors
/// When it can't be read.
pub async fn read(s3: &Client, name: &str) -> Result<Lifecycle, Failure> {
    let answer = s3.get_bucket_lifecycle_configuration().bucket(name).send().await;
    let answer = answer.unless(&["NoSuchLifecycleConfiguration"], "get the bucket's lifecycle")?;
    let rules = answer.and_then(|answer| answer.rules).unwrap_or_default();
    let mut lifecycle = Lifecycle::default();
    for rule in rules.iter().filter(|rule| rule.status == ExpirationStatus::Enabled) {
        if let Some(abort) =
            rule.abort_incomplete_multipart_upload().and_then(|abort| abort.days_after_initiation())
        {
            lifecycle.abort_incomplete_uploads_after_days = abort;
        }
        if let Some(days) = rule.noncurrent_version_expiration().and_then(|expire| expire.noncurrent_days()) {
            lifecycle.delete_old_versions_after_days = days;
        }
        if let Some(days) = rule.expiration().and_then(|expire| expire.days()) {
            lifecycle.expiring_prefixes.insert(prefix_of(rule).to_owned(), days);
        }
    }
    Ok(lifecycle)
}

/// Writes it.
///
/// # Errors
/// When it can't be written.
pub async fn write(s3: &Client, name: &str, lifecycle: Lifecycle) -> Result<(), Failure> {
    let abort = AbortIncompleteMultipartUpload::builder()
        .days_after_initiation(lifecycle.abort_incomplete_uploads_after_days)
        .build();
    let expire = NoncurrentVersionExpiration::builder()
        .noncurrent_days(lifecycle.delete_old_versions_after_days)
        .build();
    let clean_up = LifecycleRule::builder()
        .id("clean-up")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(abort)
        .noncurrent_version_expiration(expire)
        .build()
        .built()?;
    let mut configuration = BucketLifecycleConfiguration::builder().rules(clean_up);
    for (prefix, days) in &lifecycle.expiring_prefixes {
        let rule = LifecycleRule::builder()
            .id(format!("expire-{}", prefix.trim_end_matches('/')))
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .expiration(LifecycleExpiration::builder().days(*days).build());
        configuration = configuration.rules(rule.build().built()?);
    }
    let request = s3.put_bucket_lifecycle_configuration().bucket(name);
    let request = request.lifecycle_configuration(configuration.build().built()?);
    request.send().await.explain("set the bucket's lifecycle")?;
    Ok(())
}

fn prefix_of(rule: &LifecycleRule) -> &str {
    rule.filter().and_then(|filter| filter.prefix()).unwrap_or_default()
}
