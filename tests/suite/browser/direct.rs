//! With `DIRECT_UPLOAD` the Rust app's page sends files to S3 itself.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::types::{CorsConfiguration, CorsRule};
use e2e::corpus::png;
use e2e::shared::shared;
use e2e::site::{App, Setup};

use super::Visit;

const TEXT: &[u8] = b"only text, whatever its name says";

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_sends_files_to_s3_itself() {
    let visit = Visit::with(Setup::of(App::Rust).set("DIRECT_UPLOAD", "true")).await;
    allow(&visit.site.url, visit.site.bucket.name()).await;
    let s3 = shared().await.localstack.url_for_containers().await;
    let files = [visit.file("large.png", &png::of_size(3 << 20)), visit.file("text.png", TEXT)];

    visit.choose(&[&files[0], &files[1]]).await;
    visit.gallery_shows(&["large.png"]).await;
    let refused = visit.failure_of("text.png").await;
    assert!(refused.contains("not an image"), "{refused}");

    let requests = "performance.getEntriesByType('resource').map((entry) => entry.name)";
    let to_s3 = format!("return {requests}.filter((url) => url.startsWith('{s3}/')).length");
    assert_eq!(visit.browser.script(&to_s3).await, 2);
    let to_app = format!("return {requests}.filter((url) => url === '{}/upload').length", visit.site.url);
    assert_eq!(visit.browser.script(&to_app).await, 0);
    assert_eq!(visit.site.bucket.keys("incoming/").await, Vec::<String>::new());
    let keys = visit.site.bucket.keys("uploads/").await;
    assert!(matches!(&keys[..], [key] if key.ends_with("/large.png")), "{keys:?}");
    visit.ends_with_errors(&[415]).await;
}

/// Lets pages from here send files to the bucket, as the stack does for the site's address.
async fn allow(origin: &str, bucket: &str) {
    let configuration = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(shared().await.localstack.url().await)
        .region(Region::from_static("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .force_path_style(true);
    let rule = CorsRule::builder().allowed_methods("POST").allowed_origins(origin).allowed_headers("*");
    let rule = rule.build().unwrap();
    let cors = CorsConfiguration::builder().cors_rules(rule).build().unwrap();
    let client = Client::from_conf(configuration.build());
    client.put_bucket_cors().bucket(bucket).cors_configuration(cors).send().await.unwrap();
}
