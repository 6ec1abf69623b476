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
    checksum: Option<Box<Checksum>>,
}

/// What is known of a checksum while the bytes come.
#[derive(Debug)]
struct Checksum {
    of_what_came: Digest,
    known: u32,
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
        let new = |known| Checksum { of_what_came: Digest::new(CrcAlgorithm::Crc32IsoHdlc), known };
        let checksum = checksum.map(|known| Box::new(new(known)));
        Self { checksum, ..self }
    }

    /// The next bytes, none at the end.
    ///
    /// # Errors
    /// When it breaks off, or nothing comes for as long as a call may take.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, StorageError> {
        match tokio::time::timeout(self.patience, self.body.next()).await {
            Ok(Some(Ok(bytes))) => {
                if let Some(checksum) = &mut self.checksum {
                    checksum.of_what_came.update(&bytes);
                }
                Ok(Some(bytes))
            }
            Ok(None) => match self.checksum.take() {
                Some(checksum) if checksum.of_what_came.finalize() != u64::from(checksum.known) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    async fn collected(length: u64, checksum: Option<u32>) -> Result<Bytes, StorageError> {
        let head = ObjectHead { length: Some(length), ..ObjectHead::default() };
        let object = Object::new("uploads/1-a/a.png", head, ByteStream::from_static(b"image"), PATIENCE);
        object.with_checksum(checksum).collect(PATIENCE).await
    }

    #[tokio::test]
    async fn what_came_is_compared_with_its_length_and_checksum() {
        let right = crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, b"image") as u32;
        assert_eq!(collected(5, None).await.unwrap(), "image");
        assert_eq!(collected(5, Some(right)).await.unwrap(), "image");
        assert!(matches!(collected(5, Some(right ^ 1)).await, Err(StorageError::BrokenOff { .. })));
        assert!(matches!(collected(6, Some(right)).await, Err(StorageError::BrokenOff { .. })));
    }
}
