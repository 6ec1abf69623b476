//! Empties a bucket: every version of every object, every delete marker, every unfinished upload.

use crate::build_error::Built;
use crate::explain::Explain;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use infra_engine::{Context, Failure};

/// Deletes everything in a bucket, a thousand at a time; a bucket that is gone is empty.
///
/// # Errors
/// When listing or deleting fails, with the first object that could not be deleted.
pub async fn empty(s3: &Client, bucket: &str, context: &Context<'_>) -> Result<(), Failure> {
    abort_uploads(s3, bucket).await?;
    let mut deleted = 0;
    loop {
        let page = s3.list_object_versions().bucket(bucket).send().await;
        let Some(page) = page.unless(&["NoSuchBucket"], "list what is in the bucket")? else { return Ok(()) };
        let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let objects = versions.chain(markers).map(|(key, version)| identifier(key, version));
        let objects = objects.collect::<Result<Vec<_>, _>>()?;
        if objects.is_empty() {
            return Ok(());
        }
        deleted += objects.len();
        delete(s3, bucket, objects).await?;
        context.waiting(format!("{deleted} objects deleted"));
    }
}

/// Deletes every version of one object; one that is not there is deleted already.
///
/// # Errors
/// When listing or deleting fails.
pub async fn delete_versions(s3: &Client, bucket: &str, key: &str) -> Result<(), Failure> {
    let page = s3.list_object_versions().bucket(bucket).prefix(key).send().await;
    let Some(page) = page.unless(&["NoSuchBucket", "404"], "list the object's versions")? else {
        return Ok(());
    };
    let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
    let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
    let of_the_key = versions.chain(markers).filter(|(name, _)| *name == Some(key));
    let objects = of_the_key.map(|(key, version)| identifier(key, version)).collect::<Result<Vec<_>, _>>()?;
    if objects.is_empty() { Ok(()) } else { delete(s3, bucket, objects).await }
}

async fn abort_uploads(s3: &Client, bucket: &str) -> Result<(), Failure> {
    // What was aborted is not in the next page: each one is the first of what is left.
    loop {
        let uploads = s3.list_multipart_uploads().bucket(bucket).send().await;
        let uploads = uploads.unless(&["NoSuchBucket"], "list unfinished uploads")?;
        let Some(uploads) = uploads.filter(|answer| !answer.uploads().is_empty()) else { return Ok(()) };
        for upload in uploads.uploads() {
            let request = s3.abort_multipart_upload().bucket(bucket);
            let request = request.set_key(upload.key.clone()).set_upload_id(upload.upload_id.clone());
            request.send().await.unless(&["NoSuchUpload", "NoSuchBucket"], "abort an unfinished upload")?;
        }
        if uploads.is_truncated() != Some(true) {
            return Ok(());
        }
    }
}

async fn delete(s3: &Client, bucket: &str, objects: Vec<ObjectIdentifier>) -> Result<(), Failure> {
    let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().built()?;
    let answer = s3.delete_objects().bucket(bucket).delete(delete).send().await.explain("delete objects")?;
    match answer.errors().first() {
        None => Ok(()),
        Some(error) => Err(Failure::new(format!(
            "object {} was not deleted: {}",
            error.key().unwrap_or_default(),
            error.message().unwrap_or("no reason given")
        ))),
    }
}

fn identifier(key: Option<&str>, version: Option<&str>) -> Result<ObjectIdentifier, Failure> {
    let object = ObjectIdentifier::builder().key(key.unwrap_or_default());
    object.set_version_id(version.map(str::to_owned)).build().built()
}
