//! An object as it is read, whoever made the call.

use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use bytes::{Bytes, BytesMut};

use super::StorageError;

/// What an answer says of an object beside its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its content type, as it is stored.
    pub content_type: Option<String>,
    /// Its entity tag, in quotes.
    pub e_tag: Option<String>,
    /// When it was stored, as HTTP writes it.
    pub last_modified: Option<String>,
    /// How many bytes there are to read.
    pub length: Option<u64>,
    /// Which of all its bytes these are, where a range was asked for.
    pub content_range: Option<String>,
}

/// An object whose bytes are still to be read.
#[derive(Debug)]
pub struct Object {
    /// What it is.
    pub head: ObjectHead,
    key: String,
    body: ByteStream,
    patience: Duration,
}

/// What a client that may have an object already is answered.
#[derive(Debug)]
pub enum Fetched {
    /// The object, or the range of it.
    Object(Object),
    /// It is what the client has.
    NotModified(ObjectHead),
}

impl Object {
    pub(super) fn new(key: &str, head: ObjectHead, body: ByteStream, patience: Duration) -> Self {
        Self { head, key: key.to_owned(), body, patience }
    }

    /// The next bytes, none at the end.
    ///
    /// # Errors
    /// When it breaks off, or nothing comes for as long as a call may take.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, StorageError> {
        let next = tokio::time::timeout(self.patience, self.body.next()).await;
        let broken = match next {
            Ok(None) => return Ok(None),
            Ok(Some(Ok(bytes))) => return Ok(Some(bytes)),
            Ok(Some(Err(error))) => error.into(),
            Err(elapsed) => elapsed.into(),
        };
        Err(StorageError::BrokenOff { key: self.key.clone(), source: broken })
    }

    /// All its bytes, of which there are as many as it says.
    pub async fn collect(mut self, length: usize) -> Result<Bytes, StorageError> {
        let mut bytes = BytesMut::with_capacity(length);
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }
}

impl From<&GetObjectOutput> for ObjectHead {
    fn from(object: &GetObjectOutput) -> Self {
        Self {
            content_type: object.content_type.clone(),
            e_tag: object.e_tag.clone(),
            last_modified: object.last_modified.and_then(http_date),
            length: object.content_length.and_then(|length| u64::try_from(length).ok()),
            content_range: object.content_range.clone(),
        }
    }
}

impl From<&HeadObjectOutput> for ObjectHead {
    fn from(object: &HeadObjectOutput) -> Self {
        Self {
            content_type: object.content_type.clone(),
            e_tag: object.e_tag.clone(),
            last_modified: object.last_modified.and_then(http_date),
            length: object.content_length.and_then(|length| u64::try_from(length).ok()),
            content_range: None,
        }
    }
}

fn http_date(at: DateTime) -> Option<String> {
    at.fmt(DateTimeFormat::HttpDate).ok()
}
