//! Images that browsers sent to the bucket themselves, stored anew without the position where they were taken.

use app_intake::image_format::ImageInfo;
use app_intake::location::Stripper;
use aws_sdk_s3::types::CompletedPart;
use bytes::BytesMut;

use crate::App;
use crate::error::{AppError, causes};
use crate::storage::{Object, ObjectFacts, PART_BYTES};

/// What comes in one piece beyond a part's end is held, too.
const SLACK_BYTES: usize = 256 * 1024;

/// Stores the version of an object that has this tag under another key, part by part. The new object says which tag it was made
/// of.
pub async fn store(
    app: &App,
    from: &str,
    e_tag: Option<&str>,
    key: &str,
    info: ImageInfo,
) -> Result<(), AppError> {
    let _memory = app.admission.memory(PART_BYTES + SLACK_BYTES).await?;
    let object = app.storage.get(from).await?;
    if object.head.e_tag.as_deref() != e_tag {
        return Err(AppError::Replaced);
    }
    let facts = ObjectFacts { made_of: e_tag.map(str::to_owned), ..ObjectFacts::of(info) };
    let upload_id = app.storage.begin_parts(key, &facts).await?;
    let sent = send_parts(app, object, key, &upload_id, info).await;
    if sent.is_err()
        && let Err(error) = app.storage.abort_upload(key, &upload_id).await
    {
        tracing::warn!(
            key,
            cause = causes(&error),
            "parts stay until the bucket's rule for unfinished uploads"
        );
    }
    sent
}

async fn send_parts(
    app: &App,
    mut object: Object,
    key: &str,
    upload_id: &str,
    info: ImageInfo,
) -> Result<(), AppError> {
    let mut stripper = Stripper::new(info.kind);
    let mut buffer = BytesMut::with_capacity(PART_BYTES + SLACK_BYTES);
    let mut parts: Vec<CompletedPart> = Vec::new();
    for number in 1.. {
        let mut ended = false;
        while buffer.len() < PART_BYTES && !ended {
            match object.chunk().await? {
                Some(chunk) => stripper.feed(&chunk, &mut buffer),
                None => {
                    ended = true;
                    stripper.end(&mut buffer);
                }
            }
        }
        // The last part may have ended where the image does.
        if buffer.is_empty() {
            break;
        }
        // The end may come with more than one part's bytes.
        let part = buffer.split_to(buffer.len().min(PART_BYTES)).freeze();
        parts.push(app.storage.put_part(key, upload_id, number, part).await?);
        buffer.reserve(PART_BYTES.saturating_sub(buffer.len()));
    }
    Ok(app.storage.complete_parts(key, upload_id, parts).await?)
}
