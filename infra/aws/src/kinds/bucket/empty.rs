//! Empties a bucket: every version of every object, every delete marker, every unfinished upload.
//!
//! A key may be any text. S3's answers and the body of `DeleteObjects` are XML 1.0, which has no place for most control
//! characters: so keys are asked for percent-encoded, and those with such a character are deleted one by one, by their path.

use super::Buckets;
use super::keys::{self, Version};
use crate::build_error::Built;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, EncodingType, ObjectIdentifier};
use futures::{StreamExt, TryStreamExt, stream};
use infra_engine::{Context, Failure, ResourceKind};
use infra_wire::sdk_error::SdkResult;

/// So many calls are made together; how many really run at once, the gate decides.
const AT_ONCE: usize = 16;

/// Deletes everything in a bucket, a thousand at a time; a bucket that is gone is empty.
///
/// # Errors
/// When listing or deleting fails, with the first object that could not be deleted.
pub async fn empty(s3: &Client, bucket: &str, context: &Context<'_>) -> Result<(), Failure> {
    abort_uploads(s3, bucket).await?;
    let mut deleted = 0;
    loop {
        let page = s3.list_object_versions().bucket(bucket).encoding_type(EncodingType::Url).send().await;
        let Some(page) = page.none_if(Buckets::NOT_FOUND, "list what is in the bucket")? else {
            return Ok(());
        };
        let versions = keys::versions(&page)?;
        if versions.is_empty() {
            return Ok(());
        }
        deleted += versions.len();
        delete(s3, bucket, versions).await?;
        context.waiting(format!("{deleted} objects deleted"));
    }
}

/// Deletes every version of one object; one that is not there is deleted already.
///
/// # Errors
/// When listing or deleting fails.
pub async fn delete_versions(s3: &Client, bucket: &str, key: &str) -> Result<(), Failure> {
    let request = s3.list_object_versions().bucket(bucket).prefix(key).encoding_type(EncodingType::Url);
    let page = request.send().await.none_if(&["NoSuchBucket", "404"], "list the object's versions")?;
    let Some(page) = page else { return Ok(()) };
    let mut versions = keys::versions(&page)?;
    versions.retain(|version| version.key == key);
    if versions.is_empty() { Ok(()) } else { delete(s3, bucket, versions).await }
}

async fn abort_uploads(s3: &Client, bucket: &str) -> Result<(), Failure> {
    // What was aborted is not in the next page: each one is the first of what is left.
    loop {
        let uploads =
            s3.list_multipart_uploads().bucket(bucket).encoding_type(EncodingType::Url).send().await;
        let uploads = uploads.none_if(Buckets::NOT_FOUND, "list unfinished uploads")?;
        let Some(uploads) = uploads.filter(|answer| !answer.uploads().is_empty()) else { return Ok(()) };
        for upload in uploads.uploads() {
            let key = keys::decoded(upload.key().unwrap_or_default(), uploads.encoding_type())?;
            let request = s3.abort_multipart_upload().bucket(bucket).key(key);
            let request = request.set_upload_id(upload.upload_id.clone());
            request.send().await.none_if(&["NoSuchUpload", "NoSuchBucket"], "abort an unfinished upload")?;
        }
        if uploads.is_truncated() != Some(true) {
            return Ok(());
        }
    }
}

/// Deletes these versions, most of them by one call.
async fn delete(s3: &Client, bucket: &str, versions: Vec<Version>) -> Result<(), Failure> {
    let (together, alone): (Vec<_>, Vec<_>) =
        versions.into_iter().partition(|it| keys::fits_into_xml(&it.key));
    if !together.is_empty() {
        delete_together(s3, bucket, together).await?;
    }
    let alone = alone.into_iter().map(|version| delete_alone(s3, bucket, version));
    stream::iter(alone).buffer_unordered(AT_ONCE).try_collect().await
}

async fn delete_together(s3: &Client, bucket: &str, versions: Vec<Version>) -> Result<(), Failure> {
    let objects = versions.into_iter().map(|version| {
        ObjectIdentifier::builder().key(version.key).set_version_id(version.id).build().built()
    });
    let objects = objects.collect::<Result<Vec<_>, _>>()?;
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().built()?;
    let answer =
        s3.delete_objects().bucket(bucket).delete(delete).send().await.or_failure("delete objects")?;
    match answer.errors().first() {
        None => Ok(()),
        Some(error) => Err(Failure::new(format!(
            "object {} was not deleted: {}",
            error.key().unwrap_or_default(),
            error.message().unwrap_or("no reason given")
        ))),
    }
}

async fn delete_alone(s3: &Client, bucket: &str, version: Version) -> Result<(), Failure> {
    let call = format!("delete object {}", version.key.escape_default());
    let request = s3.delete_object().bucket(bucket).key(version.key).set_version_id(version.id);
    request.send().await.none_if(&["NoSuchBucket", "NoSuchKey", "NoSuchVersion"], &call)?;
    Ok(())
}
