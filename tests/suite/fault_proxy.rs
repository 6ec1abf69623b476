//! The proxy that the tests put before S3 fails as it is asked to, and otherwise nobody notices it.

use std::time::{Duration, Instant};

use e2e::app_client::AppClient;
use e2e::corpus::pattern;
use e2e::exclusive;
use e2e::fault_proxy::{Effect, Fault, FaultProxy};
use e2e::objects::Bucket;
use e2e::shared::shared;
use reqwest::Method;

const REGION: &str = "eu-central-1";
const KEY: &str = "some/key.bin";

/// A bucket behind the proxy, with an object of 100 kB in it.
async fn bucket() -> (FaultProxy, Bucket) {
    let shared = shared().await;
    let proxy = FaultProxy::to(&shared.localstack.url().await).await;
    let name = shared.bucket_name();
    let bucket = Bucket::at(&format!("http://127.0.0.1:{}", proxy.port()), REGION, &name);
    bucket.create().await;
    bucket.put(KEY, &pattern(100_000), "application/octet-stream").await;
    (proxy, bucket)
}

/// The object, by a client that tries only once.
async fn read(proxy: &FaultProxy, bucket: &Bucket) -> Result<Vec<u8>, String> {
    let client = AppClient::new(&format!("http://127.0.0.1:{}", proxy.port()));
    let path = format!("{}/{KEY}", bucket.name());
    let answer = client.get(&path).await.map_err(|error| format!("no answer: {error:?}"))?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(|error| format!("{status}, then {error:?}"))?;
    if status.is_success() { Ok(body.to_vec()) } else { Err(status.to_string()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_passes_and_is_listed() {
    let _images = exclusive::uses_app_images().await;
    let (proxy, bucket) = bucket().await;
    assert_eq!(bucket.object(KEY).await, pattern(100_000));
    let puts = proxy.seen().into_iter().filter(|seen| seen.method == Method::PUT);
    let paths: Vec<_> = puts.map(|seen| seen.path).collect();
    assert_eq!(paths, [format!("/{}/", bucket.name()), format!("/{}/{KEY}", bucket.name())]);
    proxy.forget();
    assert_eq!(proxy.count(|_| true), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_refuses_connections_until_it_is_up_again() {
    let _images = exclusive::uses_app_images().await;
    let (proxy, bucket) = bucket().await;
    proxy.down().await;
    let refused = read(&proxy, &bucket).await.unwrap_err();
    assert!(refused.contains("ConnectionRefused"), "{refused}");
    proxy.clear().await;
    assert!(read(&proxy, &bucket).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_fail_break_off_and_get_lost() {
    let _images = exclusive::uses_app_images().await;
    let (proxy, bucket) = bucket().await;
    proxy.set(Fault::on(Method::GET, Effect::Status(503)).path(|path| path.ends_with(KEY)));
    assert!(read(&proxy, &bucket).await.unwrap_err().contains("503"));
    assert_eq!(bucket.keys("").await, [KEY]);

    proxy.set(Fault::all(Effect::Status(500)).nth(2));
    assert!(read(&proxy, &bucket).await.is_ok());
    assert!(read(&proxy, &bucket).await.unwrap_err().contains("500"));
    assert!(read(&proxy, &bucket).await.is_ok());

    proxy.set(Fault::all(Effect::CutAnswer));
    assert!(read(&proxy, &bucket).await.unwrap_err().starts_with("200 OK, then"));
    proxy.set(Fault::all(Effect::LoseAnswer));
    assert!(read(&proxy, &bucket).await.unwrap_err().starts_with("no answer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_late_or_never_come() {
    let _images = exclusive::uses_app_images().await;
    let (proxy, bucket) = bucket().await;
    proxy.set(Fault::all(Effect::Delay(Duration::from_millis(300))));
    let began = Instant::now();
    assert!(read(&proxy, &bucket).await.is_ok());
    assert!(began.elapsed() >= Duration::from_millis(300));
    for effect in [Effect::Hang, Effect::StallBody] {
        proxy.set(Fault::all(effect));
        let patience = Duration::from_millis(300);
        assert!(tokio::time::timeout(patience, read(&proxy, &bucket)).await.is_err(), "{effect:?}");
    }
    // What hangs does not keep it from being down.
    proxy.down().await;
}
