//! What S3 answers: objects with their ranges and conditions, XML, refusals.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{self, HeaderMap};
use hyper::{Method, Response, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;

use super::bucket::{Object, Page};
use super::received::Content;

/// An answer's body.
pub type AnswerBody = Either<Full<Bytes>, Zeros>;
/// An answer.
pub type Answer = Response<AnswerBody>;

/// Why a call is not done.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

/// The content of an object of which only the size is known.
#[derive(Debug)]
pub struct Zeros(u64);

static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

impl Refusal {
    /// One that is told as S3 does.
    pub fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        Self { status, code, message: message.to_owned() }
    }

    /// Its answer.
    pub fn answer(&self) -> Answer {
        let Self { code, message, .. } = self;
        let message = escaped(message);
        let mut answer = xml(&format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"));
        *answer.status_mut() = self.status;
        answer
    }
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Either::Left(Full::default()));
    *answer.status_mut() = status;
    answer
}

/// An answer in XML.
pub fn xml(content: &str) -> Answer {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{content}");
    let mut answer = Response::new(Either::Left(Full::from(text)));
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/xml"));
    answer
}

/// A page of a listing.
pub fn listing(prefix: &str, page: &Page) -> Answer {
    let mut text = format!(
        "<ListBucketResult><Prefix>{}</Prefix><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>",
        escaped(prefix),
        page.objects.len(),
        page.truncated
    );
    if let Some((last, _)) = page.objects.last().filter(|_| page.truncated) {
        text += &format!("<NextContinuationToken>{}</NextContinuationToken>", escaped(last));
    }
    for (key, object) in &page.objects {
        let (key, tag, size) = (escaped(key), escaped(&object.e_tag), object.content.size());
        let modified = xml_date(object.modified);
        text += &format!(
            "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>{tag}</ETag>\
             <Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    xml(&(text + "</ListBucketResult>"))
}

/// Uploads that are not ended, by key and id.
pub fn open_uploads<'a>(uploads: impl Iterator<Item = (&'a str, &'a str)>) -> Answer {
    let uploads = uploads.map(|(key, id)| {
        format!("<Upload><Key>{}</Key><UploadId>{}</UploadId></Upload>", escaped(key), escaped(id))
    });
    xml(&format!("<ListMultipartUploadsResult>{}</ListMultipartUploadsResult>", uploads.collect::<String>()))
}

/// An object, or what a condition or a range makes of it.
pub fn object(object: &Object, method: &Method, request: &HeaderMap) -> Result<Answer, Refusal> {
    let text = |name| request.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    if text(header::IF_MATCH).is_some_and(|tags| !names(tags, &object.e_tag)) {
        return Err(Refusal::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", "another version"));
    }
    if text(header::IF_NONE_MATCH).is_some_and(|tags| names(tags, &object.e_tag)) {
        return Ok(with_headers(empty(StatusCode::NOT_MODIFIED), object));
    }
    let size = object.content.size();
    let Some((first, last)) = text(header::RANGE).and_then(|range| bounds(range, size)) else {
        let content = body(&object.content, method, 0, size);
        return Ok(with_headers(with_length(content, size), object));
    };
    if first >= size {
        return Err(Refusal::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", "beyond the end"));
    }
    let length = last + 1 - first;
    let mut answer = with_headers(with_length(body(&object.content, method, first, length), length), object);
    *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
    insert(&mut answer, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{size}"));
    Ok(answer)
}

fn body(content: &Content, method: &Method, first: u64, length: u64) -> AnswerBody {
    match content {
        _ if method == Method::HEAD => Either::Left(Full::default()),
        Content::Counted(_) => Either::Right(Zeros(length)),
        Content::Kept(bytes) => {
            let at = |place| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
            Either::Left(Full::new(bytes.slice(at(first)..at(first + length))))
        }
    }
}

fn with_length(body: AnswerBody, length: u64) -> Answer {
    let mut answer = Response::new(body);
    answer.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    answer
}

fn with_headers(mut answer: Answer, object: &Object) -> Answer {
    // HTTP's dates are RFC 2822's with another name for UTC.
    let modified = object.modified.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT");
    insert(&mut answer, header::LAST_MODIFIED, &modified);
    insert(&mut answer, header::ETAG, &object.e_tag);
    insert(&mut answer, header::ACCEPT_RANGES, "bytes");
    answer.headers_mut().extend(object.headers.iter().cloned());
    answer
}

fn insert(answer: &mut Answer, name: header::HeaderName, value: &str) {
    if let Ok(value) = header::HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

fn names(tags: &str, e_tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == e_tag)
}

/// First and last byte of the one range that is asked for; the first may lie beyond the end.
fn bounds(range: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = size.checked_sub(1)?;
    match (first, last) {
        ("", last) => Some((size.saturating_sub(last.parse().ok()?), end)),
        (first, "") => Some((first.parse().ok()?, end)),
        (first, last) => Some((first.parse().ok()?, last.parse::<u64>().ok()?.min(end))),
    }
}

/// A date as S3 writes it in XML.
pub fn xml_date(date: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    date.format(format).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Body for Zeros {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = usize::try_from(self.0).unwrap_or(usize::MAX).min(ZEROS.len());
        self.0 -= length as u64;
        Poll::Ready((length > 0).then(|| Ok(Frame::data(Bytes::from_static(&ZEROS[..length])))))
    }

    fn is_end_stream(&self) -> bool {
        self.0 == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_bounds() {
        for (range, expected) in [
            ("bytes=0-4", Some((0, 4))),
            ("bytes=5-", Some((5, 9))),
            ("bytes=-3", Some((7, 9))),
            ("bytes=8-99", Some((8, 9))),
            ("bytes=10-", Some((10, 9))),
            ("bytes=0-1,3-4", None),
            ("lines=0-4", None),
        ] {
            assert_eq!(bounds(range, 10), expected, "{range}");
        }
        assert_eq!(bounds("bytes=0-", 0), None);
    }

    #[test]
    fn tags_are_compared_weakly() {
        assert!(names("\"a\", W/\"b\"", "\"b\"") && names("*", "\"b\""));
        assert!(!names("\"a\"", "\"b\""));
    }
}
