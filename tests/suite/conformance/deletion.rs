//! Deleting an image, and that only this site's own pages can ask for it.

use e2e::app_client::{AppClient, JSON, PNG, StoredImage, answer};
use e2e::form::Form;
use reqwest::header::{ACCEPT, HOST};
use reqwest::{Method, StatusCode};

use super::{both, both_with};

/// `Sec-Fetch-Site`, `Origin`, and whether a request with them passes. `HOST` stands for the site's own host and port.
const REQUESTS: [(Option<&str>, Option<&str>, bool); 17] = [
    (None, None, true),
    (Some("same-origin"), None, true),
    (Some("none"), None, true),
    (Some("same-origin"), Some("http://HOST"), true),
    (Some("same-origin"), Some("https://evil.example"), true),
    (Some("same-site"), None, false),
    (Some("cross-site"), None, false),
    (Some("cross-site"), Some("http://HOST"), false),
    (Some("whatever"), None, false),
    (None, Some("http://HOST"), true),
    (None, Some("https://HOST"), true),
    (None, Some("https://evil.example"), false),
    (None, Some("http://HOST.evil.example"), false),
    (None, Some("http://evil.example/HOST"), false),
    (None, Some("http://images.example:8081"), false),
    (None, Some("http://images.example"), false),
    (None, Some("null"), false),
];

const OWN_HOST: &str = "images.example:8080";

#[test]
fn a_deleted_image_is_gone() {
    both_with(&[], async |site| {
        let [first, second] = [site.client.upload("a b.png").await, site.client.upload("b.png").await];
        let browser = delete(&site.client, &first).header(ACCEPT, "text/html");
        let answered = answer(browser).await.has(303);
        assert_eq!(answered.header("location"), "../../?deleted=1");
        for path in [&first.url, &format!("view/{}", first.path())] {
            site.client.fetch(path).await.has(404);
        }
        site.bucket.comes_to_hold(std::slice::from_ref(&second.key)).await;
        assert!(!site.client.fetch("").await.text().contains(first.path()));

        let program = delete(&site.client, &second).header(ACCEPT, JSON);
        let answered = answer(program).await.has(200);
        assert_eq!(answered.json(), serde_json::json!({ "deleted": second.key }));
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn only_an_image_that_is_there_is_deleted() {
    both_with(&[], async |site| {
        let stored = site.client.upload("there.png").await;
        site.bucket.put("secret/file.png", PNG, "image/png").await;
        let (id, _) = stored.path().split_once('/').unwrap();
        for path in [
            format!("delete/{id}/other.png"),
            format!("delete/{id}"),
            format!("delete/{id}/there.png/x"),
            "delete/..%2fsecret/file.png".to_owned(),
            "delete/8000000000000-00000000/there.png".to_owned(),
        ] {
            let answered = answer(site.client.request(Method::POST, &path).header(ACCEPT, JSON)).await;
            assert_eq!(answered.status, 404, "{path}: {}", answered.text());
        }
        for method in [Method::GET, Method::HEAD] {
            let request = site.client.request(method, &format!("delete/{}", stored.path()));
            assert_eq!(request.send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
        }
        let mut keys = vec![stored.key, "secret/file.png".to_owned()];
        keys.sort();
        assert_eq!(site.bucket.everything().await, keys);
    });
}

#[test]
fn another_site_cannot_delete() {
    both(async |site| {
        for (fetch_site, origin, passes) in REQUESTS {
            let stored = site.client.upload("cross-site.png").await;
            let request = from_site(delete(&site.client, &stored), fetch_site, origin);
            let answered = answer(request).await;
            let expected = if passes { 200 } else { 403 };
            assert_eq!(answered.status, expected, "{fetch_site:?} {origin:?}: {}", answered.text());
            let left = site.client.fetch(&stored.url).await.status;
            assert_eq!(left, if passes { 404 } else { 200 }, "{fetch_site:?} {origin:?}");
        }
    });
}

#[test]
fn another_site_cannot_upload() {
    both_with(&[], async |site| {
        let form = Form::image("cross-site.png", PNG);
        let mut keys = Vec::new();
        for (fetch_site, origin, passes) in REQUESTS {
            let answered =
                answer(from_site(site.client.form_request("upload", &form), fetch_site, origin)).await;
            let expected = if passes { 201 } else { 403 };
            assert_eq!(answered.status, expected, "{fetch_site:?} {origin:?}: {}", answered.text());
            match passes {
                true => keys.push(answered.images().remove(0).key),
                false => assert!(!answered.error().is_empty()),
            }
        }
        site.bucket.comes_to_hold(&keys).await;
    });
}

#[test]
fn another_site_may_link_here() {
    both(async |site| {
        let stored = site.client.upload("linked.png").await;
        for path in ["", &stored.url, &format!("view/{}", stored.path()), "healthz"] {
            let headers = [("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")];
            site.client.fetch_with(path, &headers).await.has(200);
        }
    });
}

fn delete(client: &AppClient, image: &StoredImage) -> reqwest::RequestBuilder {
    client.request(Method::POST, &format!("delete/{}", image.path()))
}

fn from_site(
    request: reqwest::RequestBuilder,
    fetch_site: Option<&str>,
    origin: Option<&str>,
) -> reqwest::RequestBuilder {
    let mut request = request.header(HOST, OWN_HOST).header(ACCEPT, JSON);
    if let Some(fetch_site) = fetch_site {
        request = request.header("Sec-Fetch-Site", fetch_site);
    }
    if let Some(origin) = origin {
        request = request.header("Origin", origin.replace("HOST", OWN_HOST));
    }
    request
}
