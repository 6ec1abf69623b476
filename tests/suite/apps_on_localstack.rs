//! Both apps' images against LocalStack's S3: one upload and read back each.

use e2e::app_client::{AppClient, PNG};
use e2e::containers::{self, Container};
use e2e::exclusive;
use e2e::objects::Bucket;
use infra_images::AppImage;

const BUCKET: &str = "uploads-of-the-test";
const REGION: &str = "eu-central-1";

#[tokio::test(flavor = "multi_thread")]
async fn the_rust_app_stores_images_in_the_bucket_and_serves_them() {
    stores_images_in_the_bucket_and_serves_them(&containers::rust_app()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_php_app_stores_images_in_the_bucket_and_serves_them() {
    stores_images_in_the_bucket_and_serves_them(&containers::php_app()).await;
}

async fn stores_images_in_the_bucket_and_serves_them(image: &AppImage) {
    let _images = exclusive::uses_app_images().await;
    let localstack = containers::localstack().await;
    let container = app_using(&localstack, image).await;
    let app = AppClient::new(&container.url().await);
    let bucket = Bucket::at(&localstack.url().await, REGION, BUCKET);

    app.ready("healthz").await;
    bucket.create().await;
    app.ready("readyz").await;

    let sent_to = app.upload_as_browser("browser.png").await;
    assert!(sent_to.contains("uploaded=1"), "{sent_to}");
    let keys = bucket.keys("uploads/").await;
    assert!(matches!(&keys[..], [key] if key.ends_with("/browser.png")), "{keys:?}");

    let stored = app.upload("program.png").await;
    assert!(stored.key.starts_with("uploads/"), "{stored:?}");
    assert_eq!(bucket.object(&stored.key).await, PNG);
    assert_eq!(app.download(&stored).await, PNG);
}

async fn app_using(localstack: &Container, image: &AppImage) -> Container {
    let endpoint = localstack.url_for_containers().await;
    let environment = [
        ("S3_BUCKET", BUCKET),
        ("AWS_REGION", REGION),
        ("AWS_ENDPOINT_URL", &endpoint),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    containers::app(image, &environment).await
}
