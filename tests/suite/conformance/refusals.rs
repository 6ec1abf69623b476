//! What is refused, with which status and words, and that nothing of it stays.

use e2e::app_client::{JSON, PNG, answer};
use e2e::corpus::png;
use e2e::form::{BOUNDARY, Form};
use e2e::site::Site;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};

use super::both_with;

/// A request body, its content type, and what is to come of it.
struct Refusal {
    what: &'static str,
    content_type: String,
    body: Vec<u8>,
    status: u16,
    words: &'static str,
}

#[test]
fn what_is_no_upload_is_refused() {
    both_with(&[], async |site| {
        for refusal in forms().into_iter().chain(bodies()) {
            is_refused(&site, &refusal).await;
        }
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn one_bad_file_refuses_all_of_them() {
    both_with(&[], async |site| {
        let large = png::of_size(12 << 20);
        for bad in [&b"no image"[..], b"", &png::plain(9, 9)[..50]] {
            let first = Form::image("bad.png", bad).and_image("good.png", PNG);
            let last = Form::image("good.png", PNG).and_image("large.png", &large).and_image("bad.png", bad);
            for form in [first, last] {
                let answer = site.client.post(&form).await;
                assert!([400, 415].contains(&answer.status.as_u16()), "{}", answer.text());
                assert!(answer.error().contains("bad.png"), "{}", answer.text());
            }
        }
        let broken = [&large[..large.len() - 1], &large[..large.len() / 2]];
        for bytes in broken {
            site.client.post(&Form::image("large.png", bytes)).await.has(400);
        }
        site.bucket.comes_to_hold(&[]).await;
    });
}

fn forms() -> Vec<Refusal> {
    let form = |what, form: Form, status, words| Refusal {
        what,
        content_type: Form::content_type(),
        body: form.bytes(),
        status,
        words,
    };
    vec![
        form("no part", Form::new(), 400, ""),
        form("no such field", Form::new().field("other", "x"), 400, "fileToUpload"),
        form("another file field", Form::new().file("other", b"a.png", None, PNG), 400, "fileToUpload"),
        form(
            "no file chosen",
            Form::new().file("fileToUpload", b"", Some("application/octet-stream"), b""),
            400,
            "",
        ),
        form("text in the field", Form::new().field("fileToUpload", "hello"), 400, ""),
        form("an empty file", Form::image("empty.png", b""), 400, "empty"),
        form("text", Form::image("text.png", b"hello"), 415, "JPEG"),
        form(
            "a wrong claim",
            Form::new().file("fileToUpload", b"a.png", Some("image/gif"), PNG),
            400,
            "image/gif",
        ),
        form("half an image", Form::image("half.png", &PNG[..40]), 400, "half.png"),
    ]
}

fn bodies() -> Vec<Refusal> {
    let whole = Form::image("a.png", PNG).bytes();
    let end = whole.len();
    let closing = BOUNDARY.len() + "--".len() + "--\r\n".len();
    let body = |what, content_type: &str, body: &[u8], status| Refusal {
        what,
        content_type: content_type.to_owned(),
        body: body.to_vec(),
        status,
        words: "",
    };
    let form = Form::content_type();
    vec![
        body("an empty body", &form, b"", 400),
        body("no form at all", &form, b"hello, world", 400),
        body("another boundary", "multipart/form-data; boundary=other", &whole, 400),
        body("no boundary", "multipart/form-data", &whole, 400),
        body("the end is missing", &form, &whole[..end - closing], 400),
        body("half the end is missing", &form, &whole[..end - 6], 400),
        body("cut in the file", &form, &whole[..end - closing - 20], 400),
        body("cut in a part's header", &form, &whole[..BOUNDARY.len() + 30], 400),
        body(
            "a header without an end",
            &form,
            &[&whole[..BOUNDARY.len() + 30], &[b'x'; 100_000]].concat(),
            400,
        ),
        body("text", "text/plain", b"hello", 415),
        body("an image itself", "image/png", PNG, 415),
        body("octets", "application/octet-stream", PNG, 415),
        body("JSON", JSON, b"{}", 415),
        body("a form without files", "application/x-www-form-urlencoded", b"fileToUpload=x", 415),
        body("another multipart", &form.replace("form-data", "mixed"), &whole, 415),
        body("nothing said", "", &whole, 415),
    ]
}

async fn is_refused(site: &Site, refusal: &Refusal) {
    let Refusal { what, content_type, body, status, words } = refusal;
    for (accept, path) in [(JSON, "upload"), ("text/html", "upload.php")] {
        let mut request = site.client.request(Method::POST, path).header(ACCEPT, accept).body(body.clone());
        if !content_type.is_empty() {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let answer = answer(request).await;
        assert_eq!(answer.status.as_u16(), *status, "{what}: {}", answer.text());
        let kind = answer.header("content-type");
        assert!(kind.starts_with(accept), "{what}: {kind}");
        let message = match accept {
            JSON => answer.error(),
            _ => answer.text(),
        };
        assert!(message.contains(words), "{what} should say {words:?}: {message}");
        assert!(accept == JSON || message.contains("role=\"alert\""), "{what}: {message}");
    }
}
