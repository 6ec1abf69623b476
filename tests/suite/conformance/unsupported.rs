//! What an app does not do: the one list of it. The tests ask it, and a test holds each entry to it.

use e2e::app_client::{JSON, answer};
use e2e::containers::METRICS_PORT;
use e2e::corpus::png;
use e2e::form::Form;
use e2e::raw_client::RawClient;
use e2e::site::{App, Setup, Site};
use reqwest::Method;
use reqwest::header::ACCEPT;

use super::each;

/// What not every app does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    /// `GET /thumbnails/ID/NAME`.
    Thumbnails,
    /// `POST /direct` and `POST /direct/complete`.
    DirectUpload,
    /// Prometheus metrics on a port of their own.
    Metrics,
    /// `MAX_REQUESTS`.
    MaxRequests,
    /// `UPLOAD_MEMORY_BYTES`.
    UploadMemory,
}

struct Unsupported {
    feature: Feature,
    app: App,
    why: &'static str,
}

const UNSUPPORTED: [Unsupported; 5] = [
    Unsupported {
        feature: Feature::Thumbnails,
        app: App::Php,
        why: "the PHP page shows images as they are: it loads no image library",
    },
    Unsupported {
        feature: Feature::DirectUpload,
        app: App::Php,
        why: "every upload passes through PHP, which spools it to /tmp",
    },
    Unsupported {
        feature: Feature::Metrics,
        app: App::Php,
        why: "processes that live for a request have no counters to share",
    },
    Unsupported { feature: Feature::MaxRequests, app: App::Php, why: "Apache has its own number of workers" },
    Unsupported {
        feature: Feature::UploadMemory,
        app: App::Php,
        why: "uploads are spooled to /tmp, not held in memory",
    },
];

/// Whether an app does it.
pub fn supports(app: App, feature: Feature) -> bool {
    !UNSUPPORTED.iter().any(|entry| entry.app == app && entry.feature == feature)
}

#[test]
fn what_is_listed_as_unsupported_is_not_there() {
    each(async |app| {
        for entry in UNSUPPORTED.iter().filter(|entry| entry.app == app) {
            let (feature, why) = (entry.feature, entry.why);
            assert!(!is_there(app, feature).await, "{feature:?} is there, though {why}");
        }
    });
}

#[test]
fn what_is_not_listed_as_unsupported_is_there() {
    each(async |app| {
        for feature in [Feature::Thumbnails, Feature::DirectUpload, Feature::Metrics] {
            assert_eq!(is_there(app, feature).await, supports(app, feature), "{feature:?}");
        }
    });
}

async fn is_there(app: App, feature: Feature) -> bool {
    match feature {
        Feature::Thumbnails => {
            let site = Site::shared(app).await;
            let stored = site.client.store("unsupported.png", &png::plain(5, 5)).await;
            site.client.fetch(&format!("thumbnails/{}", stored.path())).await.status != 404
        }
        Feature::DirectUpload => {
            let site = Setup::of(app).set("DIRECT_UPLOAD", "true").start().await;
            let request = site.client.request(Method::POST, "direct").header(ACCEPT, JSON);
            answer(request.body("{}")).await.status != 404
        }
        Feature::Metrics => {
            let site = Site::shared(app).await;
            let url = site.container.url_of(METRICS_PORT).await;
            RawClient::once(&url, "GET /metrics", &[]).await.is_ok_and(|answer| answer.status == 200)
        }
        // A limit of one is reached by one request that takes its time.
        Feature::MaxRequests => {
            let site = Setup::of(app).set("MAX_REQUESTS", "1").start().await;
            let mut slow = RawClient::open(&site.url).await.unwrap();
            slow.begin_upload(1000).await.unwrap();
            site.client.fetch("").await.status == 503
        }
        Feature::UploadMemory => {
            let site = Setup::of(app).set("UPLOAD_MEMORY_BYTES", "1").start().await;
            site.client.post(&Form::image("a.png", &png::plain(5, 5))).await.status != 201
        }
    }
}
