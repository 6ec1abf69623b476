//! What is stored: the uploads, and the logs.

use crate::names::Names;
use crate::settings::{LogSettings, StorageSettings};
use infra_engine::{Handle, Resource, ResourceId, Stack};
use infra_resources::bucket::tls_only;
use infra_resources::{Bucket, LogGroup};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where browsers upload to themselves; the app moves what is an image, the rest expires.
pub const INCOMING: &str = "incoming/";

const LEASE: &str = "lease";

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
        "images",
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

/// The log group of both apps.
pub fn log_group(stack: &mut Stack, names: &Names, settings: &LogSettings) -> Handle<LogGroup> {
    let group = LogGroup { name: names.log_group.clone(), retention_in_days: settings.retention_in_days };
    stack.add("tasks", group)
}
