//! `GET /images/...`: an image, from memory or streamed from the bucket. A key is written once, so clients may keep it for good.

use std::sync::{Arc, PoisonError};

use app_intake::image_format::ImageKind;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;

use crate::App;
use crate::conditional::{byte_range, is_known, only_tag, slice};
use crate::error::AppError;
use crate::image_cache::{CachedImage, Found};
use crate::image_key::ImageKey;
use crate::storage::{Fetched, Object, ObjectHead, StorageError, Wanted};

/// A key's content never changes.
pub const FOR_GOOD: &str = "public, max-age=31536000, immutable";

const NOT_A_PAGE: &str = "default-src 'none'; sandbox";
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// Serves `uploads/<rest of the path>` of the bucket.
pub async fn image(
    State(app): State<App>,
    ImageKey(key): ImageKey,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    serve(&app, &key, &method, &headers).await
}

/// An object as an answer to a request with these headers.
pub async fn serve(app: &App, key: &str, method: &Method, headers: &HeaderMap) -> Result<Response, AppError> {
    if app.images.holds(key) {
        match app.images.find(key).await? {
            Found::Cached(image) => return from_memory(&image, method, headers),
            Found::Nothing => return Err(AppError::NotFound),
            // It is a large one now.
            Found::Opened(_) => {}
        }
    }
    // S3 compares one strong tag, where clients send lists and weak ones. Who names a tag has the image in all likelihood, so
    // that no object is opened to be compared.
    let tag = only_tag(headers);
    if method == Method::HEAD || (tag.is_none() && headers.contains_key(header::IF_NONE_MATCH)) {
        let head = ObjectHead::from(&app.storage.head(key).await?);
        if is_known(headers, head.e_tag.as_deref()) {
            return not_modified(&head);
        }
        if method == Method::HEAD {
            return whole(&head, head.length, Body::empty());
        }
    }
    let range = byte_range(headers);
    if tag.is_none() && range.is_none() {
        return match app.images.find(key).await? {
            Found::Cached(image) => from_memory(&image, method, headers),
            Found::Opened(object) => {
                let first = object.lock().unwrap_or_else(PoisonError::into_inner).take();
                streamed(match first {
                    Some(object) => object,
                    None => app.storage.get(key).await?,
                })
            }
            Found::Nothing => Err(AppError::NotFound),
        };
    }
    match app.storage.fetch(key, Wanted { range, unless: tag }).await {
        Ok(Fetched::Object(object)) => streamed(object),
        Ok(Fetched::NotModified(head)) => {
            let e_tag = head.e_tag.or_else(|| tag.map(str::to_owned));
            not_modified(&ObjectHead { e_tag, ..head })
        }
        Err(StorageError::NoSuchRange { .. }) => {
            let size = ObjectHead::from(&app.storage.head(key).await?).length;
            Err(AppError::NoSuchRange { size })
        }
        Err(error) => Err(error.into()),
    }
}

fn from_memory(image: &Arc<CachedImage>, method: &Method, headers: &HeaderMap) -> Result<Response, AppError> {
    let head = &image.head;
    if is_known(headers, head.e_tag.as_deref()) {
        return not_modified(head);
    }
    if method == Method::HEAD {
        return whole(head, Some(image.length()), Body::empty());
    }
    let Some(range) = byte_range(headers) else {
        return whole(head, Some(image.length()), Body::from(image.bytes()));
    };
    let size = image.length();
    let Some((first, end)) = slice(range, size) else {
        return Err(AppError::NoSuchRange { size: Some(size) });
    };
    let content_range = format!("bytes {first}-{}/{size}", end - 1);
    let bytes = image.bytes().slice(first as usize..end as usize);
    part(head, &content_range, Some(end - first), Body::from(bytes))
}

fn streamed(object: Object) -> Result<Response, AppError> {
    let head = object.head.clone();
    let body = Body::from_stream(stream::try_unfold(object, |mut object| async {
        Ok::<_, StorageError>(object.chunk().await?.map(|chunk| (chunk, object)))
    }));
    match &head.content_range {
        Some(range) => part(&head, range, head.length, body),
        None => whole(&head, head.length, body),
    }
}

fn not_modified(head: &ObjectHead) -> Result<Response, AppError> {
    Ok((StatusCode::NOT_MODIFIED, lasting_headers(head)?).into_response())
}

fn whole(head: &ObjectHead, length: Option<u64>, body: Body) -> Result<Response, AppError> {
    Ok((described(head, length)?, body).into_response())
}

fn part(head: &ObjectHead, range: &str, length: Option<u64>, body: Body) -> Result<Response, AppError> {
    let mut headers = described(head, length)?;
    headers.insert(header::CONTENT_RANGE, header_value(range)?);
    Ok((StatusCode::PARTIAL_CONTENT, headers, body).into_response())
}

fn lasting_headers(head: &ObjectHead) -> Result<HeaderMap, AppError> {
    let mut headers = HeaderMap::with_capacity(16);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOT_A_PAGE));
    if let Some(e_tag) = &head.e_tag {
        headers.insert(header::ETAG, header_value(e_tag)?);
    }
    if let Some(modified) = &head.last_modified {
        headers.insert(header::LAST_MODIFIED, header_value(modified)?);
    }
    Ok(headers)
}

fn described(head: &ObjectHead, length: Option<u64>) -> Result<HeaderMap, AppError> {
    let mut headers = lasting_headers(head)?;
    let content_type = image_type(head.content_type.as_deref());
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if content_type == UNKNOWN_TYPE {
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    // Other origins may show an image, as they always could.
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("cross-origin"));
    Ok(headers)
}

fn header_value(text: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(text).map_err(|error| AppError::Internal(Box::new(error)))
}

/// Whatever lies in the bucket, nothing but an image is ever served as something that a browser shows.
fn image_type(stored: Option<&str>) -> &'static str {
    stored.and_then(ImageKind::from_content_type).map_or(UNKNOWN_TYPE, ImageKind::content_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_image_types_are_passed_on() {
        assert_eq!(image_type(Some("image/png")), "image/png");
        assert_eq!(image_type(Some("text/html")), "application/octet-stream");
        assert_eq!(image_type(None), "application/octet-stream");
    }
}
