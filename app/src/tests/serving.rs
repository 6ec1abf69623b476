//! Images as they are served, and health.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;

use app_intake::limits::UploadLimits;

use super::{LIMITS, TestApp, config, png, png_of};
use crate::storage::Storage;
use crate::{App, router};

#[tokio::test]
async fn health_needs_no_bucket() {
    let app = App::new(Arc::new(Storage::new("unreachable".to_owned(), Duration::from_secs(1))), &config());
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
    let stored = app.upload(&[("my cat.png", &png())]).await;
    assert_eq!(stored.status, StatusCode::CREATED);
    let image = stored.json()["images"][0].clone();
    assert_eq!((&image["size"], &image["content_type"]), (&png().len().into(), &"image/png".into()));
    let url = image["url"].as_str().unwrap();
    assert!(url.starts_with("images/8") && url.ends_with("/my%20cat.png"), "{url}");

    let page = app.get("/?uploaded=1").await;
    assert!(
        page.text().contains(&format!("<img src=\"{}\"", url.replace("images/", "thumbnails/"))),
        "{}",
        page.text()
    );
    assert!(page.text().contains("1 image stored."));
    assert!(!page.text().contains("=\"/"), "an absolute link breaks behind a path prefix");

    let served = app.get(&format!("/{url}")).await;
    assert_eq!((served.status, &served.body[..]), (StatusCode::OK, &png()[..]));
    assert_eq!(served.header(header::CONTENT_TYPE), "image/png");
    assert_eq!(served.header(header::CONTENT_LENGTH), png().len().to_string());
    assert_eq!(served.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(served.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");

    let path = format!("/{url}");
    let tag = served.header(header::ETAG).to_owned();
    let known = Request::get(&path).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
    let known = app.send(known).await;
    assert_eq!((known.status, known.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let range = Request::get(&path).header(header::RANGE, "bytes=0-7").body(Body::empty()).unwrap();
    let range = app.send(range).await;
    assert_eq!((range.status, &range.body[..]), (StatusCode::PARTIAL_CONTENT, &png()[..8]));
}

#[tokio::test]
async fn an_image_that_the_client_has_is_not_opened() {
    let app = TestApp::start().await;
    let stored = app.upload(&[("a.png", &png())]).await.json();
    let path = format!("/{}", stored["images"][0]["url"].as_str().unwrap());
    let head = Request::head(&path).body(Body::empty()).unwrap();
    let tag = app.send(head).await.header(header::ETAG).to_owned();
    let with_tag = |path: &str, tag: &str| {
        let request = Request::get(path).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
        app.send(request)
    };
    let list = format!("\"other\", {tag}");
    let tags = [tag.as_str(), &format!("W/{tag}"), &list, "*"];
    for known in tags {
        let answer = with_tag(&path, known).await;
        assert_eq!(
            (answer.status, answer.header(header::ETAG)),
            (StatusCode::NOT_MODIFIED, &*tag),
            "{known}"
        );
    }
    assert_eq!(app.s3.contents().opened, [""; 0]);
    assert_eq!(with_tag(&path, "\"other\"").await.body, png());
    assert_eq!(app.s3.contents().opened.len(), 1);
    assert_eq!(with_tag("/images/1-a/none.png", &tag).await.status, StatusCode::NOT_FOUND);
    // The same from memory.
    assert_eq!(app.get(&path).await.body, png());
    app.s3.contents().is_down = true;
    for known in tags {
        assert_eq!(with_tag(&path, known).await.status, StatusCode::NOT_MODIFIED, "{known}");
    }
    assert_eq!(with_tag(&path, "\"other\"").await.body, png());
    // S3 is asked again after a second, once, also where nobody wants but to know whether the tag still holds.
    app.s3.contents().is_down = false;
    app.images.age(path.trim_start_matches('/').replace("images/", "uploads/").as_str());
    for known in tags {
        assert_eq!(with_tag(&path, known).await.status, StatusCode::NOT_MODIFIED, "{known}");
    }
    assert_eq!(app.s3.contents().not_modified, 2 + 1);
}

#[tokio::test]
async fn an_image_in_memory_is_answered_as_from_the_bucket() {
    let app = TestApp::start().await;
    let stored = app.upload(&[("a.png", &png())]).await.json();
    let path = format!("/{}", stored["images"][0]["url"].as_str().unwrap());
    let ranges = ["bytes=0-7", "bytes=-5", "bytes=5-", "bytes=0-99999", "bytes=99999-", "bytes=1-2,4-5"];
    let mut answers = Vec::new();
    for in_memory in [false, true] {
        if in_memory {
            app.get(&path).await;
        }
        for range in ranges {
            let head = Request::head(&path).body(Body::empty()).unwrap();
            let part = Request::get(&path).header(header::RANGE, range).body(Body::empty()).unwrap();
            for request in [head, part] {
                let mut answer = app.send(request).await;
                answer.headers.remove("x-request-id");
                answers.push((answer.status, answer.headers, answer.body));
            }
        }
    }
    let (from_s3, from_memory) = answers.split_at(answers.len() / 2);
    assert_eq!(from_s3, from_memory);
}

#[tokio::test]
async fn a_large_image_gets_a_thumbnail_that_is_kept() {
    let app = TestApp::start().await;
    let mut large = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(900, 300).write_to(&mut large, image::ImageFormat::Png).unwrap();
    for (file, small) in [(large.into_inner(), true), (png(), false)] {
        let stored = app.upload(&[("a.png", &file)]).await.json();
        let url = stored["images"][0]["url"].as_str().unwrap().replace("images/", "/thumbnails/");
        let served = app.get(&url).await;
        assert_eq!(served.status, StatusCode::OK);
        let expected = if small { "image/jpeg" } else { "image/png" };
        assert_eq!(served.header(header::CONTENT_TYPE), expected);
        assert_eq!(served.body == file, !small);
        let kept = format!("thumbnails/{}.v2", url.strip_prefix("/thumbnails/").unwrap());
        assert_eq!(app.s3.contents().objects.contains_key(&kept), small);
    }
    assert_eq!(app.get("/thumbnails/1-a/none.png").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_thumbnail_is_made_once_however_many_ask_for_it() {
    let app = TestApp::start().await;
    let mut large = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(900, 300).write_to(&mut large, image::ImageFormat::Png).unwrap();
    let stored = app.upload(&[("a.png", &large.into_inner())]).await.json();
    let url = stored["images"][0]["url"].as_str().unwrap().replace("images/", "/thumbnails/");
    let answers = futures::future::join_all((0..20).map(|_| app.get(&url))).await;
    let (status, kind) = (StatusCode::OK, "image/jpeg");
    assert!(
        answers.iter().all(|answer| (answer.status, answer.header(header::CONTENT_TYPE)) == (status, kind))
    );
    assert_eq!(app.s3.contents().stored.iter().filter(|key| key.starts_with("thumbnails/")).count(), 1);
}

#[tokio::test]
async fn what_is_too_costly_is_found_out_once_and_not_fetched_for_it() {
    let limits = UploadLimits { max_pixels: 1 << 40, ..LIMITS };
    let app = TestApp::with(limits, "").await;
    // Of such a size, a file that is stored with it is not opened, and one that is not is read to its header.
    let mut file = png_of(3_000_000);
    file[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
    for knows_its_size in [true, false] {
        let stored = app.upload(&[("a.png", &file)]).await.json();
        let image = &stored["images"][0];
        let key = image["key"].as_str().unwrap().to_owned();
        if !knows_its_size {
            app.s3.contents().objects.get_mut(&key).unwrap().size = None;
        }
        let url = image["url"].as_str().unwrap().replace("images/", "/thumbnails/");
        for again in [false, true] {
            app.s3.contents().opened.clear();
            let served = app.get(&url).await;
            assert_eq!((served.status, served.body.len()), (StatusCode::OK, file.len()));
            let read = app.s3.contents().opened.clone();
            // To serve it, and before that, the first time, to look for a thumbnail and at the file.
            let expected = if again { 1 } else { 2 + usize::from(!knows_its_size) };
            assert_eq!(read.len(), expected, "{read:?}");
        }
    }
}

#[tokio::test]
async fn a_deleted_image_takes_the_thumbnails_of_every_version_with_it() {
    let app = TestApp::start().await;
    let stored = app.upload(&[("a.png", &png())]).await.json();
    let path = stored["images"][0]["url"].as_str().unwrap().strip_prefix("images/").unwrap().to_owned();
    let image = app.s3.contents().objects.values().next().unwrap().clone();
    for version in ["", ".v2"] {
        app.s3.contents().objects.insert(format!("thumbnails/{path}{version}"), image.clone());
    }
    let request = Request::post(format!("/delete/{path}")).body(Body::empty()).unwrap();
    assert_eq!(app.send(request).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.s3.keys(), Vec::<String>::new());
}
