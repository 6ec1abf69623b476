//! What a bucket deletes by itself.

use crate::build_error::Built;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::builders::LifecycleRuleBuilder;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration,
    LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration,
};
use infra_engine::Failure;
use infra_resources::Bucket;
use infra_wire::sdk_error::SdkResult;
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
    let answer = answer.none_if(&["NoSuchLifecycleConfiguration"], "get the bucket's lifecycle")?;
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

/// Writes it; S3 takes no configuration without a rule.
///
/// # Errors
/// When it can't be written.
pub async fn write(s3: &Client, name: &str, lifecycle: Lifecycle) -> Result<(), Failure> {
    let rules = lifecycle.rules()?;
    if rules.is_empty() {
        let deleted = s3.delete_bucket_lifecycle().bucket(name).send().await;
        deleted.or_failure("delete the bucket's lifecycle")?;
        return Ok(());
    }
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build().built()?;
    let request = s3.put_bucket_lifecycle_configuration().bucket(name);
    request.lifecycle_configuration(configuration).send().await.or_failure("set the bucket's lifecycle")?;
    Ok(())
}

impl Lifecycle {
    /// Rules for what shall happen; S3 takes no rule that does nothing and no 0 for never.
    fn rules(&self) -> Result<Vec<LifecycleRule>, Failure> {
        let mut rules = Vec::new();
        let after = |days: i32| (days != 0).then_some(days);
        let abort = after(self.abort_incomplete_uploads_after_days)
            .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build());
        let expire = after(self.delete_old_versions_after_days)
            .map(|days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build());
        if abort.is_some() || expire.is_some() {
            let clean_up = rule("clean-up", "")
                .set_abort_incomplete_multipart_upload(abort)
                .set_noncurrent_version_expiration(expire);
            rules.push(clean_up.build().built()?);
        }
        let expiring = self.expiring_prefixes.iter().filter(|(_, days)| **days != 0);
        for (prefix, days) in expiring {
            let id = format!("expire-{}", prefix.trim_end_matches('/'));
            let expiration = LifecycleExpiration::builder().days(*days).build();
            rules.push(rule(&id, prefix).expiration(expiration).build().built()?);
        }
        Ok(rules)
    }
}

fn rule(id: &str, prefix: &str) -> LifecycleRuleBuilder {
    let filter = LifecycleRuleFilter::builder().prefix(prefix).build();
    LifecycleRule::builder().id(id).status(ExpirationStatus::Enabled).filter(filter)
}

fn prefix_of(rule: &LifecycleRule) -> &str {
    rule.filter().and_then(|filter| filter.prefix()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(abort: i32, delete: i32, prefixes: &[(&str, i32)]) -> Vec<LifecycleRule> {
        let lifecycle = Lifecycle {
            abort_incomplete_uploads_after_days: abort,
            delete_old_versions_after_days: delete,
            expiring_prefixes: prefixes.iter().map(|(prefix, days)| ((*prefix).to_owned(), *days)).collect(),
        };
        lifecycle.rules().unwrap()
    }

    #[test]
    fn never_is_no_rule_instead_of_0_days() {
        let both = &rules(1, 30, &[("incoming/", 1)])[..];
        let [clean_up, expire] = both else { panic!("{both:?}") };
        assert!(clean_up.abort_incomplete_multipart_upload().is_some());
        assert!(clean_up.noncurrent_version_expiration().is_some());
        assert_eq!(expire.expiration().unwrap().days(), Some(1));

        let only_abort = rules(1, 0, &[]);
        assert_eq!(only_abort.len(), 1);
        assert!(only_abort[0].noncurrent_version_expiration().is_none());
        let only_delete = rules(0, 30, &[("incoming/", 0)]);
        assert_eq!(only_delete.len(), 1);
        assert!(only_delete[0].abort_incomplete_multipart_upload().is_none());
        assert_eq!(rules(0, 0, &[]), []);
    }
}
