//! Clients that go away in the middle of an upload leave nothing behind.

use std::time::Duration;

use e2e::app_client::PNG;
use e2e::corpus::png;
use e2e::form::{BOUNDARY, Form};
use e2e::raw_client::RawClient;
use e2e::site::{App, Site};
use e2e::wait::until;
use reqwest::Method;

use super::{both_behind_proxy, both_with};

const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_client_that_goes_away_leaves_nothing() {
    both_with(&[("MAX_UPLOADS", "1")], async |site| {
        let whole = Form::image("whole.png", PNG).and_image("half.png", &png::of_size(200_000)).bytes();
        let closing = BOUNDARY.len() + "--".len() + "--\r\n".len();
        for length in [0, 10, 150, 400, 100_000, whole.len() - closing, whole.len() - 1] {
            let mut client = RawClient::open(&site.url).await.unwrap();
            client.begin_upload(whole.len()).await.unwrap();
            client.send(&whole[..length]).await.unwrap();
            client.reset().unwrap();
            all_uploads_have_ended(&site).await;
        }
        site.bucket.comes_to_hold(&[]).await;
    });
}

#[test]
fn a_client_that_goes_away_in_a_large_file_leaves_nothing() {
    both_behind_proxy(&[("MAX_UPLOADS", "1")], async |site| {
        let whole = Form::image("whole.png", PNG).and_image("half.png", &png::of_size(18 << 20)).bytes();
        site.proxy().forget();
        let mut client = RawClient::open(&site.url).await.unwrap();
        client.begin_upload(whole.len()).await.unwrap();
        client.send(&whole[..12 << 20]).await.unwrap();
        // The PHP app sends nothing to S3 before it has everything.
        if site.app == App::Rust {
            until("something to be on its way to S3", SOON, async || match site.proxy().seen() {
                seen if seen.iter().any(|seen| seen.query.contains("partNumber")) => Ok(()),
                seen => Err(format!("{seen:?}")),
            })
            .await;
        }
        client.reset().unwrap();
        all_uploads_have_ended(&site).await;
        site.bucket.comes_to_hold(&[]).await;
        let seen = site.proxy().seen();
        let begun =
            seen.iter().filter(|seen| seen.method == Method::POST && seen.query.starts_with("uploads"));
        let aborted =
            seen.iter().filter(|seen| seen.method == Method::DELETE && seen.query.contains("uploadId"));
        assert_eq!(begun.count(), aborted.count(), "{seen:#?}");
    });
}

/// The app takes as many uploads as there were, so one more is answered only when those have ended.
async fn all_uploads_have_ended(site: &Site) {
    let stored = until("the uploads to have ended", SOON, async || {
        match site.client.post(&Form::image("probe.png", PNG)).await {
            stored if stored.status == 201 => Ok(stored.images().remove(0)),
            refused => Err(refused.text()),
        }
    })
    .await;
    let delete = site.client.request(Method::POST, &format!("delete/{}", stored.path()));
    assert!(delete.send().await.unwrap().status().is_redirection());
}
