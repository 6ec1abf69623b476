//! The logs: one JSON object a line, each request with its id, and nothing that is nobody's business.

use std::collections::BTreeSet;
use std::time::Duration;

use e2e::app_client::PNG;
use e2e::fault_proxy::{Effect, Fault};
use e2e::form::Form;
use e2e::raw_client::RawClient;
use e2e::site::{SECRET, Setup, Site};
use e2e::wait::until;
use reqwest::Method;
use serde_json::Value;

use super::{both, both_behind_proxy, both_with, each};

const WRITTEN_WITHIN: Duration = Duration::from_secs(10);
const TRACE: &str = "Root=1-67891233-abcdef012345678912345678";

#[test]
fn each_request_is_one_json_line_with_its_id() {
    both_with(&[], async |site| {
        let stored = site.client.upload("logged.png").await;
        let requests = [
            (Method::GET, "/".to_owned(), 200),
            (Method::GET, format!("/{}", stored.url), 200),
            (Method::HEAD, format!("/{}", stored.url), 200),
            (Method::GET, "/nothing".to_owned(), 404),
            (Method::PUT, "/upload".to_owned(), 405),
            (Method::POST, "/upload".to_owned(), 415),
        ];
        for (index, (method, path, status)) in requests.into_iter().enumerate() {
            let id = format!("Root=1-67891233-{index:024}");
            let request = site.client.request(method.clone(), &format!("{}?secret=x7q", &path[1..]));
            let got = request.header("X-Amzn-Trace-Id", &id).send().await.unwrap();
            assert_eq!(got.status(), status, "{method} {path}");
            assert_eq!(got.headers()["x-request-id"], id, "{method} {path}");
            let line = line_of(&site, &id).await;
            assert_eq!((&line["method"], &line["path"]), (&method.as_str().into(), &path.into()), "{line}");
            assert_eq!(line["status"], status, "{line}");
            assert!(line["duration_ms"].is_number(), "{line}");
        }
        assert!(!all_output(&site).await.contains("x7q"), "a query is in the logs");
    });
}

#[test]
fn a_request_without_an_id_gets_a_new_one() {
    both(async |site| {
        let mut ids = BTreeSet::new();
        for _ in 0..5 {
            ids.insert(site.client.fetch("").await.header("x-request-id").to_owned());
        }
        assert_eq!(ids.len(), 5, "{ids:?}");
        for id in &ids {
            assert_eq!(line_of(&site, id).await["path"], "/");
        }
    });
}

#[test]
fn whatever_a_client_sends_the_lines_stay_json() {
    both_with(&[], async |site| {
        let long = "x".repeat(3000);
        let ids =
            ["\"},{\"a\":\"", "a\\", "\\u0000", "Root=1;\u{e9}", "<script>", &long, "%0d%0aX-Evil: 1", "\t"];
        for id in ids {
            let got = RawClient::once(&site.url, "GET /nothing", &[("X-Amzn-Trace-Id", id)]).await.unwrap();
            assert!([400, 404, 431].contains(&got.status), "{id}: {}", got.head);
            assert!(!got.head.contains("X-Evil: 1\r"), "{}", got.head);
        }
        for path in
            ["/\"quoted\"", "/back\\slash", "/%00%0a%22", "/%ff%fe", "/\u{e9}", "/nothing\u{7f}", "/a'b<c>"]
        {
            let got = RawClient::once(&site.url, &format!("GET {path}"), &[]).await.unwrap();
            assert!([400, 404].contains(&got.status), "{path}: {}", got.head);
        }
        for line in ["NONSENSE", "GET", "GET / / /", "\0\0\0"] {
            let mut client = RawClient::open(&site.url).await.unwrap();
            client.send(format!("{line}\r\n\r\n").as_bytes()).await.unwrap();
            client.answer().await.ok();
        }
        let names = ["\"quoted\\.png", "line\u{2028}.png", "\u{1b}[31mred.png"];
        for name in names {
            site.client.post(&Form::image(name, b"no image")).await;
        }
        let agent = [("User-Agent", "\"\\\u{1b}"), ("Referer", "\"}\\")];
        RawClient::once(&site.url, "GET /nothing", &agent).await.unwrap();
        let last = "Root=1-67891233-last";
        site.client.fetch_with("nothing", &[("X-Amzn-Trace-Id", last)]).await.has(404);
        line_of(&site, last).await;
    });
}

#[test]
fn health_checks_are_logged_only_when_they_fail() {
    each(async |app| {
        let site = Setup::of(app).without_bucket().start().await;
        let health = |path: &'static str, id: &'static str| {
            let request = site.client.request(Method::GET, path);
            request.header("X-Amzn-Trace-Id", id).send()
        };
        assert_eq!(health("healthz", "Root=1-healthz").await.unwrap().status(), 200);
        assert_eq!(health("readyz", "Root=1-readyz-fails").await.unwrap().status(), 503);
        site.bucket.create().await;
        site.client.ready("readyz").await;
        assert_eq!(health("readyz", "Root=1-readyz-passes").await.unwrap().status(), 200);
        site.client.fetch_with("nothing", &[("X-Amzn-Trace-Id", "Root=1-last")]).await;
        line_of(&site, "Root=1-last").await;
        let failed = line_of(&site, "Root=1-readyz-fails").await;
        assert_eq!((&failed["path"], &failed["status"]), (&"/readyz".into(), &503.into()));
        for passed in ["Root=1-healthz", "Root=1-readyz-passes"] {
            assert!(!all_output(&site).await.contains(passed), "{passed}");
        }
    });
}

#[test]
fn what_goes_wrong_meanwhile_is_logged_with_the_requests_id() {
    both_behind_proxy(&[("S3_DEADLINE_SECONDS", "2")], async |site| {
        site.proxy().set(Fault::on(Method::PUT, Effect::Status(500)));
        let form = Form::image("fails.png", PNG);
        let request = site.client.form_request("upload", &form).header("X-Amzn-Trace-Id", TRACE);
        assert_eq!(request.send().await.unwrap().status(), 503);
        until("more than the request to be logged", WRITTEN_WITHIN, async || {
            let lines = lines(&site).await;
            let own: Vec<_> = lines.iter().filter(|line| line["request_id"] == TRACE).collect();
            if own.len() > 1 { Ok(()) } else { Err(format!("{lines:#?}")) }
        })
        .await;
    });
}

#[test]
fn the_secret_is_not_in_any_output() {
    both_behind_proxy(&[("S3_DEADLINE_SECONDS", "2"), ("DIRECT_UPLOAD", "true")], async |site| {
        let stored = site.client.upload("secret.png").await;
        site.client.fetch("").await.has(200);
        site.proxy().down().await;
        // The newest page may be served for a second yet.
        let older = format!("?after={}", stored.path());
        for path in [&older, "readyz", &stored.url] {
            let got = site.client.fetch(path).await.has(503);
            assert!(!got.text().contains(SECRET) && !got.text().contains("172.17"), "{path}: {}", got.text());
        }
        site.client.post(&Form::image("a.png", PNG)).await.has(503);
        let output = all_output(&site).await;
        let line_count = output.lines().count();
        assert!(line_count > 3, "{output}");
        for secret in [SECRET, "AWS4-HMAC", "X-Amz-Signature"] {
            assert!(!output.contains(secret), "{output}");
        }
    });
}

/// The line of a request, once it is there.
async fn line_of(site: &Site, id: &str) -> Value {
    until(&format!("a line of request {id}"), WRITTEN_WITHIN, async || {
        let mut lines = lines(site).await;
        let own = lines.iter().position(|line| line["request_id"] == id && line["duration_ms"].is_number());
        own.map(|own| lines.swap_remove(own)).ok_or_else(|| {
            let lines: Vec<_> = lines.iter().rev().take(20).map(Value::to_string).collect();
            lines.join("\n")
        })
    })
    .await
}

/// All lines, each an object.
async fn lines(site: &Site) -> Vec<Value> {
    let (output, _) = site.container.logs().await;
    let lines = output.lines().map(|line| match serde_json::from_str(line) {
        Ok(value @ Value::Object(_)) => value,
        other => panic!("no JSON object ({other:?}): {line}"),
    });
    lines.collect()
}

async fn all_output(site: &Site) -> String {
    let (stdout, stderr) = site.container.logs().await;
    stdout + &stderr
}
