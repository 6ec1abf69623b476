//! The file that a thumbnail is made of, read no further than until it is clear that none will be made.

use app_intake::image_format::{ImageKind, ImageProbe};
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use bytes::{Bytes, BytesMut};

use super::scale;
use crate::App;
use crate::error::{AppError, causes};
use crate::storage::stored_dimensions;

/// Larger files are served as they are.
const LARGEST_FILE: i64 = 32 * 1024 * 1024;

/// The file, if it is one that can be scaled.
pub async fn read(app: &App, key: &str) -> Result<Option<(ImageKind, Bytes)>, AppError> {
    let Some((kind, length)) = suitable(&app.storage.head(key).await?) else { return Ok(None) };
    let mut object = app.storage.get(key, None).await?;
    let mut file = BytesMut::with_capacity(usize::try_from(length).unwrap_or_default());
    let mut probe = ImageProbe::new();
    while let Some(chunk) = object.body.next().await {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                tracing::warn!(key, cause = causes(&error), "the image broke off while it was read");
                return Ok(None);
            }
        };
        // What is no whole image is found out by the decoder.
        let is_image = probe.feed(&chunk).is_ok();
        let is_too_costly = probe.decoded_bytes().is_some_and(|bytes| bytes > scale::DECODED_BYTES);
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
