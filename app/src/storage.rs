//! The bucket: the only file that calls S3. Errors of the SDK become ours here, once.

use std::error::Error;
use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTimeFormat};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;
use thiserror::Error;
use tokio::sync::OnceCell;

use crate::upload_rules::PREFIX;

/// What a part of a multipart upload holds, and so the most that a request keeps in memory.
/// S3 wants at least 5 MiB, and takes at most 10 000 parts.
pub const PART_BYTES: usize = 8 * 1024 * 1024;

/// All tries of one call end within this: below the 60 s after which a load balancer gives up on us.
const CALL_TIMEOUT: Duration = Duration::from_secs(50);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// A bucket, and a client that is made at first use: the app listens before it knows its region or credentials.
#[derive(Debug)]
pub struct Storage {
    bucket: String,
    client: OnceCell<Client>,
}

/// An image as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedImage {
    /// Its key in the bucket.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was stored, as RFC 3339.
    pub stored: Option<String>,
}

/// A call that did not do what was asked.
#[derive(Debug, Error)]
pub enum StorageError {
    /// There is no such object.
    #[error("no object {key} in the bucket")]
    NoSuchObject {
        /// The key asked for.
        key: String,
    },
    /// The object is shorter than the range asked for.
    #[error("no such range in object {key}")]
    NoSuchRange {
        /// The key asked for.
        key: String,
    },
    /// S3 refused or did not answer.
    #[error("could not {action} {target} (code {code}, s3 request id {request_id})")]
    Failed {
        /// What was tried.
        action: &'static str,
        /// On which bucket or key.
        target: String,
        /// S3's error code.
        code: String,
        /// S3's id of the request.
        request_id: String,
        /// What the SDK says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// S3 said yes, and left out what it must say.
    #[error("could not {action} {target}: the answer has no {missing}")]
    Incomplete {
        /// What was tried.
        action: &'static str,
        /// On which key.
        target: String,
        /// What was left out.
        missing: &'static str,
    },
}

impl Storage {
    /// A bucket whose client is configured from the environment at first use.
    pub fn new(bucket: String) -> Self {
        Self { bucket, client: OnceCell::new() }
    }

    /// A bucket reached with a configuration at hand.
    pub fn with_config(bucket: String, sdk: &SdkConfig) -> Self {
        Self { bucket, client: OnceCell::new_with(Some(client(sdk))) }
    }

    /// Finds region and credentials ahead of the first request that needs them.
    pub async fn warm_up(&self) {
        self.client().await;
    }

    /// Whether the bucket answers, soon.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let call = async { self.client().await.head_bucket().bucket(&self.bucket).send().await.map(drop) };
        match tokio::time::timeout(READY_TIMEOUT, call).await {
            Ok(answer) => answer.map_err(|error| failed("reach bucket", &self.bucket, error)),
            Err(elapsed) => Err(StorageError::Failed {
                action: "reach bucket",
                target: self.bucket.clone(),
                code: "timeout".to_owned(),
                request_id: "none".to_owned(),
                source: Box::new(elapsed),
            }),
        }
    }

    /// The newest images: keys are made so that these come first.
    pub async fn newest(&self, count: i32) -> Result<Vec<ListedImage>, StorageError> {
        let request =
            self.client().await.list_objects_v2().bucket(&self.bucket).prefix(PREFIX).max_keys(count);
        let listing = request.send().await.map_err(|error| failed("list bucket", &self.bucket, error))?;
        let images = listing.contents.unwrap_or_default().into_iter().filter_map(|object| {
            Some(ListedImage {
                key: object.key?,
                size: object.size.and_then(|size| u64::try_from(size).ok())?,
                stored: object.last_modified.and_then(|at| at.fmt(DateTimeFormat::DateTime).ok()),
            })
        });
        Ok(images.collect())
    }

    /// An object, or a range of it, whose bytes are still to be read.
    pub async fn get(&self, key: &str, range: Option<&str>) -> Result<GetObjectOutput, StorageError> {
        let request = self.client().await.get_object().bucket(&self.bucket).key(key);
        request.set_range(range.map(str::to_owned)).send().await.map_err(|error| match error.code() {
            Some("NoSuchKey") => StorageError::NoSuchObject { key: key.to_owned() },
            Some("InvalidRange") => StorageError::NoSuchRange { key: key.to_owned() },
            _ => failed("read object", key, error),
        })
    }

    /// Stores an object in one call.
    pub async fn put(&self, key: &str, content_type: &str, bytes: Bytes) -> Result<(), StorageError> {
        let request =
            self.client().await.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let answer = request.body(ByteStream::from(bytes)).send().await;
        answer.map(drop).map_err(|error| failed("store object", key, error))
    }

    /// Begins an upload in parts and returns its id.
    pub async fn begin_parts(&self, key: &str, content_type: &str) -> Result<String, StorageError> {
        let action = "begin a multipart upload of";
        let request = self.client().await.create_multipart_upload().bucket(&self.bucket).key(key);
        let answer =
            request.content_type(content_type).send().await.map_err(|error| failed(action, key, error))?;
        let missing = || StorageError::Incomplete { action, target: key.to_owned(), missing: "upload id" };
        answer.upload_id.ok_or_else(missing)
    }

    /// Sends one part; parts count from 1.
    pub async fn put_part(
        &self,
        key: &str,
        upload_id: &str,
        number: i32,
        bytes: Bytes,
    ) -> Result<CompletedPart, StorageError> {
        let request = self.client().await.upload_part().bucket(&self.bucket).key(key).upload_id(upload_id);
        let answer = request.part_number(number).body(ByteStream::from(bytes)).send().await;
        let part = answer.map_err(|error| failed("store a part of", key, error))?;
        Ok(CompletedPart::builder()
            .part_number(number)
            .set_e_tag(part.e_tag)
            .set_checksum_crc32(part.checksum_crc32)
            .build())
    }

    /// Makes an object of the parts.
    pub async fn complete_parts(
        &self,
        key: &str,
        upload_id: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<(), StorageError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client().await.complete_multipart_upload().bucket(&self.bucket).key(key);
        let answer = request.upload_id(upload_id).multipart_upload(parts).send().await;
        answer.map(drop).map_err(|error| failed("complete the multipart upload of", key, error))
    }

    /// Throws the parts away.
    pub async fn abort_parts(&self, key: &str, upload_id: &str) -> Result<(), StorageError> {
        let request = self.client().await.abort_multipart_upload().bucket(&self.bucket).key(key);
        let answer = request.upload_id(upload_id).send().await;
        answer.map(drop).map_err(|error| failed("abort the multipart upload of", key, error))
    }

    /// Deletes an object, if it is there.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let answer = self.client().await.delete_object().bucket(&self.bucket).key(key).send().await;
        answer.map(drop).map_err(|error| failed("delete object", key, error))
    }

    async fn client(&self) -> &Client {
        let load = || async { client(&aws_config::defaults(BehaviorVersion::v2026_01_12()).load().await) };
        self.client.get_or_init(load).await
    }
}

fn client(sdk: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT);
    let config = aws_sdk_s3::config::Builder::from(sdk)
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard())
        .force_path_style(has_own_endpoint(sdk));
    Client::from_conf(config.build())
}

/// Emulators rarely have a DNS name for each bucket. `SdkConfig` does not know of the variable for S3 alone.
fn has_own_endpoint(sdk: &SdkConfig) -> bool {
    sdk.endpoint_url().is_some() || std::env::var_os("AWS_ENDPOINT_URL_S3").is_some()
}

fn failed<E>(action: &'static str, target: &str, error: SdkError<E>) -> StorageError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    SdkError<E>: RequestId,
{
    StorageError::Failed {
        action,
        target: target.to_owned(),
        code: error.code().unwrap_or("none").to_owned(),
        request_id: error.request_id().unwrap_or("none").to_owned(),
        source: Box::new(error),
    }
}
