//! What S3 answers: objects, XML, refusals. Of conditions it knows If-None-Match, and of ranges none: nothing that is
//! measured asks for one.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderMap};
use hyper::{Method, Response, StatusCode};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;

use super::bucket::{Object, Page};
use super::received::Content;

/// An answer.
pub type Answer = Response<Full<Bytes>>;

/// Why a call is not done.
#[derive(Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

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
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// An answer in XML.
pub fn xml(content: &str) -> Answer {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{content}");
    let mut answer = Response::new(Full::from(text));
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

/// An object, or what a condition makes of it.
pub fn object(object: &Object, method: &Method, request: &HeaderMap) -> Result<Answer, Refusal> {
    let tags = request.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    if tags.is_some_and(|tags| names(tags, &object.e_tag)) {
        return Ok(with_headers(empty(StatusCode::NOT_MODIFIED), object));
    }
    let body = match &object.content {
        _ if method == Method::HEAD => Bytes::new(),
        Content::Kept(bytes) => bytes.clone(),
        Content::Counted(_) => {
            let message = "the bench's S3 keeps only the size of large uploads";
            return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message));
        }
    };
    let mut answer = Response::new(Full::new(body));
    answer.headers_mut().insert(header::CONTENT_LENGTH, object.content.size().into());
    Ok(with_headers(answer, object))
}

fn with_headers(mut answer: Answer, object: &Object) -> Answer {
    // HTTP's dates are RFC 2822's with another name for UTC.
    let modified = object.modified.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT");
    insert(&mut answer, header::LAST_MODIFIED, &modified);
    insert(&mut answer, header::ETAG, &object.e_tag);
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

/// A date as S3 writes it in XML.
fn xml_date(date: OffsetDateTime) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
    date.format(format).unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_compared_weakly() {
        assert!(names("\"a\", W/\"b\"", "\"b\"") && names("*", "\"b\""));
        assert!(!names("\"a\"", "\"b\""));
    }
}
