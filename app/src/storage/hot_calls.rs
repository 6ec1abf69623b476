//! The calls that clients wait for most. They are tried once without the SDK, which costs several times as much; it goes on
//! where that try was not enough, within what is left of the time.

use std::time::{Duration, Instant};

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;

use super::thin_client::Tried;
use super::{Fetched, Object, ObjectFacts, ObjectHead, Storage, StorageError, TRIES, Wanted, timeouts};
use crate::metrics;

/// A call whose first try took all the time has an error to give.
const LEAST_TIME: Duration = Duration::from_millis(100);

/// So long is waited at most before the second try of a call that S3 was too busy for.
const MOST_PAUSE_MILLISECONDS: u64 = 200;

impl Storage {
    /// An object whose bytes are still to be read.
    pub async fn get(&self, key: &str) -> Result<Object, StorageError> {
        match self.fetch(key, Wanted::default()).await? {
            Fetched::Object(object) => Ok(object),
            Fetched::NotModified(_) => Err(StorageError::Incomplete {
                action: "read object",
                target: key.to_owned(),
                missing: "object",
            }),
        }
    }

    /// What is wanted of an object, its bytes still to be read.
    pub async fn fetch(&self, key: &str, wanted: Wanted<'_>) -> Result<Fetched, StorageError> {
        let action = "read object";
        let connected = self.connected().await;
        let started = Instant::now();
        let tried = match &connected.thin {
            Some(thin) => thin.get(key, wanted).await,
            None => Tried::Unclear,
        };
        match tried {
            Tried::Done(fetched) => {
                metrics::s3_call(action, started.elapsed(), None);
                return Ok(fetched);
            }
            Tried::NoSuchObject => {
                metrics::s3_call(action, started.elapsed(), None);
                return Err(StorageError::NoSuchObject { key: key.to_owned() });
            }
            Tried::Busy => pause().await,
            Tried::Unclear => {}
        }
        let request = connected.client.get_object().bucket(&self.bucket).key(key);
        let request = request.set_range(wanted.range.map(str::to_owned));
        let request = request.set_if_none_match(wanted.unless.map(str::to_owned));
        let request = request.customize().config_override(self.after(started));
        match self.call_since(started, action, key, request.send()).await {
            Ok(object) => {
                let head = ObjectHead::from(&object);
                Ok(Fetched::Object(Object::new(key, head, object.body, self.deadline)))
            }
            Err(StorageError::NotModified { e_tag, .. }) => {
                Ok(Fetched::NotModified(ObjectHead { e_tag, ..ObjectHead::default() }))
            }
            Err(error) => Err(error),
        }
    }

    /// Stores an object in one call.
    pub async fn put(&self, key: &str, facts: &ObjectFacts, bytes: Bytes) -> Result<(), StorageError> {
        let action = "store object";
        let connected = self.connected().await;
        let started = Instant::now();
        let tried = match &connected.thin {
            Some(thin) => thin.put(key, facts, bytes.clone()).await,
            None => Tried::Unclear,
        };
        match tried {
            Tried::Done(()) => {
                metrics::s3_call(action, started.elapsed(), None);
                return Ok(());
            }
            Tried::Busy => pause().await,
            Tried::NoSuchObject | Tried::Unclear => {}
        }
        let request = connected.client.put_object().bucket(&self.bucket).key(key);
        let request = request.content_type(facts.content_type).set_metadata(Some(facts.metadata()));
        let request = request.body(ByteStream::from(bytes)).customize().config_override(self.after(started));
        let request = match connected.is_over_tls {
            true => request.disable_payload_signing(),
            false => request,
        };
        self.call_since(started, action, key, request.send()).await.map(drop)
    }

    /// What is left of the time and of the tries for a call that was tried once, since then.
    fn after(&self, started: Instant) -> aws_sdk_s3::config::Builder {
        let left = self.deadline.saturating_sub(started.elapsed()).max(LEAST_TIME);
        aws_sdk_s3::config::Builder::new()
            .timeout_config(timeouts(self.deadline).to_builder().operation_timeout(left).build())
            .retry_config(RetryConfig::standard().with_max_attempts(TRIES - 1))
    }
}

/// Those who find S3 busy do not all come again at once.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..MOST_PAUSE_MILLISECONDS))).await;
}
