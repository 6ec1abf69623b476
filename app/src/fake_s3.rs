//! A bucket in memory for this crate's tests: just enough of S3, path style, and able to fail on demand. `s3s` would save the routes
//! and the XML, for 150,000 lines to compile; `s3s-fs` on it fails only as a file system does, and keeps files.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::config::Credentials;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use futures::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use crate::storage::Storage;

pub const BUCKET: &str = "images";

/// What the bucket holds, and what happened to it.
#[derive(Clone, Default)]
pub struct FakeS3(Arc<Mutex<Contents>>);

/// An object with what was stored beside it.
#[derive(Clone)]
pub struct Object {
    pub content_type: String,
    pub size: Option<(String, String)>,
    pub made_of: Option<String>,
    pub bytes: Bytes,
}

/// What a multipart upload began with, and its parts.
pub struct OpenUpload {
    headers: HeaderMap,
    parts: BTreeMap<u32, Bytes>,
}

type BeforeCopy = Box<dyn FnOnce(&mut Contents) + Send>;

#[derive(Default)]
pub struct Contents {
    pub objects: BTreeMap<String, Object>,
    /// Multipart uploads that are neither completed nor aborted.
    pub open_uploads: HashMap<String, OpenUpload>,
    pub part_sizes: Vec<usize>,
    pub aborted: usize,
    pub deleted: Vec<String>,
    /// Keys in the order in which they were stored in one piece.
    pub stored: Vec<String>,
    /// Parts from this number on are refused.
    pub refuse_parts_from: Option<u32>,
    /// The keys of objects whose bytes were asked for.
    pub opened: Vec<String>,
    /// The key of an object whose bytes break off halfway.
    pub breaks_off: Option<String>,
    /// What happens before the next copy is made.
    pub before_copy: Option<BeforeCopy>,
    /// Copies are made, and their answers lost.
    pub lose_copies: bool,
    /// How often the bucket was listed.
    pub listings: usize,
    /// How often a client's tag was still right.
    pub not_modified: usize,
    /// Nothing is answered but errors.
    pub is_down: bool,
}

impl FakeS3 {
    /// Starts it, and a storage that talks to it.
    pub async fn start() -> (Self, Storage) {
        let fake = Self::default();
        let router = Router::new()
            .route("/{bucket}", any(list))
            .route("/{bucket}/", any(list))
            .route("/{bucket}/{*key}", any(object))
            .layer(DefaultBodyLimit::disable())
            .with_state(fake.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        let sdk = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .endpoint_url(endpoint)
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"));
        (fake, Storage::with_config(BUCKET.to_owned(), Duration::from_secs(5), sdk.load().await))
    }

    pub fn contents(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap()
    }

    pub fn keys(&self) -> Vec<String> {
        self.contents().objects.keys().cloned().collect()
    }

    /// Waits until the bucket is as it should be.
    pub async fn until(&self, what: &str, holds: impl Fn(&Contents) -> bool) {
        let wait = async {
            while !holds(&self.contents()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}

async fn list(
    State(fake): State<FakeS3>,
    Query(query): Query<HashMap<String, String>>,
    method: Method,
) -> Response {
    if method == Method::HEAD {
        return StatusCode::OK.into_response();
    }
    if query.contains_key("uploads") {
        return list_uploads(&fake.contents(), &query["prefix"]);
    }
    let mut contents = fake.contents();
    contents.listings += 1;
    if contents.is_down {
        return error(StatusCode::FORBIDDEN, "AccessDenied");
    }
    let after = query.get("start-after").cloned().unwrap_or_default();
    let limit: usize = query["max-keys"].parse().unwrap();
    let fitting: Vec<_> = contents
        .objects
        .iter()
        .filter(|(key, _)| key.starts_with(&query["prefix"]) && **key > after)
        .collect();
    let truncated = fitting.len() > limit;
    let objects = fitting.into_iter().take(limit).fold(String::new(), |xml, (key, Object { bytes, .. })| {
        let modified = "2026-01-02T03:04:05.000Z";
        let size = bytes.len();
        xml + &format!(
            "<Contents><Key>{key}</Key><Size>{size}</Size><LastModified>{modified}</LastModified></Contents>"
        )
    });
    format!(
        "<ListBucketResult><Name>{BUCKET}</Name><IsTruncated>{truncated}</IsTruncated>{objects}</ListBucketResult>"
    )
    .into_response()
}

/// The key is the upload's id, too.
fn list_uploads(contents: &Contents, prefix: &str) -> Response {
    let uploads = contents.open_uploads.keys().filter(|key| key.starts_with(prefix));
    let uploads: String =
        uploads.map(|key| format!("<Upload><Key>{key}</Key><UploadId>{key}</UploadId></Upload>")).collect();
    format!("<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>").into_response()
}

async fn object(
    State(fake): State<FakeS3>,
    Path((_, key)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let mut contents = fake.contents();
    if contents.is_down {
        return error(StatusCode::FORBIDDEN, "AccessDenied");
    }
    let part = query.get("partNumber").and_then(|number| number.parse().ok());
    match (method, query.contains_key("uploads"), query.get("uploadId"), part) {
        (Method::POST, true, ..) => begin(&mut contents, key, headers),
        (Method::PUT, _, Some(id), Some(number)) => put_part(&mut contents, id, number, bytes),
        (Method::POST, _, Some(id), _) => complete(&mut contents, id, key),
        (Method::DELETE, _, Some(id), _) => {
            contents.aborted += usize::from(contents.open_uploads.remove(id).is_some());
            StatusCode::NO_CONTENT.into_response()
        }
        (Method::PUT, ..) => {
            contents.stored.push(key.clone());
            if headers.contains_key("x-amz-copy-source") {
                return copy(&mut contents, key, &headers);
            }
            contents.objects.insert(key, Object::new(&headers, bytes));
            StatusCode::OK.into_response()
        }
        (Method::DELETE, ..) => {
            contents.objects.remove(&key);
            contents.deleted.push(key);
            StatusCode::NO_CONTENT.into_response()
        }
        (method, ..) => {
            let answer = get(&contents, &key, &headers);
            if answer.status() == StatusCode::NOT_MODIFIED {
                contents.not_modified += 1;
            } else if method == Method::GET {
                contents.opened.push(key);
            }
            answer
        }
    }
}

impl Object {
    pub fn new(headers: &HeaderMap, bytes: Bytes) -> Self {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
        Self {
            content_type: text("content-type").unwrap(),
            size: text("x-amz-meta-width").zip(text("x-amz-meta-height")),
            made_of: text("x-amz-meta-made-of"),
            bytes,
        }
    }

    /// A hash of its content, as S3 has it.
    pub fn e_tag(&self) -> String {
        let hash = Sha256::digest(&self.bytes);
        format!("\"{}\"", hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>())
    }
}

fn copy(contents: &mut Contents, key: String, headers: &HeaderMap) -> Response {
    if let Some(happens) = contents.before_copy.take() {
        happens(contents);
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
    let source = percent_encoding::percent_decode_str(text("x-amz-copy-source").unwrap());
    let source = source.decode_utf8().unwrap();
    let Some(object) = contents.objects.get(source.strip_prefix("images/").unwrap()) else {
        return error(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    if text("x-amz-copy-source-if-match").is_some_and(|wanted| wanted != object.e_tag()) {
        return error(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
    }
    let copied = Object::new(headers, object.bytes.clone());
    contents.objects.insert(key, copied);
    match contents.lose_copies {
        true => error(StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
        false => "<CopyObjectResult/>".into_response(),
    }
}

fn begin(contents: &mut Contents, key: String, headers: HeaderMap) -> Response {
    contents.open_uploads.insert(key.clone(), OpenUpload { headers, parts: BTreeMap::new() });
    let id = key;
    format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>")
        .into_response()
}

fn put_part(contents: &mut Contents, id: &str, number: u32, bytes: Bytes) -> Response {
    if contents.refuse_parts_from.is_some_and(|from| number >= from) {
        return error(StatusCode::FORBIDDEN, "AccessDenied");
    }
    contents.part_sizes.push(bytes.len());
    contents.open_uploads.get_mut(id).unwrap().parts.insert(number, bytes);
    ([(header::ETAG, format!("\"{number}\""))], "").into_response()
}

fn complete(contents: &mut Contents, id: &str, key: String) -> Response {
    let OpenUpload { headers, parts } = contents.open_uploads.remove(id).unwrap();
    let whole = parts.into_values().fold(Vec::new(), |whole, part| [whole, part.to_vec()].concat());
    contents.objects.insert(key, Object::new(&headers, whole.into()));
    "<CompleteMultipartUploadResult/>".into_response()
}

fn get(contents: &Contents, key: &str, headers: &HeaderMap) -> Response {
    let Some(object) = contents.objects.get(key) else {
        return error(StatusCode::NOT_FOUND, "NoSuchKey");
    };
    let (e_tag, Object { content_type, size, made_of, bytes }) = (object.e_tag(), object);
    let (width, height) = size.clone().unwrap_or_default();
    let facts = [
        ("content-type", content_type.as_str()),
        ("etag", &e_tag),
        ("x-amz-meta-width", &width),
        ("x-amz-meta-height", &height),
    ];
    let made_of = made_of.as_ref().map(|tag| ("x-amz-meta-made-of", tag.as_str()));
    let common = AppendHeaders(facts.into_iter().chain(made_of));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag == &e_tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    if let Some(range) = crate::conditional::byte_range(headers) {
        let Some((first, end)) = crate::conditional::slice(range, bytes.len() as u64) else {
            return error(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange");
        };
        let range = [(header::CONTENT_RANGE, format!("bytes {first}-{}/{}", end - 1, bytes.len()))];
        let part = bytes.slice(first as usize..end as usize);
        return (StatusCode::PARTIAL_CONTENT, common, range, Body::from(part)).into_response();
    }
    if contents.breaks_off.as_deref() == Some(key) {
        let length = AppendHeaders([(header::CONTENT_LENGTH, bytes.len())]);
        return (common, length, half(bytes)).into_response();
    }
    (common, Body::from(bytes.clone())).into_response()
}

/// The first bytes are under way before the connection breaks.
fn half(bytes: &Bytes) -> Body {
    let first = stream::iter([Ok(bytes.slice(..bytes.len() / 2))]);
    let end = stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("broken off"))
    });
    Body::from_stream(first.chain(end))
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, format!("<Error><Code>{code}</Code><Message>refused by the test</Message></Error>"))
        .into_response()
}
