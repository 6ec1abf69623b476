//! Which request is which operation of S3, and its effect on the bucket.

use std::collections::HashMap;
use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;

use super::answers::{self, Answer, Refusal, empty, xml};
use super::received::{Content, receive};
use super::{Server, State};
use crate::scenario;

/// What no bucket is called: where the bench asks for statistics and for a fresh bucket.
pub const STATS: &str = "/_bench/stats";
/// Empties the bucket and puts the images of the scenarios into it.
pub const RESET: &str = "/_bench/reset";

/// A request, taken apart.
struct Call {
    method: Method,
    /// Empty for the bucket itself.
    key: String,
    query: HashMap<String, String>,
    headers: HeaderMap,
}

type Outcome = (&'static str, Result<Answer, Refusal>);

/// Answers a request; the delay, if any, comes before the answer and after the body.
pub async fn answer(server: &Server, request: Request<Incoming>) -> Result<Answer, Infallible> {
    match request.uri().path() {
        STATS => return Ok(stats(&server.state())),
        RESET => return Ok(reset(&mut server.state())),
        _ => {}
    }
    let call = Call::new(&request);
    let content = receive(request).await;
    if !server.latency.is_zero() {
        tokio::time::sleep(server.latency).await;
    }
    let mut state = server.state();
    let (operation, result) = match content {
        Ok(content) => {
            state.stats.bytes_stored += if call.method == Method::PUT { content.size() } else { 0 };
            call.perform(&mut state, content)
        }
        Err(refusal) => ("Upload", Err(refusal)),
    };
    match result {
        Ok(answer) => {
            state.stats.count(operation);
            Ok(answer)
        }
        Err(refusal) => {
            state.stats.count(&format!("!{operation}"));
            Ok(refusal.answer())
        }
    }
}

impl Call {
    fn new(request: &Request<Incoming>) -> Self {
        let path = request.uri().path().trim_start_matches('/');
        let key = path.split_once('/').map_or("", |(_, key)| key);
        Self {
            method: request.method().clone(),
            key: decoded(key),
            query: fields(request.uri().query().unwrap_or_default()),
            headers: request.headers().clone(),
        }
    }

    fn perform(&self, state: &mut State, content: Content) -> Outcome {
        let upload = self.query.get("uploadId");
        match (&self.method, self.key.is_empty(), upload) {
            (&Method::HEAD, true, _) => ("HeadBucket", Ok(empty(StatusCode::OK))),
            (&Method::GET, true, _) if self.query.contains_key("uploads") => {
                ("ListMultipartUploads", Ok(self.list_uploads(state)))
            }
            (&Method::GET, true, _) => ("ListObjectsV2", Ok(self.list(state))),
            (&Method::HEAD, ..) => ("HeadObject", self.get(state)),
            (&Method::GET, ..) => ("GetObject", self.get(state)),
            (&Method::PUT, false, Some(id)) => ("UploadPart", self.put_part(state, id, content)),
            (&Method::PUT, false, None) => ("PutObject", self.put(state, content)),
            (&Method::POST, false, Some(id)) => ("CompleteMultipartUpload", complete(state, id)),
            (&Method::POST, false, None) if self.query.contains_key("uploads") => {
                ("CreateMultipartUpload", Ok(self.begin(state)))
            }
            (&Method::DELETE, false, Some(id)) => ("AbortMultipartUpload", abort(state, id)),
            (&Method::DELETE, false, None) => {
                state.bucket.delete(&self.key);
                ("DeleteObject", Ok(empty(StatusCode::NO_CONTENT)))
            }
            _ => {
                let message = "the bench's S3 does not know this call";
                ("Unknown", Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)))
            }
        }
    }

    fn list(&self, state: &State) -> Answer {
        let text = |name| self.query.get(name).map_or("", String::as_str);
        let after = [text("start-after"), text("continuation-token")].into_iter().max().unwrap_or_default();
        let count = text("max-keys").parse().unwrap_or(1000);
        answers::listing(text("prefix"), &state.bucket.list(text("prefix"), after, count))
    }

    fn list_uploads(&self, state: &State) -> Answer {
        let uploads = state.bucket.open_uploads(self.query.get("prefix").map_or("", String::as_str));
        answers::open_uploads(uploads)
    }

    fn get(&self, state: &State) -> Result<Answer, Refusal> {
        let object = state.bucket.get(&self.key).ok_or_else(no_such_key)?;
        answers::object(&object, &self.method, &self.headers)
    }

    fn put(&self, state: &mut State, content: Content) -> Result<Answer, Refusal> {
        let only_new = self.headers.get(header::IF_NONE_MATCH).is_some_and(|tags| tags == "*");
        if only_new && state.bucket.get(&self.key).is_some() {
            return Err(Refusal::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", "it exists"));
        }
        let tag = state.bucket.put(self.key.clone(), content, self.lasting_headers());
        Ok(tagged(&tag))
    }

    fn begin(&self, state: &mut State) -> Answer {
        let id = state.bucket.begin_upload(self.key.clone(), self.lasting_headers());
        xml(&format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        ))
    }

    fn put_part(&self, state: &mut State, id: &str, content: Content) -> Result<Answer, Refusal> {
        let number = self.query.get("partNumber").and_then(|number| number.parse().ok());
        let part = number.and_then(|number| state.bucket.put_part(id, number, content));
        part.map(|tag| tagged(&tag)).ok_or_else(no_such_upload)
    }

    /// What is given back with the object.
    fn lasting_headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let lasts =
            |name: &HeaderName| name == header::CONTENT_TYPE || name.as_str().starts_with("x-amz-meta-");
        let headers = self.headers.iter().filter(|(name, _)| lasts(name));
        headers.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

fn complete(state: &mut State, id: &str) -> Result<Answer, Refusal> {
    let tag = state.bucket.complete_upload(id).ok_or_else(no_such_upload)?;
    let result = "CompleteMultipartUploadResult";
    Ok(xml(&format!("<{result}><ETag>{tag}</ETag></{result}>")))
}

fn fields(query: &str) -> HashMap<String, String> {
    let fields = query.split('&').map(|field| field.split_once('=').unwrap_or((field, "")));
    fields.map(|(name, value)| (decoded(name), decoded(&value.replace('+', " ")))).collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn abort(state: &mut State, id: &str) -> Result<Answer, Refusal> {
    let there = state.bucket.abort_upload(id);
    there.then(|| empty(StatusCode::NO_CONTENT)).ok_or_else(no_such_upload)
}

fn stats(state: &State) -> Answer {
    let text = serde_json::to_vec(&state.stats).unwrap_or_default();
    Response::new(Full::new(Bytes::from(text)))
}

fn reset(state: &mut State) -> Answer {
    *state = State::default();
    for (key, content) in scenario::bucket() {
        let image = HeaderValue::from_static(scenario::CONTENT_TYPE);
        state.bucket.put(key, Content::Kept(content), vec![(header::CONTENT_TYPE, image)]);
    }
    empty(StatusCode::NO_CONTENT)
}

fn tagged(tag: &str) -> Answer {
    let mut answer = empty(StatusCode::OK);
    if let Ok(tag) = HeaderValue::from_str(tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

fn no_such_key() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "NoSuchKey", "The specified key does not exist.")
}

fn no_such_upload() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "NoSuchUpload", "The specified upload does not exist.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_fields() {
        let fields = fields("uploads&list-type=2&prefix=uploads%2Fa+b&start-after=a%2Bb");
        let expected =
            [("uploads", ""), ("list-type", "2"), ("prefix", "uploads/a b"), ("start-after", "a+b")];
        assert_eq!(fields, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }
}
