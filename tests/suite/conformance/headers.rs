//! What every answer carries, and that pages need nothing inline.

use e2e::app_client::{Answer, JSON, PNG, answer};
use e2e::form::Form;
use reqwest::header::ACCEPT;

use super::both;
use super::html::assets;

#[test]
fn every_answer_has_the_headers_that_protect_browsers() {
    both(async |site| {
        let stored = site.client.upload("headers.png").await;
        let asset = assets(&site.client.fetch("").await.text()).remove(0);
        let mut answers = Vec::new();
        for path in ["", "healthz", "readyz", "nothing", "upload", &asset, &stored.url, "images/1/none.png"] {
            answers.push((path.to_owned(), site.client.fetch(path).await));
            answers
                .push((format!("{path} as JSON"), site.client.fetch_with(path, &[("Accept", JSON)]).await));
        }
        let tag = site.client.fetch(&stored.url).await.header("etag").to_owned();
        let known = site.client.fetch_with(&stored.url, &[("If-None-Match", &tag)]).await.has(304);
        answers.push(("304".to_owned(), known));
        let beyond = site.client.fetch_with(&stored.url, &[("Range", "bytes=99999999-")]).await.has(416);
        answers.push(("416".to_owned(), beyond));
        let browser =
            site.client.form_request("upload", &Form::image("a.png", PNG)).header(ACCEPT, "text/html");
        answers.push(("303".to_owned(), answer(browser).await.has(303)));
        answers.push(("201".to_owned(), site.client.post(&Form::image("a.png", PNG)).await.has(201)));
        answers.push(("400".to_owned(), site.client.post(&Form::new()).await.has(400)));
        let cross = site.client.form_request("upload", &Form::new()).header("Sec-Fetch-Site", "cross-site");
        answers.push(("403".to_owned(), answer(cross).await.has(403)));
        for (what, got) in &answers {
            has_headers(what, got);
        }
    });
}

fn has_headers(what: &str, got: &Answer) {
    assert_eq!(got.header("x-content-type-options"), "nosniff", "{what}");
    assert!(!got.header("x-request-id").is_empty(), "{what}: {:?}", got.headers);
    assert_eq!(got.headers.get_all("x-request-id").iter().count(), 1, "{what}");
    let policies: Vec<_> = got.headers.get_all("content-security-policy").iter().collect();
    assert_eq!(policies.len(), 1, "{what}: {policies:?}");
    let policy = got.header("content-security-policy");
    for loose in ["unsafe", "*", "http:", "https:", "data:", "blob:"] {
        assert!(!policy.contains(loose), "{what}: {policy}");
    }
    // What is about an object may be as strict as the object.
    let is_page = got.header("content-type").starts_with("text/html");
    if is_page && policy != "default-src 'none'; sandbox" {
        for strict in ["default-src 'none'", "img-src 'self'", "style-src 'self'", "script-src 'self'"] {
            assert!(policy.contains(strict), "{what}: {policy}");
        }
    }
    // Nothing says which software this is in which version.
    for name in ["server", "x-powered-by"] {
        let value = got.header(name);
        assert!(!value.contains(|c: char| c.is_ascii_digit()), "{what}: {name}: {value}");
    }
}

#[test]
fn pages_have_nothing_inline() {
    both(async |site| {
        let stored = site.client.upload("inline.png").await;
        for path in ["", "?uploaded=1", &format!("view/{}", stored.path()), "nothing"] {
            let page = site.client.fetch(path).await.text();
            for tag in page.split('<').skip(1).filter_map(|tag| tag.split('>').next()) {
                let words: Vec<_> = tag.split_whitespace().collect();
                let inline = words.iter().any(|word| word.starts_with("on") && word.contains('='));
                assert!(!inline && !tag.contains(" style="), "{path}: <{tag}>");
                assert!(words.first() != Some(&"style"), "{path}: <{tag}>");
                assert!(words.first() != Some(&"script") || tag.contains(" src="), "{path}: <{tag}>");
                assert!(!tag.contains("javascript:"), "{path}: <{tag}>");
            }
        }
    });
}

#[test]
fn style_and_script_are_named_by_their_content_and_kept_for_good() {
    both(async |site| {
        let page = site.client.fetch("").await.text();
        let files = assets(&page);
        for (ending, kind) in [(".css", "text/css"), (".js", "text/javascript")] {
            let file = files.iter().find(|file| file.ends_with(ending)).unwrap();
            let hash = file.strip_prefix("assets/app-").and_then(|file| file.strip_suffix(ending)).unwrap();
            assert!(hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()), "{file}");
            let got = site.client.fetch(file).await.has(200);
            assert!(got.header("content-type").starts_with(kind), "{file}: {:?}", got.headers);
            assert_eq!(got.header("cache-control"), "public, max-age=31536000, immutable", "{file}");
            assert!(!got.body.is_empty(), "{file}");
        }
        // A page that knows an older file must not be given another for good.
        for other in ["assets/app-0123456789abcdef.css", "assets/app-0123456789abcdef.js"] {
            let got = site.client.fetch(other).await;
            assert!(got.status == 404 || !got.header("cache-control").contains("immutable"), "{other}");
        }
    });
}
