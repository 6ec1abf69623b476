//! The routes as a client sees them, over a bucket in memory.

mod direct;
mod location;
mod pages;
mod serving;
mod stopping;
mod uploads;

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use tower::ServiceExt;

use app_intake::limits::UploadLimits;

use crate::config::Config;
use crate::fake_s3::{BUCKET, FakeS3};
use crate::image_cache::ImageCache;
use crate::{App, router};

const LIMITS: UploadLimits = UploadLimits { max_files: 3, max_pixels: 1_000_000, ..UploadLimits::DEFAULT };

/// What is around the data of a PNG.
const MIN_PNG: usize = 8 + 25 + 12 + 12;

struct TestApp {
    router: Router,
    images: Arc<ImageCache>,
    s3: FakeS3,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl TestApp {
    async fn start() -> Self {
        Self::with(LIMITS, "").await
    }

    async fn with(limits: UploadLimits, base_path: &str) -> Self {
        Self::of(Config { limits, base_path: base_path.to_owned(), ..config() }).await
    }

    async fn of(config: Config) -> Self {
        let (s3, storage) = FakeS3::start().await;
        let app = App::new(Arc::new(storage), &config);
        Self { images: Arc::clone(&app.images), router: router(app, &config.base_path), s3 }
    }

    fn send(&self, request: Request<Body>) -> impl Future<Output = Answer> + use<> {
        let router = self.router.clone();
        async move {
            let response = router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            Answer { status: parts.status, headers: parts.headers, body }
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn upload(&self, files: &[(&str, &[u8])]) -> Answer {
        self.send(upload_request("/upload", form(files).into())).await
    }
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

fn upload_request(path: &str, body: Body) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
        .header(header::ACCEPT, "application/json")
        .body(body)
        .unwrap()
}

fn form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, bytes) in files {
        form.extend(part_head(name).into_bytes());
        form.extend_from_slice(bytes);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--XX--\r\n");
    form
}

fn part_head(name: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; name=\"fileToUpload\"; filename=\"{name}\"\r\n\r\n")
}

pub(crate) fn config() -> Config {
    let variables = |name: &str| (name == "S3_BUCKET").then(|| BUCKET.to_owned());
    Config { limits: LIMITS, ..Config::from_lookup(&variables).unwrap() }
}

/// The smallest file that has all that a PNG needs: checksums are nobody's business here.
pub(crate) fn png() -> Vec<u8> {
    png_of(MIN_PNG + 1)
}

/// A PNG of 3 by 2 pixels and of this size in bytes.
fn png_of(bytes: usize) -> Vec<u8> {
    let data: Vec<u8> = (0..bytes - MIN_PNG).map(|index| (index % 251) as u8).collect();
    let chunk = |kind: &[u8], data: &[u8]| {
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], kind, data, &[0; 4]].concat()
    };
    let header = [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0];
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &data), &chunk(b"IEND", b"")]
        .concat()
}
