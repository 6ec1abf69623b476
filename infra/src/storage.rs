//! What is stored: the uploads, and the logs.

use crate::destination::Destination;
use crate::keys::Keys;
use crate::names::{self, Names};
use crate::settings::{LoadBalancerSettings, LogSettings, Settings};
use infra_engine::{Handle, Resource, ResourceId, Stack};
use infra_resources::bucket::{self, AES_256, KMS, takes_access_logs, tls_only};
use infra_resources::{Bucket, LogGroup, NameError};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where browsers upload to themselves; the app moves what is an image, the rest expires.
pub const INCOMING: &str = "incoming/";

const IMAGES: &str = "images";
const LEASE: &str = "lease";
/// As its name has it (`names.rs`).
const ACCESS_LOGS: &str = "alb-logs";

/// The address that a bucket of exactly this name has in the stack; none for any other name, however it begins.
pub fn bucket_named(name: &str, stack: &str, destination: &Destination) -> Option<ResourceId> {
    let mut own = [IMAGES, LEASE, ACCESS_LOGS].into_iter();
    let logical_name = own.find(|logical_name| names::bucket(stack, logical_name, destination) == name)?;
    Some(ResourceId::new(Bucket::KIND, logical_name))
}

/// The address of the bucket of uploads in the stack.
pub fn images_bucket_id() -> ResourceId {
    ResourceId::new(Bucket::KIND, IMAGES)
}

/// The address of the lease's bucket in the stack.
pub fn lease_bucket_id() -> ResourceId {
    ResourceId::new(Bucket::KIND, LEASE)
}

/// The bucket in which a deploy's lease lies, so that two runs don't write at the same time: the one resource that is
/// made before all others and deleted after them. Nothing in it is secret, and it holds nothing for long.
pub fn lease_bucket(stack: &mut Stack, names: &Names) {
    stack.add(
        LEASE,
        Bucket {
            name: names.lease_bucket.clone(),
            versioning: false,
            block_public_access: true,
            encryption: AES_256.to_owned(),
            kms_key_arn: None,
            abort_incomplete_uploads_after_days: 1,
            delete_old_versions_after_days: 1,
            expiring_prefixes: BTreeMap::new(),
            browser_upload_origins: Vec::new(),
            policy: Value::Null,
            protected: false,
        },
    );
}

/// The bucket of uploads: private, encrypted, TLS only.
pub fn bucket(stack: &mut Stack, names: &Names, settings: &Settings, keys: &Keys) -> Handle<Bucket> {
    let storage = &settings.storage;
    let key = keys.arn(storage.kms_key.as_ref());
    // The load balancer's own name is not known yet, and the policy that the app signs is what lets a file in.
    let origin =
        settings.load_balancer.host().map_or_else(|| "*".to_owned(), |host| format!("https://{host}"));
    stack.add(
        IMAGES,
        Bucket {
            name: names.bucket.clone(),
            versioning: storage.versioning,
            block_public_access: true,
            encryption: if key.is_some() { KMS } else { AES_256 }.to_owned(),
            kms_key_arn: key,
            abort_incomplete_uploads_after_days: storage.abort_incomplete_uploads_after_days,
            delete_old_versions_after_days: storage.delete_old_versions_after_days,
            expiring_prefixes: BTreeMap::from([(INCOMING.to_owned(), 1)]),
            browser_upload_origins: if storage.direct_upload { vec![origin] } else { Vec::new() },
            policy: tls_only(names.partition, &names.bucket),
            protected: settings.protect,
        },
    )
}

/// The bucket of the load balancer's access logs, where they are wanted.
///
/// # Errors
/// When its name is too long.
pub fn access_logs(
    stack: &mut Stack,
    names: &Names,
    settings: &LoadBalancerSettings,
) -> Result<Option<Handle<Bucket>>, NameError> {
    if !settings.access_logs {
        return Ok(None);
    }
    let (name, account_id) = names.access_logs_bucket()?;
    let days = settings.access_logs_expire_after_days;
    let expires = (days != 0).then(|| (bucket::ACCESS_LOGS.to_owned(), days));
    let logs = Bucket {
        policy: takes_access_logs(names.partition, &name, account_id),
        name,
        versioning: false,
        block_public_access: true,
        // No other encryption can be written to.
        encryption: AES_256.to_owned(),
        kms_key_arn: None,
        protected: false,
        abort_incomplete_uploads_after_days: 1,
        delete_old_versions_after_days: 0,
        expiring_prefixes: expires.into_iter().collect(),
        browser_upload_origins: Vec::new(),
    };
    Ok(Some(stack.add(ACCESS_LOGS, logs)))
}

/// The log group of all apps.
pub fn log_group(stack: &mut Stack, names: &Names, settings: &LogSettings, keys: &Keys) -> Handle<LogGroup> {
    let group = LogGroup {
        name: names.log_group.clone(),
        retention_in_days: settings.retention_in_days,
        kms_key_arn: keys.arn(settings.kms_key.as_ref()),
    };
    stack.add("tasks", group)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACKS: [&str; 9] = [
        "demo",
        "demo-alb",
        "demo-2",
        "demo-x",
        "demox",
        "demo-images",
        "demo-lease",
        "demo-lease-123456789012",
        "dem",
    ];

    fn destination(account_id: &str, region: &str) -> Destination {
        Destination { account_id: account_id.to_owned(), region: region.to_owned() }
    }

    #[test]
    fn a_stack_knows_its_own_buckets_and_no_other_stacks() {
        let here = destination("123456789012", "us-east-1");
        for (stack, other) in STACKS.iter().flat_map(|stack| STACKS.iter().map(move |other| (stack, other))) {
            let names = Names::new(&other.parse().unwrap(), &here).unwrap();
            let logs = names.access_logs_bucket().unwrap().0;
            for (name, logical_name) in
                [(names.bucket, IMAGES), (names.lease_bucket, LEASE), (logs, ACCESS_LOGS)]
            {
                let id = (stack == other).then(|| ResourceId::new(Bucket::KIND, logical_name));
                assert_eq!(bucket_named(&name, stack, &here), id, "{stack}: {name}");
            }
        }
    }

    #[test]
    fn a_bucket_that_only_begins_or_ends_like_the_stacks_is_none_of_its_own() {
        let here = destination("123456789012", "us-east-1");
        for name in [
            "demo-backups-123456789012-us-east-1",
            "demo-images-123456789012-us-east-1-old",
            "demo-images-210987654321-us-east-1",
            "demo-images-123456789012-eu-us-east-1",
            "my-demo-images-123456789012-us-east-1",
            "demo-images",
        ] {
            assert_eq!(bucket_named(name, "demo", &here), None, "{name}");
        }
        // The same stack in another account or region is another stack.
        for there in [destination("210987654321", "us-east-1"), destination("123456789012", "us-west-1")] {
            assert_eq!(bucket_named("demo-images-123456789012-us-east-1", "demo", &there), None);
        }
    }
}
