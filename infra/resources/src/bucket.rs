//! S3 buckets: private, encrypted, reachable over TLS only.

use crate::name::BUCKET;
use crate::partition::Partition;
use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A bucket with all public access blocked and SSE-S3 (AES-256) encryption.
///
/// AWS: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    /// The bucket's name, unique among all accounts.
    pub name: String,
    /// Whether overwritten and deleted objects are kept as versions.
    pub versioning: bool,
    /// Whether all four settings of "Block Public Access" are on.
    pub block_public_access: bool,
    /// The default encryption of new objects.
    pub encryption: String,
    /// After how many days an unfinished multipart upload is aborted; 0 for never.
    pub abort_incomplete_uploads_after_days: i32,
    /// After how many days an older version is deleted; 0 for never.
    pub delete_old_versions_after_days: i32,
    /// Prefixes whose objects are deleted after so many days.
    pub expiring_prefixes: BTreeMap<String, i32>,
    /// The web sites, such as `https://images.example` or `*`, whose pages may post files to the bucket; they still need
    /// a signed policy. None for an app that takes all files itself.
    pub browser_upload_origins: Vec<String>,
    /// The bucket policy; `null` for none.
    pub policy: Value,
}

/// A bucket policy that refuses every request that is not made over TLS.
pub fn tls_only(partition: Partition, bucket: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [partition.s3_arn(bucket), partition.s3_arn(&format!("{bucket}/*"))],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }]})
}

outputs! {
    /// What others refer to.
    BucketOutputs {
        /// The bucket's name.
        name: String,
    }
}

impl Resource for Bucket {
    const KIND: &'static str = "bucket";
    type Outputs = BucketOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        BUCKET.problems(&self.name)
    }

    fn normalise(&mut self) {
        self.browser_upload_origins.sort();
        self.browser_upload_origins.dedup();
    }
}
