//! Both apps' images held to `docs/app-contract.md`. Each test runs with each app; what one of them does not do is in
//! `unsupported.rs`, and nowhere else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod busy;
mod cross_site;
mod deletion;
mod direct;
mod disconnects;
mod gallery;
mod headers;
mod heads;
mod html;
mod image_corpus;
mod limits;
mod location;
mod logs;
mod memory;
mod metrics;
mod names;
mod refusals;
mod routes;
mod s3_away;
mod s3_halfway;
mod serving;
mod settings;
mod stopping;
mod task_metadata;
mod thumbnails;
mod two_tasks;
mod unsupported;
mod uploads;

use std::any::Any;
use std::thread;

use e2e::site::{App, Setup, Site};
use e2e::{exclusive, runtime};
use tokio::runtime::Runtime;

use unsupported::Feature;

/// Each app with default settings, shared with other tests.
fn both(test: impl AsyncFn(Site) + Sync) {
    each(async |app| test(Site::shared(app).await).await);
}

/// Each app with these variables, for this test alone.
fn both_with(variables: &[(&str, &str)], test: impl AsyncFn(Site) + Sync) {
    each(async |app| test(Setup::of(app).with(variables).start().await).await);
}

/// Each app for this test alone, with a proxy between it and S3.
fn both_behind_proxy(variables: &[(&str, &str)], test: impl AsyncFn(Site) + Sync) {
    each(async |app| test(Setup::of(app).with(variables).behind_proxy().start().await).await);
}

/// The apps that have a feature.
fn those_with(feature: Feature, test: impl AsyncFn(App) + Sync) {
    each(async |app| {
        if unsupported::supports(app, feature) {
            test(app).await;
        }
    });
}

/// Runs a test with each app at the same time; a failure names the app. Each has its own thread and runtime, as what
/// blocks one, such as the removal of its container, must not hold up the other.
fn each<T: Send>(test: impl AsyncFn(App) -> T + Sync) -> Vec<T> {
    let _images = runtime::block_on(exclusive::uses_app_images());
    let run = |app| Runtime::new().unwrap().block_on(test(app));
    let outcomes = thread::scope(|scope| {
        let threads = App::ALL.map(|app| {
            let thread = thread::Builder::new().name(app.to_string());
            thread.spawn_scoped(scope, move || run(app)).unwrap()
        });
        threads.map(thread::ScopedJoinHandle::join)
    });
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
