//! Two tasks of one service: what is done through one shows at the other within a second, whatever it keeps in memory.

use std::time::{Duration, Instant};

use e2e::app_client::{JSON, answer};
use e2e::site::{Setup, Site};
use reqwest::Method;
use reqwest::header::ACCEPT;

use super::each;

const WITHIN: Duration = Duration::from_secs(1);

#[test]
fn an_image_that_one_deletes_is_gone_at_the_other() {
    two_tasks(async |first, second| {
        let image = first.client.upload("a.png").await;
        for site in [&first, &second] {
            site.client.fetch(&image.url).await.has(200);
            site.client.fetch("").await.has(200);
        }
        let delete = first.client.request(Method::POST, &format!("delete/{}", image.path()));
        answer(delete.header(ACCEPT, JSON)).await.has(200);
        first.client.fetch(&image.url).await.has(404);
        soon(async || second.client.fetch(&image.url).await.status == 404).await;
        soon(async || !second.client.fetch("").await.text().contains(image.path())).await;
    });
}

#[test]
fn an_image_that_one_stores_is_on_the_page_of_the_other() {
    two_tasks(async |first, second| {
        for site in [&first, &second] {
            site.client.fetch("").await.has(200);
        }
        let image = first.client.upload("a.png").await;
        assert!(first.client.fetch("").await.text().contains(image.path()));
        soon(async || second.client.fetch("").await.text().contains(image.path())).await;
    });
}

fn two_tasks(test: impl AsyncFn(Site, Site) + Sync) {
    each(async |app| {
        let first = Setup::of(app).start().await;
        let second = Setup::of(app).start_beside(&first).await;
        test(first, second).await;
    });
}

/// Looks until it is so. Whoever asks a second after it was done must see it.
async fn soon(is_so: impl AsyncFn() -> bool) {
    let done = Instant::now();
    loop {
        let asked_after = done.elapsed();
        if is_so().await {
            return;
        }
        assert!(asked_after < WITHIN, "not seen {asked_after:?} after it was done");
    }
}
