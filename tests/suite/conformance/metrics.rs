//! Prometheus metrics: on a port of their own, never on the app's.

use std::time::Duration;

use e2e::app_client::{AppClient, PNG};
use e2e::containers::METRICS_PORT;
use e2e::fault_proxy::{Effect, Fault};
use e2e::form::Form;
use e2e::raw_client::RawClient;
use e2e::site::{Setup, Site};
use e2e::wait::until;
use reqwest::Method;

use super::unsupported::Feature;
use super::{both, those_with};

const SOON: Duration = Duration::from_secs(20);

#[test]
fn requests_time_bytes_and_failures_are_counted() {
    those_with(Feature::Metrics, async |app| {
        let site = Setup::of(app).set("S3_DEADLINE_SECONDS", "2").behind_proxy().start().await;
        let stored = site.client.upload("metrics.png").await;
        site.client.fetch(&stored.url).await.has(200);
        site.client.fetch("nothing").await.has(404);
        site.proxy().set(Fault::on(Method::PUT, Effect::Status(500)));
        site.client.post(&Form::image("fails.png", PNG)).await.has(503);
        let text = metrics(&site).await;
        for wanted in ["request", "duration", "_bucket{", "le=\"", "bytes", "s3", "in_flight", "# TYPE"] {
            assert!(text.contains(wanted), "no {wanted}: {text}");
        }
        let errors = text.lines().filter(|line| !line.starts_with('#') && line.contains("s3"));
        let counted = errors.filter(|line| line.contains("error")).any(|line| !line.ends_with(" 0"));
        assert!(counted, "no error of S3 is counted: {text}");
        // What clients choose is no label: there would be no end of them.
        for chosen in ["metrics.png", "nothing", stored.path()] {
            assert!(!text.contains(chosen), "{chosen}: {text}");
        }
    });
}

#[test]
fn requests_in_flight_are_counted_while_they_are() {
    those_with(Feature::Metrics, async |app| {
        let site = Setup::of(app).start().await;
        let form = Form::image("slow.png", PNG).bytes();
        let in_flight = async || {
            let text = metrics(&site).await;
            let line = text.lines().find(|line| !line.starts_with('#') && line.contains("in_flight"));
            let value = line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
            value.unwrap_or_else(|| panic!("no requests in flight: {text}"))
        };
        let idle = in_flight().await;
        let mut slow = RawClient::open(&site.url).await.unwrap();
        slow.begin_upload(form.len()).await.unwrap();
        assert_eq!(in_flight().await, idle + 1.0);
        slow.send(&form).await.unwrap();
        assert_eq!(slow.answer().await.unwrap().status, 201);
        until("no request to be in flight", SOON, async || match in_flight().await {
            now if now == idle => Ok(()),
            now => Err(now.to_string()),
        })
        .await;
    });
}

#[test]
fn the_apps_port_has_no_metrics() {
    both(async |site| {
        site.client.fetch("metrics").await.has(404);
    });
}

#[test]
fn metrics_can_be_off() {
    those_with(Feature::Metrics, async |app| {
        let site = Setup::of(app).set("METRICS_PORT", "0").start().await;
        let url = site.container.url_of(METRICS_PORT).await;
        let got = RawClient::once(&url, "GET /metrics", &[]).await;
        assert!(got.as_ref().map_or(true, |answer| answer.status == 0), "{got:?}");
    });
}

async fn metrics(site: &Site) -> String {
    let client = AppClient::new(&site.container.url_of(METRICS_PORT).await);
    client.fetch("metrics").await.has(200).text()
}
