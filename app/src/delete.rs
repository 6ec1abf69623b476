//! `POST /delete/...`: an image and its thumbnail are gone.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::App;
use crate::cleanup::Cleanup;
use crate::error::{AppError, wants_json};
use crate::image_key::ImageKey;
use crate::thumbnails::thumbnail_keys;

#[derive(Serialize)]
struct Deleted {
    deleted: String,
}

/// Deletes an image; the guard against other sites stands before all routes.
pub async fn delete(
    State(app): State<App>,
    ImageKey(key): ImageKey,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    // S3 also says yes to the deletion of what is not there.
    app.storage.head(&key).await?;
    // The image goes first: whoever makes its thumbnail meanwhile looks for it afterwards.
    app.storage.delete(&key).await?;
    app.has_changed(&key);
    let mut thumbnails = Cleanup::default();
    thumbnail_keys(&key).for_each(|thumbnail| thumbnails.object(&thumbnail));
    thumbnails.remove(&app).await;
    tracing::info!(key, "deleted");
    if wants_json(&headers) {
        return Ok(Json(Deleted { deleted: key }).into_response());
    }
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "../../?deleted=1")]).into_response())
}
