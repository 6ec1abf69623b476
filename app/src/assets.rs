//! Style, script and icon of the pages, named by their content so that clients may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::error::AppError;
use crate::images::FOR_GOOD;

/// A file of the pages.
pub struct Asset {
    /// `app-<hash>.css` or the like.
    pub file: String,
    extension: &'static str,
    content_type: &'static str,
    content: &'static str,
}

/// How the pages look.
pub static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("../../assets/app.css")));

/// What the pages do.
pub static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_str!("../../assets/app.js")));

/// What stands for the pages in a tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("../../assets/icon.svg")));

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

impl Asset {
    fn new(extension: &'static str, content_type: &'static str, content: &'static str) -> Self {
        let hash: String = Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Self { file: format!("app-{hash}.{extension}"), extension, content_type, content }
    }
}
