//! The routes as a client sees them, over a bucket in memory.

use std::future::Future;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use bytes::Bytes;
use futures::stream;
use tower::ServiceExt;

use crate::config::UploadLimits;
use crate::fake_s3::FakeS3;
use crate::storage::{PART_BYTES, Storage};
use crate::{App, router};

const LIMITS: UploadLimits = UploadLimits { max_file_bytes: 20 * 1024 * 1024, max_files: 3 };
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nand so on";

struct TestApp {
    router: Router,
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
        let (s3, storage) = FakeS3::start().await;
        Self { router: router(App::new(storage, limits), base_path), s3 }
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

fn png_of(size: usize) -> Vec<u8> {
    let mut bytes = PNG.to_vec();
    bytes.extend((bytes.len()..size).map(|index| (index % 251) as u8));
    bytes
}

#[tokio::test]
async fn health_needs_no_bucket() {
    let app = App::new(Storage::new("unreachable".to_owned()), LIMITS);
    let request = Request::get("/healthz").body(Body::empty()).unwrap();
    let response = router(app, "").oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn ready_when_the_bucket_answers() {
    let app = TestApp::start().await;
    assert_eq!(app.get("/readyz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_image_is_stored_listed_and_served() {
    let app = TestApp::start().await;
    let stored = app.upload(&[("my cat.png", PNG)]).await;
    assert_eq!(stored.status, StatusCode::CREATED);
    let image = stored.json()["images"][0].clone();
    assert_eq!((&image["size"], &image["content_type"]), (&PNG.len().into(), &"image/png".into()));
    let url = image["url"].as_str().unwrap();
    assert!(url.starts_with("images/8") && url.ends_with("/my%20cat.png"), "{url}");

    let page = app.get("/?uploaded=1").await;
    assert!(page.text().contains(&format!("<img src=\"{url}\"")), "{}", page.text());
    assert!(page.text().contains("1 image stored."));
    assert!(!page.text().contains("=\"/"), "an absolute link breaks behind a path prefix");

    let served = app.get(&format!("/{url}")).await;
    assert_eq!((served.status, &served.body[..]), (StatusCode::OK, PNG));
    assert_eq!(served.header(header::CONTENT_TYPE), "image/png");
    assert_eq!(served.header(header::CONTENT_LENGTH), PNG.len().to_string());
    assert_eq!(served.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(served.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");

    let path = format!("/{url}");
    let known = Request::get(&path).header(header::IF_NONE_MATCH, "\"tag\"").body(Body::empty()).unwrap();
    let known = app.send(known).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let range = Request::get(&path).header(header::RANGE, "bytes=0-7").body(Body::empty()).unwrap();
    let range = app.send(range).await;
    assert_eq!((range.status, &range.body[..]), (StatusCode::PARTIAL_CONTENT, &PNG[..8]));
}

#[tokio::test]
async fn a_browser_is_sent_back_to_the_page() {
    let app = TestApp::start().await;
    let mut request = upload_request("//upload.php", form(&[("a.png", PNG), ("b.png", PNG)]).into());
    request.headers_mut().insert(header::ACCEPT, "text/html,*/*;q=0.8".parse().unwrap());
    let answer = app.send(request).await;
    assert_eq!((answer.status, answer.header(header::LOCATION)), (StatusCode::SEE_OTHER, ".?uploaded=2"));
    assert_eq!(app.s3.keys().len(), 2);
}

#[tokio::test]
async fn a_file_beyond_one_part_goes_in_parts() {
    let app = TestApp::start().await;
    for (size, parts) in [(PART_BYTES, vec![]), (PART_BYTES + 1, vec![PART_BYTES, 1])] {
        let file = png_of(size);
        let stored = app.upload(&[("a.png", &file)]).await;
        assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
        let key = stored.json()["images"][0]["key"].as_str().unwrap().to_owned();
        let contents = app.s3.contents();
        assert!(contents.objects[&key].1 == file, "{size} bytes came back different");
        assert_eq!(contents.part_sizes, parts);
        assert!(contents.open_uploads.is_empty());
    }
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let app = TestApp::with(UploadLimits { max_file_bytes: 1024, max_files: 3 }, "").await;
    let check = async |files: &[(&str, &[u8])], status, words: &str| {
        let answer = app.upload(files).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(error.contains(words), "{error}");
        assert!(app.s3.keys().is_empty(), "{words}");
    };
    check(&[], StatusCode::BAD_REQUEST, "no image was sent").await;
    check(&[("", b"")], StatusCode::BAD_REQUEST, "no image was sent").await;
    check(&[("a.png", b"")], StatusCode::BAD_REQUEST, "is empty").await;
    check(&[("a.png", b"<html>")], StatusCode::UNSUPPORTED_MEDIA_TYPE, "not an image").await;
    check(&[("a.png", &png_of(1025))], StatusCode::PAYLOAD_TOO_LARGE, "limit of 1 KiB").await;
    check(&[("a.png", PNG), ("b.txt", b"text")], StatusCode::UNSUPPORTED_MEDIA_TYPE, "b.txt").await;
    check(&[("a.png", PNG); 4], StatusCode::PAYLOAD_TOO_LARGE, "more than 3 files").await;
    check(&[("a.png", &png_of(2 << 20))], StatusCode::PAYLOAD_TOO_LARGE, "for one request").await;
    assert_eq!(app.s3.contents().deleted.len(), 1 + 3);
}

#[tokio::test]
async fn a_form_that_is_cut_short_is_refused() {
    let app = TestApp::start().await;
    let answer = app.send(upload_request("/upload", part_head("a.png").into())).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    let other = Request::post("/upload").header(header::ACCEPT, "application/json").body("x".into()).unwrap();
    assert_eq!(app.send(other).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn a_part_header_without_end_is_refused() {
    let app = TestApp::start().await;
    let endless =
        stream::iter(std::iter::once("--XX\r\nX: ".to_owned()).chain(vec!["y".repeat(64 << 10); 40]));
    let body = Body::from_stream(futures::StreamExt::map(endless, Ok::<_, std::io::Error>));
    assert_eq!(app.send(upload_request("/upload", body)).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_refused_part_aborts_the_upload() {
    let app = TestApp::start().await;
    app.s3.contents().refuse_parts_from = Some(2);
    let answer = app.upload(&[("a.png", &png_of(PART_BYTES + 1))]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert!(!answer.text().contains("AccessDenied"), "{}", answer.text());
    let contents = app.s3.contents();
    assert!(contents.open_uploads.is_empty() && contents.objects.is_empty());
    assert_eq!(contents.aborted, 1);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let app = TestApp::start().await;
    let mut start = form(&[("whole.png", PNG)]);
    start.truncate(start.len() - "--XX--\r\n".len());
    start.extend(part_head("half.png").into_bytes());
    start.extend(png_of(PART_BYTES * 3 / 2));
    // The body breaks off after the first part is stored, and the handler's future is dropped at the same time.
    let (gone, breaks) = tokio::sync::oneshot::channel::<()>();
    let broken = async {
        let _ = breaks.await;
        Err(std::io::Error::other("connection reset"))
    };
    let chunks = stream::iter(start.chunks(64 << 10).map(|chunk| Ok(chunk.to_vec())).collect::<Vec<_>>());
    let body = Body::from_stream(futures::StreamExt::chain(chunks, stream::once(broken)));
    let handler = tokio::spawn(app.send(upload_request("/upload", body)));
    app.s3.until("the first part is stored", |s3| s3.part_sizes.len() == 1).await;
    handler.abort();
    gone.send(()).unwrap();
    app.s3.until("the upload is aborted", |s3| s3.aborted == 1).await;
    app.s3.until("the whole file is deleted", |s3| s3.objects.is_empty()).await;
}

#[tokio::test]
async fn errors_come_as_a_page_or_as_json() {
    let app = TestApp::start().await;
    let page = app.get("/images/1/none.png").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text().contains("href=\"../../assets/app-"), "{}", page.text());
    assert!(page.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
    assert_eq!(app.get("/nothing").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/images/1/%2e%2e/x").await.status, StatusCode::NOT_FOUND);
    let wrong_method = app.get("/upload").await;
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong_method.header(header::ALLOW), "POST");
}

#[tokio::test]
async fn the_style_sheet_is_served_under_its_hash() {
    let app = TestApp::start().await;
    let page = app.get("/").await;
    let file = page.text().split("assets/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let css = app.get(&format!("/assets/{file}")).await;
    assert_eq!((css.status, css.header(header::CONTENT_TYPE)), (StatusCode::OK, "text/css; charset=utf-8"));
    assert!(css.header(header::CACHE_CONTROL).contains("immutable"));
    assert_eq!(app.get("/assets/app-old.css").await.header(header::CACHE_CONTROL), "no-store");
    assert_eq!(app.get("/assets/other.js").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_base_path_is_taken_off() {
    let app = TestApp::with(LIMITS, "/rust").await;
    let redirect = app.get("/rust").await;
    assert_eq!(
        (redirect.status, redirect.header(header::LOCATION)),
        (StatusCode::TEMPORARY_REDIRECT, "rust/")
    );
    for path in ["/rust/", "/", "//rust/"] {
        assert_eq!(app.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert!(app.get("/rust/?uploaded=2").await.text().contains("2 images stored."));
    assert_eq!(app.get("/rust/nothing").await.status, StatusCode::NOT_FOUND);
}
