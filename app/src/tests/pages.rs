//! Pages, their files, and where they are found.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::{LIMITS, TestApp, png};

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

#[tokio::test]
async fn the_page_of_an_error_leads_back_below_the_base_path() {
    let app = TestApp::with(LIMITS, "/some/app").await;
    let cases = [
        ("/some/app/nothing", "./"),
        ("/some/app/images/1/none.png", "../../"),
        ("//some//app/view/1/none.png", "../../"),
        ("/images/1/none.png", "../../"),
    ];
    for (path, root) in cases {
        let page = app.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        for link in [format!("href=\"{root}\""), format!("src=\"{root}assets/app-")] {
            assert!(page.text().contains(&link), "{path}: {link}: {}", page.text());
        }
    }
}

#[tokio::test]
async fn the_gallery_has_pages() {
    let app = TestApp::start().await;
    for index in 0..30 {
        assert_eq!(app.upload(&[(&format!("{index}.png"), &png())]).await.status, StatusCode::CREATED);
    }
    let first = app.get("/").await;
    assert_eq!(first.text().matches("<figure>").count(), 24);
    assert!(!first.text().contains(">Newest<"), "the first page is the newest");
    let older = first.text().split("href=\"?after=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let second = app.get(&format!("/?after={older}")).await;
    assert_eq!(second.text().matches("<figure>").count(), 6);
    assert!(second.text().contains(">Newest<") && !second.text().contains(">Older<"));
    assert_eq!(app.get("/?after=../x").await.text().matches("<figure>").count(), 24);
}

#[tokio::test]
async fn an_image_has_a_page_and_can_be_deleted_there() {
    let app = TestApp::start().await;
    let stored = app.upload(&[("my cat.png", &png())]).await.json();
    let path = stored["images"][0]["url"].as_str().unwrap().strip_prefix("images/").unwrap().to_owned();
    let view = app.get(&format!("/view/{path}")).await;
    for part in ["3 × 2 pixels", "image/png", "58 bytes", &format!("action=\"../../delete/{path}\"")] {
        assert!(view.text().contains(part), "{part}: {}", view.text());
    }
    let delete = Request::post(format!("/delete/{path}")).body(Body::empty()).unwrap();
    let deleted = app.send(delete).await;
    assert_eq!(
        (deleted.status, deleted.header(header::LOCATION)),
        (StatusCode::SEE_OTHER, "../../?deleted=1")
    );
    assert!(app.s3.keys().is_empty());
    assert_eq!(app.get(&format!("/view/{path}")).await.status, StatusCode::NOT_FOUND);
    assert!(app.get("/?deleted=1").await.text().contains("The image is deleted."));
}

#[tokio::test]
async fn more_requests_than_allowed_are_told_to_come_again() {
    let mut config = super::config();
    config.admission.requests_per_second = 1;
    let app = TestApp::of(config).await;
    assert_eq!(app.get("/").await.status, StatusCode::OK);
    let refused = app.get("/").await;
    assert_eq!((refused.status, refused.header(header::RETRY_AFTER)), (StatusCode::SERVICE_UNAVAILABLE, "2"));
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
    let named_so = app.get("/images/1-a/healthz").await;
    assert_eq!(named_so.status, StatusCode::SERVICE_UNAVAILABLE, "only the checks themselves are let in");
}
