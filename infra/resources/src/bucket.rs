//! S3 buckets: private, encrypted, reachable over TLS only.

use crate::name::BUCKET;
use crate::partition::Partition;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The tag of a bucket that is not to be deleted: a teardown that knows nothing but the stack's name finds it there.
pub const PROTECT_TAG: &str = "ecs-image-app:protect";
/// What the keys of a load balancer's access logs begin with, where no prefix is set.
pub const ACCESS_LOGS: &str = "AWSLogs/";

/// A bucket with all public access blocked, encrypted by S3 (AES-256) or with a key of KMS.
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
    /// The ARN of the key of KMS, with the encryption [`KMS`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Output<String>>,
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
    /// Whether it is not to be deleted, and the stack not to be torn down.
    pub protected: bool,
}

/// The encryption with keys that S3 has itself.
pub const AES_256: &str = "AES256";
/// The encryption with a key of KMS, and one made from it for the bucket, which spares a call to KMS for each object.
///
/// AWS: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html>
pub const KMS: &str = "aws:kms";

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

/// The policy of a bucket for a load balancer's access logs: over TLS as all else, the service that delivers them may write those
/// of this account.
///
/// AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html>
pub fn takes_access_logs(partition: Partition, bucket: &str, account_id: &str) -> Value {
    let mut policy = tls_only(partition, bucket);
    let delivery = json!({
        "Sid": "AccessLogs",
        "Effect": "Allow",
        "Principal": {"Service": Partition::log_delivery_principal()},
        "Action": "s3:PutObject",
        "Resource": partition.s3_arn(&format!("{bucket}/{ACCESS_LOGS}{account_id}/*")),
    });
    if let Some(statements) = policy["Statement"].as_array_mut() {
        statements.push(delivery);
    }
    policy
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
