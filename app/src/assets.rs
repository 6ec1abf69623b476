//! Serves the files of the pages.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::asset::{ICON, SCRIPT, STYLE};
use crate::error::AppError;
use crate::images::FOR_GOOD;

/// `GET /assets/app-<hash>.css` and the like. Any hash gets the file, because during a rolling update a page of one
/// version may ask a task of the other; only the right one may be kept.
pub async fn asset(Path(file): Path<String>) -> Result<Response, AppError> {
    let name = file.strip_prefix("app-").and_then(|rest| rest.split_once('.'));
    let assets = [&STYLE, &SCRIPT, &ICON];
    let asset =
        assets.into_iter().find(|asset| name.is_some_and(|(_, extension)| extension == asset.extension));
    let asset = asset.ok_or(AppError::NotFound)?;
    let keep = if file == asset.file { FOR_GOOD } else { "no-store" };
    let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, keep)];
    Ok((headers, asset.content).into_response())
}
