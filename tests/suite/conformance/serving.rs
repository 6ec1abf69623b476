//! How images are served: headers for good, conditional requests, ranges, and nothing that a browser would run.

use e2e::app_client::{Answer, StoredImage};
use e2e::corpus::{self, Case, Expected, HTML, png};
use e2e::site::Site;
use reqwest::Method;

use super::{both, both_behind_proxy};

const FOR_GOOD: &str = "public, max-age=31536000, immutable";

#[test]
fn an_image_is_served_for_good() {
    both(async |site| {
        let (stored, bytes) = image(&site).await;
        let got = site.client.fetch(&stored.url).await.has(200);
        assert!(got.body == bytes);
        for (name, value) in [
            ("content-type", "image/png"),
            ("content-length", &*bytes.len().to_string()),
            ("cache-control", FOR_GOOD),
            ("accept-ranges", "bytes"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("content-disposition", ""),
            ("set-cookie", ""),
        ] {
            assert_eq!(got.header(name), value, "{name}");
        }
        let tag = got.header("etag");
        assert!(tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        assert!(got.header("last-modified").ends_with(" GMT"), "{:?}", got.headers);
        let request = site.client.request(Method::HEAD, &stored.url);
        let head = e2e::app_client::answer(request).await.has(200);
        for name in
            ["content-type", "content-length", "etag", "last-modified", "cache-control", "accept-ranges"]
        {
            assert_eq!(head.header(name), got.header(name), "{name} of HEAD");
        }
    });
}

#[test]
fn every_kind_of_image_is_served_as_what_it_is() {
    let named = ["png-rgb-8", "jpeg-baseline", "gif-animated", "webp-lossless", "avif-still"];
    let cases: Vec<Case> =
        corpus::all().into_iter().filter(|case| named.contains(&case.name.as_str())).collect();
    assert_eq!(cases.len(), named.len());
    both(async |site| {
        for case in &cases {
            let Expected::Stored { content_type, .. } = case.expected else { panic!("{}", case.name) };
            // The name does not decide.
            let stored = site.client.store("name.html", &case.bytes).await;
            let got = site.client.fetch(&stored.url).await.has(200);
            assert_eq!((got.header("content-type"), &got.body), (content_type, &case.bytes), "{}", case.name);
        }
    });
}

#[test]
fn a_client_that_has_the_image_is_answered_so() {
    both(async |site| {
        let (stored, bytes) = image(&site).await;
        let tag = site.client.fetch(&stored.url).await.header("etag").to_owned();
        let weak = format!("W/{tag}");
        let list = format!("\"other\", {weak} , \"more\"");
        let tight = format!("\"a\",\"b\",{tag}");
        for known in [tag.as_str(), &weak, &list, &tight, "*"] {
            for method in [Method::GET, Method::HEAD] {
                let request = site.client.request(method.clone(), &stored.url).header("If-None-Match", known);
                let got = e2e::app_client::answer(request).await;
                assert_eq!((got.status.as_u16(), got.body.len()), (304, 0), "{method} {known}");
                assert_eq!((got.header("etag"), got.header("cache-control")), (&*tag, FOR_GOOD), "{known}");
            }
        }
        let unquoted = tag.trim_matches('"');
        for unknown in ["\"other\"", "W/\"other\"", "\"a\", \"b\"", unquoted, "", "\"", "\"*\""] {
            let got = site.client.fetch_with(&stored.url, &[("If-None-Match", unknown)]).await.has(200);
            assert!(got.body == bytes, "{unknown}");
        }
        // The tag is asked before the range.
        let both = [("If-None-Match", tag.as_str()), ("Range", "bytes=0-3")];
        site.client.fetch_with(&stored.url, &both).await.has(304);
    });
}

#[test]
fn one_range_is_served_alone() {
    both(async |site| {
        let (stored, bytes) = image(&site).await;
        let size = bytes.len();
        for (range, first, end) in [
            ("bytes=0-0".to_owned(), 0, 1),
            ("bytes=0-7".to_owned(), 0, 8),
            ("bytes=100-".to_owned(), 100, size),
            ("bytes=-7".to_owned(), size - 7, size),
            (format!("bytes=0-{}", size - 1), 0, size),
            (format!("bytes={}-{}", size - 1, size - 1), size - 1, size),
            ("bytes=10-99999999".to_owned(), 10, size),
            ("bytes=-99999999".to_owned(), 0, size),
        ] {
            let got = site.client.fetch_with(&stored.url, &[("Range", &range)]).await;
            assert_eq!(got.status, 206, "{range}");
            assert_eq!(got.header("content-range"), format!("bytes {first}-{}/{size}", end - 1), "{range}");
            assert_eq!(got.header("content-length"), (end - first).to_string(), "{range}");
            assert_eq!(got.header("content-type"), "image/png", "{range}");
            assert!(got.body == bytes[first..end], "{range}");
        }
    });
}

#[test]
fn a_range_beyond_the_end_is_416_with_the_size() {
    both(async |site| {
        let (stored, bytes) = image(&site).await;
        let size = bytes.len();
        for range in [format!("bytes={size}-"), format!("bytes={size}-{size}"), "bytes=99999999-".to_owned()]
        {
            let got = site.client.fetch_with(&stored.url, &[("Range", &range)]).await;
            assert_eq!(got.status, 416, "{range}");
            assert_eq!(got.header("content-range"), format!("bytes */{size}"), "{range}");
        }
    });
}

#[test]
fn several_and_malformed_ranges_are_answered_in_full() {
    both(async |site| {
        let (stored, bytes) = image(&site).await;
        for range in [
            "bytes=0-1,4-5",
            "bytes=0-1, -5",
            "bytes=5-3",
            "bytes=abc",
            "bytes=",
            "bytes=-",
            "bytes=0x1-2",
            "bytes 0-3",
            "items=0-3",
            "bytes=0-3-5",
            "0-3",
            "",
        ] {
            let got = site.client.fetch_with(&stored.url, &[("Range", range)]).await;
            assert_eq!((got.status.as_u16(), got.body.len()), (200, bytes.len()), "{range}");
            assert_eq!(got.header("content-range"), "", "{range}");
        }
        let other = [("Range", "bytes=0-3"), ("If-Range", "\"other\"")];
        assert!(site.client.fetch_with(&stored.url, &other).await.has(200).body == bytes);
    });
}

#[test]
fn what_is_no_image_is_never_shown() {
    both(async |site| {
        for (index, kind) in [
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "application/javascript",
            "image/png, text/html",
            "text/html; image/png",
            "image/bmp",
            "application/octet-stream",
        ]
        .into_iter()
        .enumerate()
        {
            let path = format!("8000000000000-0000000{index}/page.html");
            site.bucket.put(&format!("uploads/{path}"), HTML, kind).await;
            for method in [Method::GET, Method::HEAD] {
                let request = site.client.request(method, &format!("images/{path}"));
                is_harmless(&e2e::app_client::answer(request).await.has(200), kind);
            }
            let range = site.client.fetch_with(&format!("images/{path}"), &[("Range", "bytes=0-9")]).await;
            is_harmless(&range.has(206), kind);
        }
    });
}

#[test]
fn an_image_that_is_also_a_page_is_served_as_an_image() {
    both(async |site| {
        for case in corpus::all() {
            let Expected::Stored { content_type, .. } = case.expected else { continue };
            if !case.name.contains("html") {
                continue;
            }
            let stored = site.client.store("page.html", &case.bytes).await;
            let got = site.client.fetch(&stored.url).await.has(200);
            assert_eq!(got.header("content-type"), content_type, "{}", case.name);
            assert_eq!(got.header("x-content-type-options"), "nosniff", "{}", case.name);
            assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox", "{}", case.name);
        }
    });
}

#[test]
fn an_image_that_the_client_has_is_not_fetched_from_s3() {
    both_behind_proxy(&[], async |site| {
        let (stored, _) = image(&site).await;
        let tag = site.client.fetch(&stored.url).await.header("etag").to_owned();
        site.proxy().forget();
        for known in [tag.as_str(), &format!("W/{tag}"), &format!("\"other\", {tag}"), "*"] {
            let got = site.client.fetch_with(&stored.url, &[("If-None-Match", known)]).await.has(304);
            assert_eq!(got.body.len(), 0, "{known}");
        }
        let opened = site.proxy().count(|seen| seen.method == Method::GET && seen.path.contains("/uploads/"));
        assert_eq!(opened, 0, "{:?}", site.proxy().seen());
    });
}

fn is_harmless(got: &Answer, kind: &str) {
    assert_eq!(got.header("content-type"), "application/octet-stream", "{kind}");
    assert!(got.header("content-disposition").starts_with("attachment"), "{kind}: {:?}", got.headers);
    assert_eq!(got.header("x-content-type-options"), "nosniff", "{kind}");
    assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox", "{kind}");
}

/// An image of 2000 bytes.
async fn image(site: &Site) -> (StoredImage, Vec<u8>) {
    let bytes = png::of_size(2000);
    (site.client.store("served.png", &bytes).await, bytes)
}
