//! The file that a thumbnail is made of, read no further than until it is clear that none will be made.

use app_intake::image_format::{ImageKind, ImageProbe};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use bytes::{Bytes, BytesMut};

use super::scale;
use super::scale_error::DECODED_BYTES;
use crate::App;
use crate::error::AppError;
use crate::storage::stored_dimensions;

/// Larger files are served as they are.
const LARGEST_FILE: i64 = 32 * 1024 * 1024;

/// The file, if it is one that can be scaled.
pub async fn read(app: &App, key: &str) -> Result<Option<(ImageKind, Bytes)>, AppError> {
    let Some((kind, length)) = suitable(&app.storage.head(key).await?) else { return Ok(None) };
    let mut object = app.storage.get(key).await?;
    let mut file = BytesMut::with_capacity(usize::try_from(length).unwrap_or_default());
    let mut probe = ImageProbe::new();
    // That it breaks off says nothing about the image.
    while let Some(chunk) = object.chunk().await? {
        // What is not a whole image is found out by the decoder.
        let is_image = probe.feed(&chunk).is_ok();
        let is_too_costly = probe.decoded_bytes().is_some_and(|bytes| bytes > DECODED_BYTES);
        if !is_image || is_too_costly {
            return Ok(None);
        }
        file.extend_from_slice(&chunk);
    }
    Ok(Some((kind, file.freeze())))
}

/// Kind and length of an object of which a thumbnail may be made, by what S3 knows of it.
fn suitable(object: &HeadObjectOutput) -> Option<(ImageKind, i64)> {
    let kind = object.content_type.as_deref().and_then(ImageKind::from_content_type)?;
    let is_worth_it = stored_dimensions(object.metadata()).is_none_or(scale::is_worth_it);
    let length = object.content_length.filter(|length| *length <= LARGEST_FILE)?;
    (scale::CAN.contains(&kind) && is_worth_it).then_some((kind, length))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::App;
    use crate::fake_s3::FakeS3;
    use crate::storage::{ObjectFacts, StorageError};
    use crate::tests::{config, png};

    use super::*;

    #[tokio::test]
    async fn an_image_that_breaks_off_is_trouble_and_none_of_its_own() {
        let (s3, storage) = FakeS3::start().await;
        let app = App::new(Arc::new(storage), &config());
        let facts = ObjectFacts { content_type: "image/png", dimensions: None, made_of: None };
        app.storage.put("uploads/1-a/a.png", &facts, png().into()).await.unwrap();
        s3.contents().breaks_off = Some("uploads/1-a/a.png".to_owned());
        let read = read(&app, "uploads/1-a/a.png").await;
        let is_trouble = matches!(read, Err(AppError::Storage(StorageError::BrokenOff { .. })));
        assert!(is_trouble, "{read:?}");
        s3.contents().breaks_off = None;
        assert!(super::read(&app, "uploads/1-a/a.png").await.unwrap().is_some());
    }
}
