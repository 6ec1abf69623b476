//! The page says where it runs, as far as ECS says.

use e2e::site::Setup;
use e2e::task_metadata::TaskMetadata;

use super::html::unescaped;
use super::{both, each};

const TASK: &str = "158d1c8083dd49d6b527399fd6414f5c";
const TASK_DEFINITION: &str = "app:7";

#[test]
fn the_page_shows_launch_type_zone_task_and_task_definition() {
    each(async |app| {
        for (launch_type, zone) in [("FARGATE", "eu-central-1b"), ("EC2", "us-west-2c")] {
            let metadata = TaskMetadata::start(launch_type, zone, TASK).await;
            let site = Setup::of(app).set("ECS_CONTAINER_METADATA_URI_V4", &metadata.uri).start().await;
            let page = site.client.fetch("").await.has(200).text();
            for text in [launch_type, zone, TASK, TASK_DEFINITION] {
                assert!(page.to_lowercase().contains(&text.to_lowercase()), "no {text}: {page}");
            }
        }
    });
}

#[test]
fn metadata_is_shown_as_text() {
    each(async |app| {
        let metadata = TaskMetadata::start("<b>x</b>", "\"><script>", "\u{0}<i>&").await;
        let site = Setup::of(app).set("ECS_CONTAINER_METADATA_URI_V4", &metadata.uri).start().await;
        let page = site.client.fetch("").await.has(200).text();
        for text in ["<b>x", "<script>", "<i>&"] {
            assert!(!page.contains(text), "{page}");
        }
        assert!(unescaped(&page).contains("\"><script>"), "{page}");
    });
}

#[test]
fn outside_of_ecs_the_page_says_so_and_works() {
    both(async |site| {
        site.client.fetch("").await.has(200);
    });
    each(async |app| {
        // An endpoint that refuses connections, and one that does not answer: TEST-NET-1.
        for uri in ["http://127.0.0.1:9/v4/x", "http://192.0.2.1/v4/x", "no address"] {
            let site = Setup::of(app).set("ECS_CONTAINER_METADATA_URI_V4", uri).start().await;
            site.client.fetch("").await.has(200);
            site.client.upload("metadata.png").await;
        }
    });
}
