//! Too much at once: what waits, what is turned away, and who is not bothered by it.

use std::time::{Duration, Instant};

use e2e::app_client::{JSON, PNG, answer};
use e2e::form::Form;
use e2e::raw_client::RawClient;
use e2e::site::{Setup, Site};
use e2e::wait::until;
use futures::future::join_all;
use reqwest::Method;
use reqwest::header::ACCEPT;

use super::unsupported::Feature;
use super::{both, both_with, those_with};

const SOON: Duration = Duration::from_secs(30);

/// Apache waits 10 seconds for a head, the Rust app 65, both for a body longer than that.
const BEFORE_THE_SLOW_ARE_GIVEN_UP: Duration = Duration::from_secs(9);

#[test]
fn uploads_beyond_max_uploads_wait_a_moment_and_are_then_turned_away() {
    both_with(&[("MAX_UPLOADS", "2")], async |site| {
        let form = Form::image("slow.png", PNG).bytes();
        let mut slow = [begun(&site, &form).await, begun(&site, &form).await];
        let third = site.client.post(&Form::image("third.png", PNG)).await.has(503);
        assert!(retry_after(third.header("retry-after")), "{:?}", third.headers);
        assert!(!third.error().is_empty());
        // A page is not an upload.
        site.client.fetch("").await.has(200);
        let browser =
            site.client.form_request("upload", &Form::image("b.png", PNG)).header(ACCEPT, "text/html");
        assert!(answer(browser).await.has(503).text().contains("role=\"alert\""));
        for slow in &mut slow {
            slow.send(&form[form.len() / 2..]).await.unwrap();
            assert_eq!(slow.answer().await.unwrap().status, 201);
        }
        site.client.store("after.png", PNG).await;
        let keys = site.bucket.everything().await;
        assert_eq!(keys.len(), 3, "{keys:?}");
    });
}

#[test]
fn an_upload_that_waits_is_taken_when_another_ends() {
    both_with(&[("MAX_UPLOADS", "1")], async |site| {
        let form = Form::image("slow.png", PNG).bytes();
        let mut slow = begun(&site, &form).await;
        let second = Form::image("waits.png", PNG);
        let (waits, ()) = tokio::join!(site.client.post(&second), async {
            slow.send(&form[form.len() / 2..]).await.unwrap();
            assert_eq!(slow.answer().await.unwrap().status, 201);
        });
        waits.has(201);
    });
}

#[test]
fn uploads_whose_clients_went_away_make_room() {
    both_with(&[("MAX_UPLOADS", "2")], async |site| {
        let form = Form::image("gone.png", PNG).bytes();
        for _ in 0..3 {
            for client in [begun(&site, &form).await, begun(&site, &form).await] {
                client.reset().unwrap();
            }
            until("room for another upload", SOON, async || {
                match site.client.post(&Form::image("next.png", PNG)).await {
                    stored if stored.status == 201 => Ok(()),
                    refused => Err(refused.text()),
                }
            })
            .await;
        }
    });
}

#[test]
fn requests_beyond_the_rate_are_turned_away_but_health_checks_are_not() {
    both_with(&[("MAX_REQUESTS_PER_SECOND", "5")], async |site| {
        let began = Instant::now();
        let answers = join_all((0..100).map(|_| site.client.fetch(""))).await;
        let seconds = began.elapsed().as_secs_f64();
        let served = answers.iter().filter(|answer| answer.status == 200).count();
        // Five a second, and as much again at once.
        let most = 5.0 * (seconds + 2.0);
        assert!(served >= 1 && served as f64 <= most, "{served} in {seconds} s");
        for turned_away in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(turned_away.status, 503);
            assert!(retry_after(turned_away.header("retry-after")), "{:?}", turned_away.headers);
        }
        let health = join_all((0..50).map(|index| site.client.fetch(["healthz", "readyz"][index % 2]))).await;
        assert!(health.iter().all(|answer| answer.status == 200));
        until("requests to be served again", SOON, async || match site.client.fetch("").await.status {
            status if status == 200 => Ok(()),
            status => Err(status.to_string()),
        })
        .await;
    });
}

#[test]
fn there_is_no_rate_by_default() {
    both(async |site| {
        let answers = join_all((0..60).map(|_| site.client.fetch("healthz"))).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        let pages = join_all((0..30).map(|_| site.client.fetch("nothing"))).await;
        assert!(pages.iter().all(|answer| answer.status == 404));
    });
}

#[test]
fn slow_headers_and_bodies_do_not_block_others() {
    both_with(&[], async |site| {
        let mut slow = Vec::new();
        for index in 0..20 {
            let mut client = RawClient::open(&site.url).await.unwrap();
            let half = if index % 2 == 0 { "GET / HT" } else { "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: " };
            client.send(half.as_bytes()).await.unwrap();
            slow.push(client);
        }
        let form = Form::image("slow.png", PNG).bytes();
        for _ in 0..10 {
            slow.push(begun(&site, &form).await);
        }
        let others = async {
            site.client.fetch("").await.has(200);
            site.client.store("quick.png", PNG).await;
            site.client.fetch("readyz").await.has(200);
        };
        let served = tokio::time::timeout(BEFORE_THE_SLOW_ARE_GIVEN_UP, others).await;
        assert!(served.is_ok(), "the others have waited for the slow ones");
    });
}

#[test]
fn requests_beyond_max_requests_are_turned_away() {
    those_with(Feature::MaxRequests, async |app| {
        let site = Setup::of(app).set("MAX_REQUESTS", "2").start().await;
        let form = Form::image("slow.png", PNG).bytes();
        let mut slow = [begun(&site, &form).await, begun(&site, &form).await];
        let turned_away = site.client.fetch_with("", &[("Accept", JSON)]).await.has(503);
        assert!(retry_after(turned_away.header("retry-after")), "{:?}", turned_away.headers);
        site.client.fetch("healthz").await.has(200);
        for slow in &mut slow {
            slow.send(&form[form.len() / 2..]).await.unwrap();
            assert_eq!(slow.answer().await.unwrap().status, 201);
        }
        site.client.fetch("").await.has(200);
    });
}

#[test]
fn uploads_share_the_memory_for_buffers() {
    those_with(Feature::UploadMemory, async |app| {
        let site = Setup::of(app).set("UPLOAD_MEMORY_BYTES", "12582912").start().await;
        let bytes = e2e::corpus::png::of_size(9 << 20);
        // Together they want far more; each gets its turn, or is asked to come back.
        let form = Form::image("large.png", &bytes);
        let answers = join_all((0..8).map(|_| site.client.post(&form))).await;
        let mut keys = Vec::new();
        for answer in answers {
            match answer.status.as_u16() {
                201 => keys.push(answer.images().remove(0).key),
                503 => assert!(retry_after(answer.header("retry-after")), "{:?}", answer.headers),
                other => panic!("{other}: {}", answer.text()),
            }
        }
        assert!(!keys.is_empty());
        site.bucket.comes_to_hold(&keys).await;
    });
}

/// An upload of which the app has the first half.
async fn begun(site: &Site, form: &[u8]) -> RawClient {
    let mut client = RawClient::open(&site.url).await.unwrap();
    client.begin_upload(form.len()).await.unwrap();
    client.send(&form[..form.len() / 2]).await.unwrap();
    client
}

fn retry_after(value: &str) -> bool {
    value.parse::<u32>().is_ok_and(|seconds| (1..=120).contains(&seconds))
}

#[test]
fn a_request_head_without_end_is_cut_off() {
    both(async |site| {
        let mut client = RawClient::open(&site.url).await.unwrap();
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\n").await.unwrap();
        let line = format!("X-Long: {}\r\n", "x".repeat(4000));
        for _ in 0..1000 {
            // The app closes the connection at some point.
            if client.send(line.as_bytes()).await.is_err() {
                break;
            }
        }
        let got = client.answer().await.map_or(0, |answer| answer.status);
        assert!([0, 400, 413, 431].contains(&got), "{got}");
        let request = site.client.request(Method::GET, "").header("X-Long", "x".repeat(2000));
        assert_eq!(request.send().await.unwrap().status(), 200);
    });
}
