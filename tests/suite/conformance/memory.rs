//! The apps within the memory that a small task has: busy with uploads and pages, nothing of them is killed.

use std::time::Duration;

use e2e::corpus::png;
use e2e::form::Form;
use e2e::site::Setup;
use e2e::wait::until;
use futures::future::{join, join_all};

use super::each;

/// The PHP app's task, as the settings have it.
const MIB: u32 = 512;

const AT_A_TIME: usize = 60;

#[test]
fn a_busy_app_stays_within_the_memory_of_its_task() {
    each(async |app| {
        let site = Setup::of(app).within(MIB).start().await;
        let stored = site.client.upload("before.png").await;
        let form = Form::image("large.png", &png::of_size(1 << 20));
        let uploads = join_all((0..AT_A_TIME).map(|_| site.client.post(&form)));
        let pages = join_all((0..AT_A_TIME).map(|_| site.client.fetch("")));
        let (uploads, pages) = join(uploads, pages).await;
        let done = uploads.iter().filter(|answer| answer.status == 201).count();
        assert!(done > 0, "no upload was taken");
        for answer in uploads.iter().chain(&pages) {
            assert!(
                [200, 201, 503].contains(&answer.status.as_u16()),
                "{}: {}",
                answer.status,
                answer.text()
            );
        }
        assert!(!site.container.was_out_of_memory().await, "something was killed for want of memory");
        site.client.fetch("healthz").await.has(200);
        site.client.fetch(&stored.url).await.has(200);
    });
}

#[test]
fn a_task_that_the_container_does_not_see_counts_as_well() {
    each(async |app| {
        // On Fargate the limit is the task's, and the container's own is none.
        let site = Setup::of(app).set("MEMORY_MIB", "512").start().await;
        // They are started one after the other, and the first one answers already.
        let mut before = 0;
        let processes = until("no more processes to start", Duration::from_secs(10), async || {
            let now = site.container.processes().await;
            let was = std::mem::replace(&mut before, now);
            if now == was { Ok(now) } else { Err(format!("{was} became {now}")) }
        })
        .await;
        assert!(processes <= 40, "{processes} processes of 16 MiB at worst in 512 MiB");
    });
}
