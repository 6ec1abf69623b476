//! S3 is down, hangs or is slow: the app says so in time, and works again when S3 does.

use std::time::{Duration, Instant};

use e2e::app_client::{JSON, PNG, answer};
use e2e::fault_proxy::{Effect, Fault};
use e2e::form::Form;
use e2e::site::{Setup, Site};
use e2e::wait::until;
use reqwest::Method;
use reqwest::header::ACCEPT;

use super::{both_behind_proxy, each};

const DEADLINE: (&str, &str) = ("S3_DEADLINE_SECONDS", "3");
/// The deadline, and some for the machine that runs the tests.
const IN_TIME: Duration = Duration::from_secs(8);
const READY_IN_TIME: Duration = Duration::from_millis(3500);
const SOON: Duration = Duration::from_secs(30);

#[test]
fn s3_that_refuses_connections_is_reported_and_its_return_is_noticed() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let stored = site.client.upload("before.png").await;
        site.proxy().down().await;
        everything_says_s3_is_away(&site, &stored.url).await;
        site.proxy().clear().await;
        everything_works_again(&site, &stored.url).await;
    });
}

#[test]
fn s3_that_hangs_is_given_up_in_time() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let stored = site.client.upload("before.png").await;
        site.proxy().set(Fault::all(Effect::Hang));
        everything_says_s3_is_away(&site, &stored.url).await;
        site.proxy().clear().await;
        everything_works_again(&site, &stored.url).await;
    });
}

#[test]
fn s3_that_fails_is_reported() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let stored = site.client.upload("before.png").await;
        for status in [500, 503] {
            site.proxy().set(Fault::all(Effect::Status(status)));
            everything_says_s3_is_away(&site, &stored.url).await;
        }
        site.proxy().clear().await;
        everything_works_again(&site, &stored.url).await;
    });
}

#[test]
fn s3_that_is_slow_is_waited_for() {
    both_behind_proxy(&[DEADLINE], async |site| {
        site.proxy().set(Fault::all(Effect::Delay(Duration::from_millis(700))));
        let stored = site.client.upload("slow.png").await;
        assert_eq!(site.client.download(&stored).await, PNG);
        site.client.fetch("").await.has(200);
        site.client.fetch("readyz").await.has(200);
    });
}

#[test]
fn one_failure_is_tried_again_and_nobody_notices() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let effects = [Effect::Status(500), Effect::Status(503), Effect::LoseAnswer];
        let mut keys = Vec::new();
        for effect in effects {
            site.proxy().set(Fault::on(Method::PUT, effect).nth(1));
            keys.push(site.client.upload("again.png").await.key);
            site.proxy().set(Fault::on(Method::GET, effect).nth(1));
            let image = site.client.fetch(&format!("images/{}", &keys[0]["uploads/".len()..])).await;
            assert_eq!(image.status, 200, "{effect:?}");
            site.proxy().set(Fault::on(Method::GET, effect).query("list-type").nth(1));
            assert_eq!(site.client.fetch("").await.status, 200, "{effect:?}");
        }
        site.proxy().clear().await;
        site.bucket.comes_to_hold(&keys).await;
    });
}

#[test]
fn an_image_that_breaks_off_does_not_look_complete() {
    both_behind_proxy(&[DEADLINE], async |site| {
        let bytes = e2e::corpus::png::of_size(3 << 20);
        let stored = site.client.store("breaks.png", &bytes).await;
        site.proxy().set(Fault::on(Method::GET, Effect::CutAnswer));
        match site.client.get(&stored.url).await {
            // The head may be on its way before S3 breaks off.
            Ok(got) if got.status() == 200 => match got.bytes().await {
                Ok(got) => assert!(got == bytes, "{} bytes look complete", got.len()),
                Err(error) => assert!(error.is_body() || error.is_decode(), "{error:?}"),
            },
            Ok(got) => assert_eq!(got.status(), 503),
            Err(error) => assert!(!error.is_connect(), "{error:?}"),
        }
        site.proxy().clear().await;
        assert!(site.client.download(&stored).await == bytes);
    });
}

#[test]
fn a_bucket_that_is_not_there_is_not_ready() {
    each(async |app| {
        let site = Setup::of(app).without_bucket().start().await;
        site.client.fetch("healthz").await.has(200);
        site.client.fetch("readyz").await.has(503);
        let page = site.client.fetch("").await.has(503).text();
        assert!(page.contains("role=\"alert\""), "{page}");
        let answered = site.client.post(&Form::image("a.png", PNG)).await.has(503).error();
        assert!(!answered.contains("NoSuchBucket") && !answered.contains(site.bucket.name()), "{answered}");
    });
}

async fn everything_says_s3_is_away(site: &Site, url: &str) {
    let began = Instant::now();
    site.client.fetch("readyz").await.has(503);
    assert!(began.elapsed() < READY_IN_TIME, "readyz: {:?}", began.elapsed());
    site.client.fetch("healthz").await.has(200);

    let upload = async {
        let answered = in_time("upload", site.client.post(&Form::image("away.png", PNG))).await.has(503);
        assert!(answered.header("retry-after").parse::<u32>().is_ok(), "{:?}", answered.headers);
        answered.error();
        let browser = site.client.form_request("upload", &Form::image("away.png", PNG));
        let answered = in_time("upload", answer(browser.header(ACCEPT, "text/html"))).await.has(503);
        assert!(answered.text().contains("role=\"alert\""), "{}", answered.text());
    };
    let page = async {
        let answered = in_time("page", site.client.fetch("")).await.has(503);
        assert!(answered.text().contains("role=\"alert\""), "{}", answered.text());
        // What needs no S3 is there: the form, where it runs.
        assert!(answered.text().contains("enctype=\"multipart/form-data\""), "{}", answered.text());
    };
    let image = async { in_time("image", site.client.fetch(url)).await.has(503) };
    let view = async { in_time("view", site.client.fetch(&url.replace("images/", "view/"))).await.has(503) };
    let delete = async {
        let delete = site.client.request(Method::POST, &url.replace("images/", "delete/"));
        in_time("delete", answer(delete.header(ACCEPT, JSON))).await.has(503)
    };
    tokio::join!(upload, page, image, view, delete);
}

async fn everything_works_again(site: &Site, url: &str) {
    until("S3's return to be noticed", SOON, async || match site.client.fetch("readyz").await.status {
        status if status == 200 => Ok(()),
        status => Err(status.to_string()),
    })
    .await;
    site.client.fetch("").await.has(200);
    // The app was asked to delete it while S3 was away, and has said that it did not.
    assert_eq!(site.client.fetch(url).await.has(200).body, PNG);
    let after = site.client.upload("after.png").await;
    assert_eq!(site.client.download(&after).await, PNG);
    let before = format!("uploads/{}", url.trim_start_matches("images/"));
    site.bucket.comes_to_hold(&[before, after.key.clone()]).await;
    let delete = site.client.request(Method::POST, &format!("delete/{}", after.path())).header(ACCEPT, JSON);
    answer(delete).await.has(200);
}

async fn in_time<T>(what: &str, request: impl Future<Output = T>) -> T {
    let answer = tokio::time::timeout(IN_TIME, request).await;
    answer.unwrap_or_else(|_| panic!("{what}: no answer within {IN_TIME:?}"))
}
