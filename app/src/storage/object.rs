//! An object as it is read, whoever made the call.

use std::error::Error;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use bytes::{Bytes, BytesMut};
use crc_fast::{CrcAlgorithm, Digest};
use tokio::time::Instant;

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
    /// The checksum of what has come, and the one that S3 knows.
    checksum: Option<(Digest, u32)>,
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
        Self { head, key: key.to_owned(), body, patience, checksum: None }
    }

    /// The same, whose bytes must have this CRC-32.
    pub(super) fn with_checksum(self, checksum: Option<u32>) -> Self {
        let checksum = checksum.map(|known| (Digest::new(CrcAlgorithm::Crc32IsoHdlc), known));
        Self { checksum, ..self }
    }

    /// The next bytes, none at the end.
    ///
    /// # Errors
    /// When it breaks off, or nothing comes for as long as a call may take.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, StorageError> {
        match tokio::time::timeout(self.patience, self.body.next()).await {
            Ok(Some(Ok(bytes))) => {
                if let Some((digest, _)) = &mut self.checksum {
                    digest.update(&bytes);
                }
                Ok(Some(bytes))
            }
            Ok(None) => match self.checksum.take() {
                Some((digest, known)) if digest.finalize() != u64::from(known) => {
                    Err(self.broken("its checksum is another one"))
                }
                _ => Ok(None),
            },
            Ok(Some(Err(error))) => Err(self.broken(error)),
            Err(elapsed) => Err(self.broken(elapsed)),
        }
    }

    /// All its bytes, within this time.
    ///
    /// # Errors
    /// When it breaks off, or is not there in time.
    pub async fn collect(mut self, within: Duration) -> Result<Bytes, StorageError> {
        let length = self.head.length.and_then(|length| usize::try_from(length).ok());
        let mut bytes = BytesMut::with_capacity(length.unwrap_or_default());
        let end = Instant::now() + within;
        while let Some(chunk) =
            tokio::time::timeout_at(end, self.chunk()).await.map_err(|late| self.broken(late))??
        {
            bytes.extend_from_slice(&chunk);
        }
        if length.is_some_and(|length| length != bytes.len()) {
            return Err(self.broken("it has another length"));
        }
        Ok(bytes.freeze())
    }

    fn broken(&self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> StorageError {
        StorageError::BrokenOff { key: self.key.clone(), source: cause.into() }
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
