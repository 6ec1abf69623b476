//! An app that is asked to stop takes requests until a load balancer knows it, and finishes what it has begun; one that is
//! started again finds its images.

use std::time::{Duration, Instant};

use e2e::app_client::PNG;
use e2e::form::Form;
use e2e::raw_client::RawClient;
use e2e::site::Site;
use e2e::wait::until;

use super::both_with;

/// Before the default of `STOP_TIMEOUT_SECONDS` has passed.
const SOON: Duration = Duration::from_secs(20);

/// There is no load balancer that has to forget the app first.
const AT_ONCE: (&str, &str) = ("DRAIN_SECONDS", "0");

/// The app drains until it is asked again.
const FOR_AGES: (&str, &str) = ("DRAIN_SECONDS", "3600");

#[test]
fn requests_are_served_while_it_drains_and_each_answer_closes_its_connection() {
    both_with(&[FOR_AGES], async |site| {
        let stored = site.client.upload("before.png").await;
        // Without a request yet, as one of those that a load balancer keeps.
        let mut idle = RawClient::open(&site.url).await.unwrap();
        site.container.signal("TERM").await;
        is_draining(&site).await;
        idle.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        let page = idle.answer().await.unwrap();
        assert_eq!((page.status, page.header("Connection")), (200, "close"), "{}", page.head);
        for path in ["/healthz", &format!("/{}", stored.url), "/nothing"] {
            let mut client = RawClient::open(&site.url).await.unwrap();
            client.send(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
            let answer = client.answer().await.unwrap();
            assert_eq!(answer.status, if path == "/nothing" { 404 } else { 200 }, "{path}: {}", answer.head);
            assert_eq!(answer.header("Connection"), "close", "{path}: {}", answer.head);
        }
        let late = site.client.upload("late.png").await;
        assert_eq!(site.client.download(&late).await, PNG);
        // Whoever asks again does not want to wait any longer.
        site.container.signal("TERM").await;
        assert_eq!(exit_code(&site, SOON).await, "0");
    });
}

#[test]
fn the_drain_ends_by_itself() {
    both_with(&[("DRAIN_SECONDS", "2")], async |site| {
        let began = Instant::now();
        site.container.signal("TERM").await;
        assert_eq!(exit_code(&site, SOON).await, "0");
        assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    });
}

#[test]
fn a_person_at_a_terminal_does_not_wait_for_a_load_balancer() {
    both_with(&[FOR_AGES], async |site| {
        site.container.signal("INT").await;
        assert_eq!(exit_code(&site, SOON).await, "0");
    });
}

#[test]
fn an_upload_under_way_is_finished_before_the_app_stops() {
    both_with(&[AT_ONCE], async |site| {
        stops_after_the_upload(&site, "TERM").await;
    });
}

/// `docker stop` and ECS send the signal that the image names.
#[test]
fn the_images_own_signal_stops_it_just_so() {
    both_with(&[AT_ONCE], async |site| {
        let signal = site.container.stop_signal().await;
        stops_after_the_upload(&site, &signal).await;
    });
}

#[test]
fn a_request_that_never_ends_is_cut_off_after_the_timeout() {
    both_with(&[AT_ONCE, ("STOP_TIMEOUT_SECONDS", "2")], async |site| {
        let form = Form::image("endless.png", PNG).bytes();
        let mut slow = begun(&site, &form).await;
        site.container.signal("TERM").await;
        exit_code(&site, SOON).await;
        slow.send(&form[form.len() / 2..]).await.ok();
        assert_ne!(slow.answer().await.map_or(0, |answer| answer.status), 201);
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn an_idle_app_stops_at_once() {
    both_with(&[AT_ONCE], async |site| {
        site.client.upload("idle.png").await;
        site.container.signal("TERM").await;
        assert_eq!(exit_code(&site, SOON).await, "0");
    });
}

#[test]
fn images_are_still_there_after_a_restart() {
    both_with(&[AT_ONCE], async |site| {
        let stored = site.client.upload("restart.png").await;
        let assets = super::html::assets(&site.client.fetch("").await.text());
        site.container.restart().await;
        let client = site.client_after_restart().await;
        client.ready("readyz").await;
        assert_eq!(client.download(&stored).await, PNG);
        let page = client.fetch("").await.has(200).text();
        assert!(page.contains(stored.path()), "{page}");
        assert_eq!(super::html::assets(&page), assets, "a restart changes what browsers keep");
    });
}

async fn stops_after_the_upload(site: &Site, signal: &str) {
    let form = Form::image("slow.png", PNG).bytes();
    let mut slow = begun(site, &form).await;
    site.container.signal(signal).await;
    until("new connections to be refused", SOON, async || {
        // Docker accepts for the container, and hangs up when nobody does in there.
        match RawClient::once(&site.url, "GET /healthz", &[]).await {
            Ok(answer) if answer.status != 0 => Err(answer.head),
            _ => Ok(()),
        }
    })
    .await;
    slow.send(&form[form.len() / 2..]).await.unwrap();
    let answer = slow.answer().await.unwrap();
    assert_eq!(answer.status, 201, "{} {}", answer.head, answer.text());
    let key = answer.json()["images"][0]["key"].as_str().unwrap().to_owned();
    assert_eq!(site.bucket.object(&key).await, PNG);
    assert_eq!(exit_code(site, SOON).await, "0");
}

async fn is_draining(site: &Site) {
    until("readyz to say that it stops", SOON, async || match site.client.fetch("readyz").await.status {
        status if status == 503 => Ok(()),
        status => Err(status.to_string()),
    })
    .await;
}

async fn exit_code(site: &Site, within: Duration) -> String {
    let code = tokio::time::timeout(within, site.container.exit_code()).await;
    code.unwrap_or_else(|_| panic!("it has not ended within {within:?}"))
}

async fn begun(site: &Site, form: &[u8]) -> RawClient {
    let mut client = RawClient::open(&site.url).await.unwrap();
    client.begin_upload(form.len()).await.unwrap();
    client.send(&form[..form.len() / 2]).await.unwrap();
    client
}
