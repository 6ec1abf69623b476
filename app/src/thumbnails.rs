//! `GET /thumbnails/...`: a small version of an image, made when it is first asked for and kept in the bucket.

mod decode;
#[cfg(test)]
mod looks;
mod permits;
mod scale;
mod scale_error;
mod source;

use app_intake::image_format::Dimensions;
use app_intake::upload_rules::PREFIX;
use axum::extract::State;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use bytes::Bytes;

use crate::App;
use crate::error::AppError;
use crate::image_key::ImageKey;
use crate::images::serve;
use crate::metrics;
use crate::storage::ObjectFacts;

use permits::Outcome;
pub use permits::ThumbnailPermits;

/// Thumbnails live under this prefix, each under the name of its image.
const THUMBNAILS: &str = "thumbnails/";

/// What is added to the name says how the thumbnail was made: one that was made wrong is made anew by a version that
/// knows better. The PHP app deletes the same names.
const VERSION: &str = ".v2";

/// The endings of earlier versions, which go with their image.
const OLD_VERSIONS: [&str; 1] = [""];

/// Where an image's thumbnail is kept.
fn thumbnail_key(image: &str) -> String {
    key_of(image, VERSION)
}

/// Wherever an image may have a thumbnail.
pub fn thumbnail_keys(image: &str) -> impl Iterator<Item = String> {
    [VERSION].into_iter().chain(OLD_VERSIONS).map(move |version| key_of(image, version))
}

fn key_of(image: &str, version: &str) -> String {
    format!("{THUMBNAILS}{}{version}", image.strip_prefix(PREFIX).unwrap_or(image))
}

/// Serves a thumbnail, or the image itself where a thumbnail is not worth its cost.
pub async fn thumbnail(
    State(app): State<App>,
    ImageKey(key): ImageKey,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let small = thumbnail_key(&key);
    if !app.permits.serves_itself(&key) {
        match serve(&app, &small, &method, &headers).await {
            Err(AppError::NotFound) => {}
            served => {
                metrics::thumbnail("found");
                return served;
            }
        }
        if app.permits.make(&app, &key).await {
            metrics::thumbnail("made");
            return serve(&app, &small, &method, &headers).await;
        }
    }
    metrics::thumbnail("too costly");
    serve(&app, &key, &method, &headers).await
}

/// Makes and stores a thumbnail, unless the image is better served as it is.
async fn produce(app: &App, key: &str) -> Result<Outcome, AppError> {
    let small = thumbnail_key(key);
    let Some((kind, file)) = source::read(app, key).await? else { return Ok(Outcome::Itself) };
    let scaled = tokio::task::spawn_blocking(move || scale::thumbnail(kind, &file)).await;
    let scaled = match scaled.map_err(|panic| AppError::Internal(Box::new(panic)))? {
        Ok(scaled) => scaled,
        Err(error) => {
            tracing::info!(key, cause = %error, "no thumbnail: the image is served as it is");
            return Ok(Outcome::Itself);
        }
    };
    let Some(scaled) = scaled else { return Ok(Outcome::Itself) };
    let Dimensions { width, height } = scaled.dimensions;
    let facts = ObjectFacts {
        content_type: scaled.kind.content_type(),
        dimensions: Some(scaled.dimensions),
        made_of: None,
    };
    app.storage.put(&small, &facts, Bytes::from(scaled.bytes)).await?;
    // Whoever asked before it was there has another answer.
    app.images.forget(&small);
    tracing::info!(key, width, height, "made a thumbnail");
    // It may have been deleted meanwhile, and its thumbnail must not outlive it.
    if !app.storage.exists(key).await? {
        app.storage.delete(&small).await?;
        app.images.forget(&small);
        return Err(AppError::NotFound);
    }
    Ok(Outcome::Stored)
}
