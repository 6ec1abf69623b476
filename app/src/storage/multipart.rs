//! Uploads in parts, for images that are larger than one part.

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use super::{ObjectFacts, Storage, StorageError};

impl Storage {
    /// Begins an upload in parts and returns its id.
    ///
    /// It is tried once: after a lost answer, a second try would leave two uploads, and an id for only one of them.
    pub async fn begin_parts(&self, key: &str, facts: &ObjectFacts) -> Result<String, StorageError> {
        let action = "begin a multipart upload of";
        let request = self.client().await.create_multipart_upload().bucket(&self.bucket).key(key);
        let request = request.content_type(facts.content_type).set_metadata(Some(facts.metadata()));
        // What the SDK sends with each part by default must be announced here.
        let request = request.checksum_algorithm(ChecksumAlgorithm::Crc32);
        let once = aws_sdk_s3::config::Builder::new().retry_config(RetryConfig::disabled());
        let answer = self.call(action, key, request.customize().config_override(once).send()).await?;
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
        let connected = self.connected().await;
        let request = connected.client.upload_part().bucket(&self.bucket).key(key).upload_id(upload_id);
        let request = request.part_number(number).body(ByteStream::from(bytes)).customize();
        let request = match connected.is_over_tls {
            true => request.disable_payload_signing(),
            false => request,
        };
        let part = self.call("store a part of", key, request.send()).await?;
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
        let request = request.upload_id(upload_id).multipart_upload(parts);
        self.call("complete the multipart upload of", key, request.send()).await.map(drop)
    }

    /// Throws away all parts that were sent for a key. S3 is asked which uploads there are,
    /// because the answer that would have had an upload's id may have been lost.
    pub async fn abort_parts(&self, key: &str) -> Result<(), StorageError> {
        let client = self.client().await;
        let request = client.list_multipart_uploads().bucket(&self.bucket).prefix(key);
        let listed = self.call("list the multipart uploads of", key, request.send()).await?;
        for upload_id in listed.uploads.unwrap_or_default().into_iter().filter_map(|upload| upload.upload_id)
        {
            self.abort_upload(key, &upload_id).await?;
        }
        Ok(())
    }

    /// Throws away the parts of one upload.
    pub async fn abort_upload(&self, key: &str, upload_id: &str) -> Result<(), StorageError> {
        let request = self.client().await.abort_multipart_upload().bucket(&self.bucket).key(key);
        let request = request.upload_id(upload_id);
        self.call("abort the multipart upload of", key, request.send()).await.map(drop)
    }
}
