//! `GET /thumbnails/...`: a small version of an image, made when it is first asked for and kept in the bucket.

mod scale;

use app_intake::image_format::{Dimensions, ImageKind};
use app_intake::upload_rules::PREFIX;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use tokio::sync::Semaphore;

use crate::App;
use crate::error::{AppError, causes};
use crate::image_key::ImageKey;
use crate::images::serve;
use crate::metrics;
use crate::storage::{ObjectFacts, stored_dimensions};

/// Thumbnails live under this prefix, each under the name of its image.
const THUMBNAILS: &str = "thumbnails/";

/// So many are made at a time: each holds a file and its pixels in memory.
const AT_A_TIME: usize = 2;

/// Larger files are served as they are.
const LARGEST_FILE: i64 = 32 * 1024 * 1024;

/// The makers' places.
pub type Makers = Semaphore;

/// As many makers as there is room for.
pub fn makers() -> Makers {
    Semaphore::new(AT_A_TIME)
}

/// Where an image's thumbnail is kept.
pub fn thumbnail_key(image: &str) -> String {
    format!("{THUMBNAILS}{}", image.strip_prefix(PREFIX).unwrap_or(image))
}

/// Serves a thumbnail, or the image itself where a thumbnail is not worth its cost.
pub async fn thumbnail(
    State(app): State<App>,
    ImageKey(key): ImageKey,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let small = thumbnail_key(&key);
    match serve(&app, &small, &method, &headers).await {
        Err(AppError::NotFound) => {}
        served => {
            metrics::thumbnail("found");
            return served;
        }
    }
    if make(&app, &key, &small).await? {
        metrics::thumbnail("made");
        return serve(&app, &small, &method, &headers).await;
    }
    metrics::thumbnail("too costly");
    serve(&app, &key, &method, &headers).await
}

/// Makes and stores a thumbnail; false where the image is better served as it is.
async fn make(app: &App, key: &str, small: &str) -> Result<bool, AppError> {
    // The semaphore is never closed.
    let _place = app.makers.acquire().await.map_err(|error| AppError::Internal(Box::new(error)))?;
    let Some((kind, file)) = read(app, key).await? else { return Ok(false) };
    let scaled = tokio::task::spawn_blocking(move || scale::thumbnail(kind, &file)).await;
    let scaled = match scaled.map_err(|panic| AppError::Internal(Box::new(panic)))? {
        Ok(scaled) => scaled,
        Err(error) => {
            tracing::info!(key, cause = %error, "no thumbnail: the image is served as it is");
            return Ok(false);
        }
    };
    let Some(scaled) = scaled else { return Ok(false) };
    let Dimensions { width, height } = scaled.dimensions;
    let facts = ObjectFacts { content_type: scaled.kind.content_type(), dimensions: Some(scaled.dimensions) };
    app.storage.put(small, &facts, Bytes::from(scaled.bytes)).await?;
    tracing::info!(key, width, height, "made a thumbnail");
    // It may have been deleted meanwhile, and its thumbnail must not outlive it.
    if !app.storage.exists(key).await? {
        app.storage.delete(small).await?;
        return Err(AppError::NotFound);
    }
    Ok(true)
}

/// The file, if it is one that can be scaled.
async fn read(app: &App, key: &str) -> Result<Option<(ImageKind, Bytes)>, AppError> {
    let mut object = app.storage.get(key, None).await?;
    let kind = object.content_type.as_deref().and_then(ImageKind::from_content_type);
    let Some(kind) = kind.filter(|kind| scale::CAN.contains(kind)) else { return Ok(None) };
    if stored_dimensions(object.metadata()).is_some_and(|size| !scale::is_worth_it(size)) {
        return Ok(None);
    }
    let Some(length) = object.content_length.filter(|length| *length <= LARGEST_FILE) else {
        return Ok(None);
    };
    let mut file = BytesMut::with_capacity(usize::try_from(length).unwrap_or_default());
    while let Some(chunk) = object.body.next().await {
        match chunk {
            Ok(chunk) => file.extend_from_slice(&chunk),
            Err(error) => {
                tracing::warn!(key, cause = causes(&error), "the image broke off while it was read");
                return Ok(None);
            }
        }
    }
    Ok(Some((kind, file.freeze())))
}
