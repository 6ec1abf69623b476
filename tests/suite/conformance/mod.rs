//! Both apps' images held to `docs/app-contract.md`. Each test runs with each app; what one of them does not do is in
//! `unsupported.rs`, and nowhere else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod busy;
mod deletion;
mod direct;
mod disconnects;
mod gallery;
mod headers;
mod html;
mod image_corpus;
mod limits;
mod logs;
mod metrics;
mod names;
mod refusals;
mod routes;
mod s3_away;
mod s3_halfway;
mod serving;
mod stopping;
mod task_metadata;
mod thumbnails;
mod unsupported;
mod uploads;

use std::any::Any;
use std::panic::AssertUnwindSafe;

use e2e::exclusive;
use e2e::site::{App, Setup, Site};
use futures::FutureExt;
use futures::future::join_all;

use unsupported::Feature;

/// Each app with default settings, shared with other tests.
async fn both(test: impl AsyncFn(Site)) {
    each(async |app| test(Site::shared(app).await).await).await;
}

/// Each app with these variables, for this test alone.
async fn both_with(variables: &[(&str, &str)], test: impl AsyncFn(Site)) {
    each(async |app| test(Setup::of(app).with(variables).start().await).await).await;
}

/// Each app for this test alone, with a proxy between it and S3.
async fn both_behind_proxy(variables: &[(&str, &str)], test: impl AsyncFn(Site)) {
    each(async |app| test(Setup::of(app).with(variables).behind_proxy().start().await).await).await;
}

/// The apps that have a feature.
async fn those_with(feature: Feature, test: impl AsyncFn(App)) {
    each(async |app| {
        if unsupported::supports(app, feature) {
            test(app).await;
        }
    })
    .await;
}

/// Runs a test with each app at the same time; a failure names the app.
async fn each<T>(test: impl AsyncFn(App) -> T) -> Vec<T> {
    let _images = exclusive::uses_app_images().await;
    let runs = App::ALL.map(|app| AssertUnwindSafe(test(app)).catch_unwind());
    let outcomes = join_all(runs).await;
    let mut results = Vec::new();
    let mut failures = Vec::new();
    for (app, outcome) in App::ALL.into_iter().zip(outcomes) {
        match outcome {
            Ok(result) => results.push(result),
            Err(panic) => failures.push(format!("{app}: {}", message(&*panic))),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    results
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}
