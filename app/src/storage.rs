//! The bucket: the only place that calls S3.

mod credentials;
mod dns_suffix;
mod endpoint;
mod error;
mod hot_calls;
mod multipart;
mod object;
pub mod presigned_post;
mod thin_client;

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::time::{Duration, Instant};

use app_intake::image_format::{Dimensions, ImageInfo};
use app_intake::upload_rules::PREFIX;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::DateTimeFormat;
use aws_sdk_s3::types::MetadataDirective;
use percent_encoding::utf8_percent_encode;
use tokio::sync::OnceCell;

use crate::metrics;
use crate::url::UNRESERVED;

use thin_client::ThinClient;

pub use error::StorageError;
pub use object::{Fetched, Object, ObjectHead};
pub use thin_client::Wanted;

/// What a part of a multipart upload holds, and so the most that an upload keeps in memory.
/// S3 wants at least 5 MiB, and takes at most 10 000 parts.
pub const PART_BYTES: usize = 5 * 1024 * 1024;

/// The metadata that names the object another one was made of.
const MADE_OF: &str = "made-of";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const READY_TIMEOUT: Duration = Duration::from_secs(2);

/// So often a call is tried.
const TRIES: u32 = 3;

/// A bucket, and a client that is made at first use: the app listens before it knows its region or credentials.
#[derive(Debug)]
pub struct Storage {
    bucket: String,
    deadline: Duration,
    connected: OnceCell<Connected>,
}

#[derive(Debug)]
struct Connected {
    sdk: SdkConfig,
    client: Client,
    thin: Option<ThinClient>,
    /// TLS keeps the bytes as they are, and their checksum says whether they arrived: they are not hashed for the signature,
    /// which costs more than to send them.
    is_over_tls: bool,
}

/// What is stored with an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its content type.
    pub content_type: &'static str,
    /// Its dimensions, where the first bytes have them.
    pub dimensions: Option<Dimensions>,
    /// The tag of the object that it was made of, where it is not the same bytes.
    pub made_of: Option<String>,
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

/// Some images, newest first, and whether there are older ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The images.
    pub images: Vec<ListedImage>,
    /// Whether there are more.
    pub has_more: bool,
}

impl Storage {
    /// A bucket whose client is configured from the environment at first use.
    pub fn new(bucket: String, deadline: Duration) -> Self {
        Self { bucket, deadline, connected: OnceCell::new() }
    }

    /// A bucket reached with a configuration at hand.
    pub fn with_config(bucket: String, deadline: Duration, sdk: SdkConfig) -> Self {
        let connected = Connected::new(sdk, &bucket, deadline);
        Self { bucket, deadline, connected: OnceCell::new_with(Some(connected)) }
    }

    /// Finds region and credentials ahead of the first request that needs them.
    pub async fn warm_up(&self) {
        self.connected().await;
    }

    /// Whether the bucket answers, soon.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let action = "reach bucket";
        let request = async { self.client().await.head_bucket().bucket(&self.bucket).send().await };
        match tokio::time::timeout(READY_TIMEOUT, self.call(action, &self.bucket, request)).await {
            Ok(answer) => answer.map(drop),
            Err(elapsed) => Err(StorageError::Failed {
                action,
                target: self.bucket.clone(),
                code: "timeout".to_owned(),
                request_id: "none".to_owned(),
                source: Box::new(elapsed),
            }),
        }
    }

    /// The newest images after a key, or of all: keys are made so that the newest come first.
    pub async fn newest(&self, count: i32, after: Option<String>) -> Result<Listing, StorageError> {
        let request =
            self.client().await.list_objects_v2().bucket(&self.bucket).prefix(PREFIX).max_keys(count);
        let request = request.set_start_after(after);
        let listing = self.call("list bucket", &self.bucket, request.send()).await?;
        let images = listing.contents.unwrap_or_default().into_iter().filter_map(|object| {
            Some(ListedImage {
                key: object.key?,
                size: object.size.and_then(|size| u64::try_from(size).ok())?,
                stored: object.last_modified.and_then(|at| at.fmt(DateTimeFormat::DateTime).ok()),
            })
        });
        Ok(Listing { images: images.collect(), has_more: listing.is_truncated.unwrap_or(false) })
    }

    /// How long all tries of a call may take.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// What S3 knows about an object.
    pub async fn head(&self, key: &str) -> Result<HeadObjectOutput, StorageError> {
        let request = self.client().await.head_object().bucket(&self.bucket).key(key);
        self.call("look at object", key, request.send()).await
    }

    /// Whether there is such an object.
    pub async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        match self.head(key).await {
            Ok(_) => Ok(true),
            Err(StorageError::NoSuchObject { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Copies the version of an object that has this tag within the bucket, with new facts.
    pub async fn copy(
        &self,
        from: &str,
        e_tag: Option<&str>,
        to: &str,
        facts: &ObjectFacts,
    ) -> Result<(), StorageError> {
        let source = format!("{}/{}", self.bucket, utf8_percent_encode(from, UNRESERVED));
        let request = self.client().await.copy_object().bucket(&self.bucket).key(to).copy_source(source);
        let request = request.set_copy_source_if_match(e_tag.map(str::to_owned));
        let request = request.metadata_directive(MetadataDirective::Replace);
        let request = request.content_type(facts.content_type).set_metadata(Some(facts.metadata()));
        self.call("copy object", from, request.send()).await.map(drop)
    }

    /// Deletes an object, if it is there.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let request = self.client().await.delete_object().bucket(&self.bucket).key(key);
        self.call("delete object", key, request.send()).await.map(drop)
    }

    /// Every call goes through here: it is counted and timed, and its error becomes ours.
    async fn call<T, E>(
        &self,
        action: &'static str,
        target: &str,
        request: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, StorageError>
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        SdkError<E>: RequestId,
    {
        self.call_since(Instant::now(), action, target, request).await
    }

    /// The same for a call that began before.
    async fn call_since<T, E>(
        &self,
        started: Instant,
        action: &'static str,
        target: &str,
        request: impl Future<Output = Result<T, SdkError<E>>>,
    ) -> Result<T, StorageError>
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        SdkError<E>: RequestId,
    {
        let result = request.await;
        let code = result.as_ref().err().map(error::code_of);
        let result = result.map_err(|error| StorageError::of(action, target, error));
        // That something is not there is an answer, and no failure of S3.
        let failed = matches!(&result, Err(StorageError::Failed { .. }));
        metrics::s3_call(action, started.elapsed(), code.as_deref().filter(|_| failed));
        result
    }

    async fn client(&self) -> &Client {
        &self.connected().await.client
    }

    async fn connected(&self) -> &Connected {
        let load = || async {
            let sdk = aws_config::defaults(BehaviorVersion::v2026_01_12()).load().await;
            Connected::new(sdk, &self.bucket, self.deadline)
        };
        self.connected.get_or_init(load).await
    }
}

impl Connected {
    fn new(sdk: SdkConfig, bucket: &str, deadline: Duration) -> Self {
        let thin = ThinClient::new(&sdk, bucket, connect_timeout(deadline), deadline / 2);
        let is_over_tls = endpoint::of_bucket(&sdk, bucket).starts_with("https:");
        Self { client: client(&sdk, deadline), thin, is_over_tls, sdk }
    }
}

/// The tag of the object that another one says it was made of.
pub fn made_of(object: &HeadObjectOutput) -> Option<String> {
    object.metadata()?.get(MADE_OF).cloned()
}

/// The dimensions that were stored with an image.
pub fn stored_dimensions(metadata: Option<&HashMap<String, String>>) -> Option<Dimensions> {
    let pixels = |name| metadata?.get(name)?.parse().ok();
    Some(Dimensions { width: pixels("width")?, height: pixels("height")? })
}

impl ObjectFacts {
    /// What is known when the image was read to its end.
    pub fn of(info: ImageInfo) -> Self {
        Self { content_type: info.kind.content_type(), dimensions: Some(info.dimensions), made_of: None }
    }

    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let dimensions = self.dimensions.into_iter();
        dimensions
            .flat_map(|Dimensions { width, height }| [("width", width), ("height", height)])
            .map(|(name, pixels)| (name.to_owned(), pixels.to_string()))
            .chain(self.made_of.iter().map(|tag| (MADE_OF.to_owned(), tag.clone())))
            .collect()
    }
}

fn client(sdk: &SdkConfig, deadline: Duration) -> Client {
    let config = aws_sdk_s3::config::Builder::from(sdk)
        .timeout_config(timeouts(deadline))
        .retry_config(RetryConfig::standard().with_max_attempts(TRIES))
        .force_path_style(endpoint::own(sdk).is_some());
    Client::from_conf(config.build())
}

/// All tries fit, each long enough for a part on a slow day.
fn timeouts(deadline: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(connect_timeout(deadline))
        .operation_attempt_timeout(deadline / 2)
        .operation_timeout(deadline)
        .build()
}

fn connect_timeout(deadline: Duration) -> Duration {
    CONNECT_TIMEOUT.min(deadline / 2)
}
