//! Uploads from the browser to S3 itself. That a policy is kept to is S3's part: it is looked at, and S3 is asked as far
//! as the emulator checks.

use std::time::Duration;

use e2e::app_client::{Answer, JSON, PNG, StoredImage, answer};
use e2e::corpus::{HTML, jpeg, png};
use e2e::fault_proxy::{Effect, Fault};
use e2e::form::Form;
use e2e::site::{Setup, Site};
use e2e::wait::until;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Value, json};

use super::unsupported::Feature;
use super::{both, those_with};

const SOON: Duration = Duration::from_secs(20);

#[test]
fn an_image_goes_to_s3_and_is_an_upload_then() {
    with_direct_upload(async |site| {
        let bytes = png::plain(64, 48);
        let form = presigned(&site, "../My <Cat>.png", bytes.len(), "image/png").await;
        let key = text(&form["key"]);
        assert!(key.starts_with("incoming/") && key.ends_with("/My Cat.png"), "{key}");
        sent(&site, &form, &bytes).await.has(201);
        assert_eq!(site.bucket.everything().await, std::slice::from_ref(&key));
        // Nobody sees it before it was looked at.
        assert!(!site.client.fetch("").await.text().contains("My Cat"));
        site.client.fetch(&format!("images/{}", key.replace("incoming/", ""))).await.has(404);

        let stored = completed(&site, &key).await.images().remove(0);
        assert_eq!(stored.key, key.replace("incoming/", "uploads/"));
        assert_eq!((stored.size, stored.width, stored.height), (bytes.len() as u64, 64, 48));
        assert_eq!(stored.content_type, "image/png");
        let head = site.bucket.head(&stored.key).await;
        assert_eq!((&*head.content_type, &*head.metadata["width"]), ("image/png", "64"));
        assert_eq!(&*head.metadata["height"], "48");
        site.bucket.comes_to_hold(std::slice::from_ref(&stored.key)).await;
        assert_eq!(site.client.download(&stored).await, bytes);
        assert!(site.client.fetch("").await.text().contains(stored.path()));
        // Whoever had no answer gets it again, as long as the image is there.
        let again = completed(&site, &key).await.has(201).images().remove(0);
        assert_eq!((&again.key, again.size, again.width, again.height), (&stored.key, stored.size, 64, 48));
        assert_eq!((&again.content_type, again.path()), (&stored.content_type, stored.path()));
        deleted(&site, &stored).await;
        completed(&site, &key).await.has(404);
    });
}

#[test]
fn the_policy_fixes_key_size_and_type_for_ten_minutes() {
    with_direct_upload(async |site| {
        let form = presigned(&site, "cat.png", 1234, "image/png").await;
        let fields = form["fields"].as_object().unwrap();
        let policy: Value = serde_json::from_slice(&base64(&text(&fields["policy"]))).unwrap();
        let conditions = policy["conditions"].as_array().unwrap();
        let has = |condition: Value| assert!(conditions.contains(&condition), "{condition}: {policy:#}");
        has(json!(["content-length-range", 1234, 1234]));
        has(json!({ "bucket": site.bucket.name() }));
        for (name, value) in [("key", form["key"].clone()), ("Content-Type", "image/png".into())] {
            let forms = [json!(["eq", format!("${name}"), value]), json!({ name: value })];
            assert!(forms.iter().any(|form| conditions.contains(form)), "{name}: {policy:#}");
        }
        // Whatever else a client could send is fixed too: S3 refuses fields that no condition names.
        let loose = conditions.iter().filter(|condition| condition[0] == "starts-with");
        assert_eq!(loose.count(), 0, "{policy:#}");

        let signed = text(&fields["x-amz-date"]);
        let expires = text(&policy["expiration"]);
        let [signed, expires] = [signed, expires].map(|time| {
            let digits: String =
                time.split('.').next().unwrap().chars().filter(char::is_ascii_digit).collect();
            let [hours, minutes, seconds] = [8, 10, 12].map(|at| digits[at..at + 2].parse::<u64>().unwrap());
            hours * 3600 + minutes * 60 + seconds
        });
        let valid = (expires + 86_400 - signed) % 86_400;
        assert!((590..=610).contains(&valid), "{valid} s: {policy:#}");
    });
}

#[test]
fn s3_refuses_what_the_policy_does_not_allow() {
    with_direct_upload(async |site| {
        let bytes = png::of_size(1000);
        let good = presigned(&site, "cat.png", bytes.len(), "image/png").await;
        for size in [999, 1001, 5000] {
            let refused = sent(&site, &good, &png::of_size(size)).await;
            assert!(refused.status.is_client_error(), "{size}: {}", refused.status);
        }
        for (field, value) in [("key", "uploads/8000000000000-00000000/a.png"), ("Content-Type", "text/html")]
        {
            let mut changed = good.clone();
            changed["fields"][field] = value.into();
            let refused = sent(&site, &changed, &bytes).await;
            assert!(refused.status.is_client_error(), "{field}: {}", refused.status);
        }
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn wishes_beyond_the_limits_get_no_ticket() {
    with_direct_upload(async |site| {
        for (upload, status) in [
            (json!({ "name": "a.png", "size": (20 << 20) + 1, "type": "image/png" }), 413),
            (json!({ "name": "a.png", "size": 0, "type": "image/png" }), 400),
            (json!({ "name": "a.html", "size": 10, "type": "text/html" }), 415),
            (json!({ "name": "a.svg", "size": 10, "type": "image/svg+xml" }), 415),
            (json!({ "name": "a.png", "size": -1, "type": "image/png" }), 400),
            (json!({ "name": "a.png", "size": "10", "type": "image/png" }), 400),
            (json!({ "name": "a.png" }), 400),
            (json!([]), 400),
            (json!("a.png"), 400),
        ] {
            let refused = asked(&site, "direct", &upload.to_string()).await;
            assert_eq!(refused.status, status, "{upload}: {}", refused.text());
            refused.error();
        }
        for (path, body) in
            [("direct", "no JSON"), ("direct", ""), ("direct/complete", "{"), ("direct/complete", "{}")]
        {
            asked(&site, path, body).await.has(400).error();
        }
        let largest = presigned(&site, "a.png", 20 << 20, "image/png").await;
        assert!(largest["url"].is_string());
        for method in [Method::GET, Method::PUT] {
            let got = answer(site.client.request(method, "direct")).await.has(405);
            assert!(got.header("allow").contains("POST"), "{:?}", got.headers);
        }
    });
}

#[test]
fn what_is_no_image_is_removed_and_said() {
    with_direct_upload(async |site| {
        let png = png::plain(9, 9);
        for (bytes, kind, status) in [
            (HTML, "image/png", 415),
            (b"text", "image/gif", 415),
            (&png[..], "image/jpeg", 400),
            (&png[..png.len() - 1], "image/png", 400),
            (&png::header_of(65_000, 65_000), "image/png", 413),
        ] {
            let form = presigned(&site, "lie.png", bytes.len(), kind).await;
            sent(&site, &form, bytes).await.has(201);
            let refused = completed(&site, &text(&form["key"])).await;
            assert_eq!(refused.status, status, "{kind}: {}", refused.text());
            assert!(refused.error().contains("lie.png"), "{}", refused.text());
            site.bucket.comes_to_hold(&[]).await;
        }
        // S3 should not have taken it.
        let key = "incoming/8000000000000-00000000/large.png";
        site.bucket.put(key, &png::of_size((20 << 20) + 1), "image/png").await;
        completed(&site, key).await.has(413);
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn only_what_came_in_this_way_is_completed() {
    with_direct_upload(async |site| {
        let stored = site.client.upload("there.png").await;
        site.bucket.put("secret/1/file.png", PNG, "image/png").await;
        for key in [
            stored.key.as_str(),
            "secret/1/file.png",
            "incoming/../secret/1/file.png",
            "incoming//secret/1/file.png",
            "incoming/",
            "incoming/8000000000000-00000000/none.png",
            "",
            "/",
            "incoming/\u{0}",
        ] {
            let refused = completed(&site, key).await;
            assert!([400, 404].contains(&refused.status.as_u16()), "{key:?}: {}", refused.text());
        }
        completed(&site, "incoming/8000000000000-00000000/none.png").await.has(404);
        site.bucket.comes_to_hold(&["secret/1/file.png".to_owned(), stored.key.clone()]).await;
    });
}

#[test]
fn what_changes_while_it_is_looked_at_is_not_taken() {
    those_with(Feature::DirectUpload, async |app| {
        let site = Setup::of(app).set("DIRECT_UPLOAD", "true").behind_proxy().start().await;
        let good = png::of_size(HTML.len().max(1000));
        let form = presigned(&site, "swap.png", good.len(), "image/png").await;
        let key = text(&form["key"]);
        site.bucket.put(&key, &good, "image/png").await;
        let in_uploads = |path: &str| path.contains("/uploads/");
        let wait = Effect::Delay(Duration::from_secs(2));
        site.proxy().set(Fault::on(Method::PUT, wait).path(in_uploads));
        let swap = async {
            until("the app to have looked at it", SOON, async || {
                let moved = site.proxy().count(|seen| seen.method == Method::PUT && in_uploads(&seen.path));
                if moved > 0 { Ok(()) } else { Err(format!("{:?}", site.proxy().seen())) }
            })
            .await;
            site.bucket.put(&key, &[HTML, &vec![b' '; good.len() - HTML.len()]].concat(), "image/png").await;
        };
        let (answered, ()) = tokio::join!(completed(&site, &key), swap);
        let keys = site.bucket.keys("uploads/").await;
        for key in &keys {
            assert!(
                site.bucket.object(key).await == good,
                "{}: {key} is not what was looked at",
                answered.status
            );
        }
        assert_eq!(answered.status == 201, !keys.is_empty(), "{}", answered.text());
    });
}

/// A client that had no answer asks again, while its first request is still under way.
#[test]
fn two_requests_for_one_file_lose_no_image_that_was_promised() {
    those_with(Feature::DirectUpload, async |app| {
        let site = Setup::of(app).set("DIRECT_UPLOAD", "true").behind_proxy().start().await;
        let bytes = png::of_size(1000);
        for round in 0..3 {
            let form = presigned(&site, "twice.png", bytes.len(), "image/png").await;
            let key = text(&form["key"]);
            site.bucket.put(&key, &bytes, "image/png").await;
            // The first of both copies is late: the other request is through by then.
            let late = Effect::Delay(Duration::from_secs(2));
            site.proxy().set(Fault::on(Method::PUT, late).path(|path| path.contains("/uploads/")).nth(1));
            let (one, other) = tokio::join!(completed(&site, &key), completed(&site, &key));
            let statuses = [one.status.as_u16(), other.status.as_u16()];
            assert_eq!(statuses, [201, 201], "{round}");
            let stored = key.replace("incoming/", "uploads/");
            assert!(site.bucket.object(&stored).await == bytes, "{round}");
            site.proxy().clear().await;
            site.bucket.comes_to_hold(std::slice::from_ref(&stored)).await;
            site.bucket.delete(&stored).await;
        }
    });
}

#[test]
fn another_site_gets_no_ticket() {
    with_direct_upload(async |site| {
        for path in ["direct", "direct/complete"] {
            let request = site.client.request(Method::POST, path).header(ACCEPT, JSON);
            let request = request.header("Sec-Fetch-Site", "cross-site").body("{}");
            answer(request).await.has(403).error();
        }
    });
}

#[test]
fn it_is_off_unless_it_is_asked_for() {
    both(async |site| {
        for path in ["direct", "direct/complete"] {
            asked(&site, path, "{}").await.has(404);
        }
    });
}

#[test]
fn forms_are_still_taken() {
    with_direct_upload(async |site| {
        let images = site.client.post(&Form::image("a.jpg", &jpeg::plain(9, 9))).await.images();
        assert_eq!(images[0].content_type, "image/jpeg");
    });
}

fn with_direct_upload(test: impl AsyncFn(Site) + Sync) {
    those_with(Feature::DirectUpload, async |app| {
        test(Setup::of(app).set("DIRECT_UPLOAD", "true").start().await).await;
    });
}

async fn asked(site: &Site, path: &str, body: &str) -> Answer {
    let request = site.client.request(Method::POST, path).header(ACCEPT, JSON);
    answer(request.header(CONTENT_TYPE, JSON).body(body.to_owned())).await
}

async fn presigned(site: &Site, name: &str, size: usize, kind: &str) -> Value {
    let upload = json!({ "name": name, "size": size, "type": kind });
    asked(site, "direct", &upload.to_string()).await.has(200).json()
}

/// Posts a file as the page's script does: all fields, then the file.
async fn sent(site: &Site, presigned: &Value, bytes: &[u8]) -> Answer {
    let fields = presigned["fields"].as_object().unwrap().iter();
    let form = fields.fold(Form::new(), |form, (name, value)| form.field(name, &text(value)));
    let form = form.file("file", b"whatever.bin", Some("application/octet-stream"), bytes);
    let url = site.for_this_machine(&text(&presigned["url"])).await;
    let request = reqwest::Client::builder().no_proxy().build().unwrap().post(url);
    answer(request.header(CONTENT_TYPE, Form::content_type()).body(form.bytes())).await
}

async fn completed(site: &Site, key: &str) -> Answer {
    asked(site, "direct/complete", &json!({ "key": key }).to_string()).await
}

async fn deleted(site: &Site, image: &StoredImage) {
    let delete = site.client.request(Method::POST, &format!("delete/{}", image.path()));
    answer(delete).await.has(303);
    site.bucket.comes_to_hold(&[]).await;
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn base64(text: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values = text.chars().filter_map(|c| digits.find(c));
    let bits: Vec<_> = values.flat_map(|value| (0..6).rev().map(move |bit| value >> bit & 1)).collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |all, bit| all << 1 | *bit as u8)).collect()
}
