//! What is stored: the uploads, and the logs.

use crate::destination::Destination;
use crate::names::{self, Names};
use crate::settings::{LogSettings, StorageSettings};
use infra_engine::{Handle, Resource, ResourceId, Stack};
use infra_resources::bucket::tls_only;
use infra_resources::{Bucket, LogGroup};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where browsers upload to themselves; the app moves what is an image, the rest expires.
pub const INCOMING: &str = "incoming/";

const IMAGES: &str = "images";
const LEASE: &str = "lease";

/// The address that a bucket of exactly this name has in the stack; none for any other name, however it begins.
pub fn bucket_named(name: &str, stack: &str, destination: &Destination) -> Option<ResourceId> {
    let mut own = [IMAGES, LEASE].into_iter();
    let logical_name = own.find(|logical_name| names::bucket(stack, logical_name, destination) == name)?;
    Some(ResourceId::new(Bucket::KIND, logical_name))
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
            encryption: "AES256".to_owned(),
            abort_incomplete_uploads_after_days: 1,
            delete_old_versions_after_days: 1,
            expiring_prefixes: BTreeMap::new(),
            browser_upload_origins: Vec::new(),
            policy: Value::Null,
        },
    );
}

/// The bucket of uploads: private, encrypted, TLS only.
pub fn bucket(stack: &mut Stack, names: &Names, settings: &StorageSettings) -> Handle<Bucket> {
    stack.add(
        IMAGES,
        Bucket {
            name: names.bucket.clone(),
            versioning: settings.versioning,
            block_public_access: true,
            encryption: "AES256".to_owned(),
            abort_incomplete_uploads_after_days: settings.abort_incomplete_uploads_after_days,
            delete_old_versions_after_days: settings.delete_old_versions_after_days,
            expiring_prefixes: BTreeMap::from([(INCOMING.to_owned(), 1)]),
            // The load balancer's name is not known yet, and the policy that the app signs is what lets a file in.
            browser_upload_origins: if settings.direct_upload { vec!["*".to_owned()] } else { Vec::new() },
            policy: tls_only(names.partition, &names.bucket),
        },
    )
}

/// The log group of all apps.
pub fn log_group(stack: &mut Stack, names: &Names, settings: &LogSettings) -> Handle<LogGroup> {
    let group = LogGroup { name: names.log_group.clone(), retention_in_days: settings.retention_in_days };
    stack.add("tasks", group)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACKS: [&str; 8] =
        ["demo", "demo-2", "demo-x", "demox", "demo-images", "demo-lease", "demo-lease-123456789012", "dem"];

    fn destination(account_id: &str, region: &str) -> Destination {
        Destination { account_id: account_id.to_owned(), region: region.to_owned() }
    }

    #[test]
    fn a_stack_knows_its_own_buckets_and_no_other_stacks() {
        let here = destination("123456789012", "us-east-1");
        for (stack, other) in STACKS.iter().flat_map(|stack| STACKS.iter().map(move |other| (stack, other))) {
            let names = Names::new(&other.parse().unwrap(), &here).unwrap();
            for (name, logical_name) in [(names.bucket, IMAGES), (names.lease_bucket, LEASE)] {
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
