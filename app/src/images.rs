//! `GET /images/...`: an image, streamed from the bucket. A key is written once, so clients may keep it for good.

use app_intake::image_format::ImageKind;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;

use crate::App;
use crate::conditional::{byte_range, is_known};
use crate::error::AppError;
use crate::image_key::ImageKey;
use crate::storage::StorageError;

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
    // Who names a tag has the image in all likelihood, so no object is opened for it. The comparison is not left to S3,
    // which takes one strong tag where clients send lists and weak ones.
    if method == Method::HEAD || headers.contains_key(header::IF_NONE_MATCH) {
        let object = app.storage.head(key).await?;
        let e_tag = object.e_tag.as_deref();
        let mut response = lasting_headers(e_tag, object.last_modified.as_ref())?;
        if is_known(headers, e_tag) {
            return Ok((StatusCode::NOT_MODIFIED, response).into_response());
        }
        if method == Method::HEAD {
            describe(&mut response, object.content_type.as_deref(), object.content_length);
            return Ok(response.into_response());
        }
    }
    let object = get(app, key, byte_range(headers)).await?;
    let mut response = lasting_headers(object.e_tag.as_deref(), object.last_modified.as_ref())?;
    describe(&mut response, object.content_type.as_deref(), object.content_length);
    let Some(range) = &object.content_range else {
        return Ok((response, stream_of(object)).into_response());
    };
    response.insert(header::CONTENT_RANGE, header_value(range)?);
    Ok((StatusCode::PARTIAL_CONTENT, response, stream_of(object)).into_response())
}

async fn get(app: &App, key: &str, range: Option<&str>) -> Result<GetObjectOutput, AppError> {
    match app.storage.get(key, range).await {
        Err(StorageError::NoSuchRange { .. }) => {
            let size = app.storage.head(key).await?.content_length;
            Err(AppError::NoSuchRange { size: size.and_then(|size| u64::try_from(size).ok()) })
        }
        other => Ok(other?),
    }
}

fn lasting_headers(e_tag: Option<&str>, modified: Option<&DateTime>) -> Result<HeaderMap, AppError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOT_A_PAGE));
    if let Some(e_tag) = e_tag {
        headers.insert(header::ETAG, header_value(e_tag)?);
    }
    if let Some(modified) = modified.and_then(|at| at.fmt(DateTimeFormat::HttpDate).ok()) {
        headers.insert(header::LAST_MODIFIED, header_value(&modified)?);
    }
    Ok(headers)
}

fn describe(headers: &mut HeaderMap, content_type: Option<&str>, length: Option<i64>) {
    let content_type = image_type(content_type);
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
}

fn header_value(text: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(text).map_err(|error| AppError::Internal(Box::new(error)))
}

/// Whatever lies in the bucket, nothing but an image is ever served as something that a browser shows.
fn image_type(stored: Option<&str>) -> &'static str {
    stored.and_then(ImageKind::from_content_type).map_or(UNKNOWN_TYPE, ImageKind::content_type)
}

fn stream_of(object: GetObjectOutput) -> Body {
    Body::from_stream(stream::unfold(object.body, |mut body| async {
        body.next().await.map(|chunk| (chunk, body))
    }))
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
