//! `GET /images/...`: an image, streamed from the bucket. A key is written once, so clients may keep it for good.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;

use crate::App;
use crate::error::AppError;
use crate::upload_rules::{ImageKind, PREFIX, is_plain_path};

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// Serves `uploads/<rest of the path>` of the bucket.
pub async fn image(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let Ok(Path(path)) = path else { return Err(AppError::NotFound) };
    if !is_plain_path(&path) {
        return Err(AppError::NotFound);
    }
    let object = app.storage.get(&format!("{PREFIX}{path}"), wanted_range(&headers)).await?;
    if is_known(&headers, object.e_tag.as_deref()) {
        return Ok((StatusCode::NOT_MODIFIED, lasting_headers(&object)?).into_response());
    }
    let status = if object.content_range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let mut response_headers = lasting_headers(&object)?;
    let content_type = HeaderValue::from_static(image_type(object.content_type.as_deref()));
    response_headers.insert(header::CONTENT_TYPE, content_type);
    response_headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(length) = object.content_length {
        response_headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    if let Some(range) = &object.content_range {
        response_headers.insert(header::CONTENT_RANGE, header_value(range)?);
    }
    Ok((status, response_headers, stream_of(object)).into_response())
}

/// With `If-Range` the whole image is always a right answer, and its check is not worth a call more.
fn wanted_range(headers: &HeaderMap) -> Option<&str> {
    let range = headers.get(header::RANGE)?.to_str().ok()?;
    (!headers.contains_key(header::IF_RANGE)).then_some(range)
}

/// `If-None-Match` compares weakly: a proxy that compresses marks a tag as weak.
fn is_known(headers: &HeaderMap, e_tag: Option<&str>) -> bool {
    let Some(e_tag) = e_tag else { return false };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.trim_start_matches("W/") == e_tag
    })
}

fn lasting_headers(object: &GetObjectOutput) -> Result<HeaderMap, AppError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    if let Some(e_tag) = &object.e_tag {
        headers.insert(header::ETAG, header_value(e_tag)?);
    }
    Ok(headers)
}

fn header_value(text: &str) -> Result<HeaderValue, AppError> {
    HeaderValue::from_str(text).map_err(|error| AppError::Internal(Box::new(error)))
}

/// Whatever lies in the bucket, nothing but an image is ever served as something that a browser shows.
fn image_type(stored: Option<&str>) -> &'static str {
    let mut known = ImageKind::ALL.into_iter().map(ImageKind::content_type);
    known.find(|kind| Some(*kind) == stored).unwrap_or("application/octet-stream")
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

    #[test]
    fn a_known_tag_is_recognised() {
        let check = |value: &'static str, known| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            assert_eq!(is_known(&headers, Some("\"abc\"")), known, "{value}");
        };
        check("\"abc\"", true);
        check("W/\"abc\"", true);
        check("\"x\", \"abc\"", true);
        check("*", true);
        check("\"abcd\"", false);
        assert!(!is_known(&HeaderMap::new(), Some("\"abc\"")));
    }
}
