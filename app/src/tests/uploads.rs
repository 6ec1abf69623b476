//! Uploads: what is stored, what is refused, what is left.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures::stream;

use super::{LIMITS, TestApp, form, part_head, png, png_of, upload_request};
use crate::storage::PART_BYTES;
use app_intake::limits::UploadLimits;

#[tokio::test]
async fn a_browser_is_sent_back_to_the_page() {
    let app = TestApp::start().await;
    let mut request = upload_request("//upload.php", form(&[("a.png", &png()), ("b.png", &png())]).into());
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
        assert!(contents.objects[&key].bytes == file, "{size} bytes came back different");
        assert_eq!(contents.part_sizes, parts);
        assert!(contents.open_uploads.is_empty());
    }
}

#[tokio::test]
async fn what_is_refused_leaves_nothing() {
    let app = TestApp::with(UploadLimits { max_file_bytes: 1024, ..LIMITS }, "").await;
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
    check(&[("a.png", &png()), ("b.txt", b"text")], StatusCode::UNSUPPORTED_MEDIA_TYPE, "b.txt").await;
    check(&[("a.png", &png()[..]); 4], StatusCode::PAYLOAD_TOO_LARGE, "more than 3 files").await;
    check(&[("a.png", &png_of(2 << 20))], StatusCode::PAYLOAD_TOO_LARGE, "3 files of 1 KiB").await;
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
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!answer.text().contains("AccessDenied"), "{}", answer.text());
    let contents = app.s3.contents();
    assert!(contents.open_uploads.is_empty() && contents.objects.is_empty());
    assert_eq!(contents.aborted, 1);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let app = TestApp::start().await;
    let mut start = form(&[("whole.png", &png())]);
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
async fn an_answer_tells_all_about_an_image() {
    let app = TestApp::start().await;
    let answer = app.upload(&[("a.png", &png())]).await.json();
    let image = &answer["images"][0];
    assert_eq!((image["width"].as_u64(), image["height"].as_u64()), (Some(3), Some(2)));
    let key = image["key"].as_str().unwrap();
    let size = app.s3.contents().objects[key].size.clone();
    assert_eq!(size, Some(("3".to_owned(), "2".to_owned())), "it is stored with the object");
}

#[tokio::test]
async fn a_lie_about_the_type_is_refused() {
    let app = TestApp::start().await;
    let lie = part_head("a.png").replace("\r\n\r\n", "\r\nContent-Type: image/jpeg\r\n\r\n");
    let body = [lie.as_bytes(), &png(), b"\r\n--XX--\r\n"].concat();
    let answer = app.send(upload_request("/upload", body.into())).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text());
    assert!(answer.text().contains("image/jpeg"), "{}", answer.text());
    assert!(app.s3.keys().is_empty());
}

#[tokio::test]
async fn too_many_pixels_are_refused() {
    let app = TestApp::with(UploadLimits { max_pixels: 5, ..LIMITS }, "").await;
    let answer = app.upload(&[("a.png", &png())]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.text().contains("limit of 5"), "{}", answer.text());
}

#[tokio::test]
async fn an_upload_from_another_site_is_refused() {
    let app = TestApp::start().await;
    let mut request = upload_request("/upload", form(&[("a.png", &png())]).into());
    request.headers_mut().insert(header::ORIGIN, "https://other.example".parse().unwrap());
    assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN);
    assert!(app.s3.keys().is_empty());
}
