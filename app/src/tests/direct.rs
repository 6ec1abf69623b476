//! Uploads that went to S3 without passing through the app.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use bytes::Bytes;
use serde_json::{Value, json};

use super::{Answer, TestApp, config, png, png_of};
use crate::config::Config;
use crate::fake_s3::Object;

async fn start() -> TestApp {
    TestApp::of(Config { direct_upload: true, ..config() }).await
}

pub(super) async fn post(app: &TestApp, path: &str, body: Value) -> Answer {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json");
    app.send(request.body(Body::from(body.to_string())).unwrap()).await
}

/// What S3 does with a form that was signed for it.
fn send_to_s3(app: &TestApp, form: &Value, bytes: Vec<u8>) {
    let content_type = form["fields"]["Content-Type"].as_str().unwrap();
    let headers =
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap())]);
    let key = form["key"].as_str().unwrap().to_owned();
    app.s3.contents().objects.insert(key, Object::new(&headers, Bytes::from(bytes)));
}

/// A file that S3 has taken, and the request that completes it.
async fn sent(app: &TestApp) -> (Value, Value) {
    let upload = json!({"name": "a.png", "size": png().len(), "type": "image/png"});
    let form = post(app, "/direct", upload).await.json();
    send_to_s3(app, &form, png());
    let complete = json!({"key": form["key"]});
    (form, complete)
}

#[tokio::test]
async fn an_image_that_s3_has_taken_becomes_an_upload() {
    let app = start().await;
    let upload = json!({"name": "my cat.png", "size": 57, "type": "image/png"});
    let form = post(&app, "/direct", upload).await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    let form = form.json();
    let key = form["key"].as_str().unwrap();
    assert!(key.starts_with("incoming/8") && key.ends_with("/my cat.png"), "{key}");
    assert!(form["url"].as_str().unwrap().ends_with("/images"));
    send_to_s3(&app, &form, png());
    assert!(!app.get("/").await.text().contains("cat.png"), "what nobody has looked at is not shown");

    let stored = post(&app, "/direct/complete", json!({"key": key})).await;
    assert_eq!(stored.status, StatusCode::CREATED, "{}", stored.text());
    let image = &stored.json()["images"][0];
    assert_eq!((&image["width"], &image["height"]), (&json!(3), &json!(2)));
    let keys = app.s3.keys();
    assert_eq!(keys, [image["key"].as_str().unwrap()]);
    assert!(keys[0].starts_with("uploads/"));
}

#[tokio::test]
async fn an_image_is_not_replaced_by_its_own_form() {
    let app = start().await;
    let form = post(&app, "/direct", json!({"name": "a.png", "size": 58, "type": "image/png"})).await.json();
    let complete = json!({"key": form["key"]});
    send_to_s3(&app, &form, png());
    assert_eq!(post(&app, "/direct/complete", complete.clone()).await.status, StatusCode::CREATED);
    send_to_s3(&app, &form, png_of(100));
    let again = post(&app, "/direct/complete", complete).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "{}", again.text());
    let contents = app.s3.contents();
    assert_eq!(contents.objects.len(), 1, "{:?}", contents.objects.keys());
    assert!(contents.objects.values().all(|object| object.bytes == png()));
}

/// The other request has looked at the same file at the same time, and was faster.
#[tokio::test]
async fn of_two_requests_for_one_file_neither_deletes_the_others_image() {
    let app = start().await;
    let (form, complete) = sent(&app).await;
    let incoming = form["key"].as_str().unwrap().to_owned();
    let key = incoming.replace("incoming/", "uploads/");
    let taken = key.clone();
    app.s3.contents().before_copy = Some(Box::new(move |contents| {
        let object = contents.objects.remove(&incoming).unwrap();
        contents.objects.insert(taken, object);
    }));
    let second = post(&app, "/direct/complete", complete).await;
    assert_eq!(second.status, StatusCode::CREATED, "{}", second.text());
    assert_eq!(second.json()["images"][0]["key"], key);
    assert_eq!(app.s3.keys(), [key]);
    assert!(app.s3.contents().deleted.iter().all(|key| key.starts_with("incoming/")));
}

#[tokio::test]
async fn a_copy_whose_answer_is_lost_is_found_by_the_next_try() {
    let app = start().await;
    let (form, complete) = sent(&app).await;
    app.s3.contents().lose_copies = true;
    let first = post(&app, "/direct/complete", complete.clone()).await;
    assert_eq!(first.status, StatusCode::SERVICE_UNAVAILABLE, "{}", first.text());
    let again = post(&app, "/direct/complete", complete).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.text());
    assert_eq!(again.json()["images"][0]["width"], 3);
    assert_eq!(app.s3.keys(), [form["key"].as_str().unwrap().replace("incoming/", "uploads/")]);
}

/// The first request has moved it, and nobody got the answer.
#[tokio::test]
async fn what_was_moved_by_then_is_the_answer() {
    for strip_location in [false, true] {
        let app = TestApp::of(Config { direct_upload: true, strip_location, ..config() }).await;
        let (form, complete) = sent(&app).await;
        let first = post(&app, "/direct/complete", complete.clone()).await;
        let key = form["key"].as_str().unwrap().replace("incoming/", "uploads/");
        assert_eq!(app.s3.keys(), [key.as_str()]);
        let again = post(&app, "/direct/complete", complete.clone()).await;
        assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
        assert_eq!(first.json(), again.json());
        app.s3.contents().objects.remove(&key);
        assert_eq!(post(&app, "/direct/complete", complete).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_file_that_was_replaced_while_it_was_looked_at_is_not_taken() {
    let app = start().await;
    let (form, complete) = sent(&app).await;
    let key = form["key"].as_str().unwrap().to_owned();
    app.s3.contents().before_copy = Some(Box::new(move |contents| {
        contents.objects.get_mut(&key).unwrap().bytes = png_of(100).into();
    }));
    let refused = post(&app, "/direct/complete", complete).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text());
    assert!(app.s3.keys().is_empty());
}

#[tokio::test]
async fn what_is_no_image_is_removed() {
    let app = start().await;
    let upload = json!({"name": "a.png", "size": 100, "type": "image/png"});
    let cases: [(&[u8], StatusCode); 3] = [
        (&[b'x'; 100], StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (&png_of(100)[..90], StatusCode::BAD_REQUEST),
        (b"GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;", StatusCode::BAD_REQUEST),
    ];
    for (bytes, status) in cases {
        let form = post(&app, "/direct", upload.clone()).await.json();
        send_to_s3(&app, &form, bytes.to_vec());
        let answer = post(&app, "/direct/complete", json!({"key": form["key"]})).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        assert!(app.s3.keys().is_empty());
    }
}

#[tokio::test]
async fn what_would_be_refused_is_not_signed() {
    let app = start().await;
    let check = async |upload, status| assert_eq!(post(&app, "/direct", upload).await.status, status);
    check(json!({"name": "a", "size": 1 << 30, "type": "image/png"}), StatusCode::PAYLOAD_TOO_LARGE).await;
    check(json!({"name": "a", "size": 0, "type": "image/png"}), StatusCode::BAD_REQUEST).await;
    check(json!({"name": "a", "size": 1, "type": "image/svg+xml"}), StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    check(json!({"name": "a", "size": 1}), StatusCode::UNSUPPORTED_MEDIA_TYPE).await;
    check(json!({"name": "a"}), StatusCode::BAD_REQUEST).await;
}

#[tokio::test]
async fn only_what_came_in_can_be_completed() {
    let app = start().await;
    for key in ["incoming/1-a/none.png", "uploads/1-a/b.png", "incoming/../uploads/x", "x"] {
        let answer = post(&app, "/direct/complete", json!({"key": key})).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{key}");
    }
}

#[tokio::test]
async fn it_is_off_unless_asked_for() {
    let app = TestApp::start().await;
    let answer = post(&app, "/direct", json!({"name": "a", "size": 1, "type": "image/png"})).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!app.get("/").await.text().contains("data-direct"));
    let with = start().await.get("/").await;
    assert!(with.text().contains("data-direct=\"direct\""));
    assert!(with.header(header::CONTENT_SECURITY_POLICY).contains("connect-src 'self' http://127.0.0.1:"));
}
