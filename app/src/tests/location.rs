//! Positions are taken out of images on their way, where that is wanted.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use serde_json::json;

use super::direct::post;
use super::{TestApp, config};
use crate::config::Config;
use crate::fake_s3::{FakeS3, Object};
use crate::storage::PART_BYTES;
use crate::{App, router};

/// A JPEG with a position in its Exif data, behind so many bytes of another segment.
fn with_position(padding: usize) -> Vec<u8> {
    let segment = |code: u8, data: &[u8]| {
        [&[0xFF, code], &u16::try_from(data.len() + 2).unwrap().to_be_bytes()[..], data].concat()
    };
    let table = b"MM\0\x2A\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1A\0\0\0\0";
    let position = b"\0\x01\0\x1D\0\x02\0\0\0\x0B\0\0\0\x2C\0\0\0\0SECRET DAY\0";
    let exif = segment(0xE1, &[b"Exif\0\0", &table[..], position].concat());
    let filling = segment(0xE5, &[7; 65_533]).repeat(padding.div_ceil(65_537));
    let frame = segment(0xC0, &[8, 0, 2, 0, 3, 1, 1, 0x11, 0]);
    let scan = segment(0xDA, &[1, 1, 0, 0, 0x3F, 0]);
    [b"\xFF\xD8".to_vec(), filling, exif, frame, scan, b"pixels\xFF\xD9".to_vec()].concat()
}

fn has_secret(file: &[u8]) -> bool {
    file.windows(6).any(|part| part == b"SECRET")
}

#[tokio::test]
async fn an_image_is_stored_without_its_position_only_where_that_is_wanted() {
    for strip_location in [false, true] {
        let app = TestApp::of(Config { strip_location, ..config() }).await;
        for padding in [0, PART_BYTES - 100, PART_BYTES * 2] {
            let file = with_position(padding);
            let answer = app.upload(&[("a.jpg", &file)]).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
            let key = answer.json()["images"][0]["key"].as_str().unwrap().to_owned();
            let stored = app.s3.contents().objects[&key].bytes.clone();
            assert_eq!((stored.len(), has_secret(&stored)), (file.len(), !strip_location), "{padding}");
            assert!(stored.ends_with(b"pixels\xFF\xD9"));
        }
    }
}

fn send_to_s3(app: &TestApp, incoming: &str, file: &[u8]) {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"))]);
    let object = Object::new(&headers, Bytes::copy_from_slice(file));
    app.s3.contents().objects.insert(incoming.to_owned(), object);
}

#[tokio::test]
async fn what_a_browser_sent_to_the_bucket_itself_loses_its_position_too() {
    let app = TestApp::of(Config { strip_location: true, direct_upload: true, ..config() }).await;
    for (name, padding) in [("a", 0), ("b", PART_BYTES * 2)] {
        let file = with_position(padding);
        let incoming = format!("incoming/8000000000000-0000000{name}/{name}.jpg");
        send_to_s3(&app, &incoming, &file);
        let answer = post(&app, "/direct/complete", json!({"key": incoming})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let key = answer.json()["images"][0]["key"].as_str().unwrap().to_owned();
        let contents = app.s3.contents();
        let stored = &contents.objects[&key].bytes;
        assert_eq!((stored.len(), has_secret(stored)), (file.len(), false), "{padding}");
        assert!(!contents.objects.contains_key(&incoming) && contents.open_uploads.is_empty());
    }
}

const INCOMING: &str = "incoming/8000000000000-00000000/a.jpg";
const KEY: &str = "uploads/8000000000000-00000000/a.jpg";

/// The first answer was lost, and so was the removal of what came in.
#[tokio::test]
async fn an_image_without_its_position_is_known_to_be_made_of_what_came_in() {
    let app = TestApp::of(Config { strip_location: true, direct_upload: true, ..config() }).await;
    let file = with_position(0);
    let mut stored = Vec::new();
    for _ in 0..2 {
        send_to_s3(&app, INCOMING, &file);
        let answer = post(&app, "/direct/complete", json!({"key": INCOMING})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        assert_eq!(app.s3.keys(), [KEY]);
        stored.push((answer.json(), app.s3.contents().objects[KEY].bytes.clone()));
    }
    assert!(stored[0] == stored[1] && !has_secret(&stored[0].1));
}

#[tokio::test]
async fn what_there_is_no_memory_for_can_be_completed_later() {
    let (s3, storage) = FakeS3::start().await;
    let app = App::new(Arc::new(storage), &Config { strip_location: true, direct_upload: true, ..config() });
    app.admission.refuse_memory();
    let app = TestApp { images: Arc::clone(&app.images), router: router(app, ""), s3 };
    send_to_s3(&app, INCOMING, &with_position(0));
    let answer = post(&app, "/direct/complete", json!({"key": INCOMING})).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
    assert_eq!(app.s3.keys(), [INCOMING]);
}

#[tokio::test]
async fn no_part_is_empty() {
    let app = TestApp::of(Config { strip_location: true, direct_upload: true, ..config() }).await;
    for parts in [1, 2] {
        let mut file = with_position(PART_BYTES * (parts - 1));
        // What is behind the image belongs to the file.
        file.resize(PART_BYTES * parts, 7);
        send_to_s3(&app, INCOMING, &file);
        let answer = post(&app, "/direct/complete", json!({"key": INCOMING})).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        let mut contents = app.s3.contents();
        assert_eq!(contents.objects[KEY].bytes.len(), file.len());
        assert_eq!(std::mem::take(&mut contents.part_sizes), vec![PART_BYTES; parts]);
        contents.objects.clear();
    }
}
