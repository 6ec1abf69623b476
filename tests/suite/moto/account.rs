//! Where it is known whose account it is, reading begins at once, and AWS confirms it before anything is told or written.

use std::time::Duration;

use e2e::counting_proxy::{Call, CountingProxy};
use tempfile::TempDir;

use super::Moto;

/// moto's account.
const ACCOUNT: &str = "123456789012";
const DEPLOY: &str = "deploy --yes --no-wait --stack whose";

/// Long enough for every read of a first deploy to begin before its end.
fn slow_identity(call: &Call) -> Duration {
    if is_identity(call) { Duration::from_secs(2) } else { Duration::ZERO }
}

fn is_identity(call: &Call) -> bool {
    call.action.as_deref() == Some("GetCallerIdentity")
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_do_not_wait_for_the_account_and_writes_do() {
    let moto = Moto::start().await;
    let proxy = CountingProxy::with_latency(slow_identity).await;
    let deploy = moto.run(DEPLOY, &[]).await.env("AWS_ACCOUNT_ID", ACCOUNT);
    deploy.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    let (identity, others): (Vec<_>, Vec<_>) = proxy.take_calls().into_iter().partition(is_identity);
    assert_eq!(identity.len(), 1, "{identity:#?}");
    let confirmed = identity[0].ended.expect("it has an answer");
    assert!(others.iter().any(|call| call.is_read() && call.began < confirmed));
    let early: Vec<_> = others.iter().filter(|call| !call.is_read() && call.began < confirmed).collect();
    assert!(early.is_empty(), "{early:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_of_a_key_is_known_to_the_next_run() {
    let (moto, workspace) = (Moto::start().await, tempfile::tempdir().expect("a folder"));
    moto.run(DEPLOY, &[]).await.arg("--workspace").arg(&path(&workspace)).ends_with(0).await;
    let calls = unchanged(&moto, &workspace).await;
    let confirmed = calls.iter().find(|call| is_identity(call)).and_then(|call| call.ended);
    let confirmed = confirmed.expect("AWS was asked");
    assert!(calls.iter().any(|call| !is_identity(call) && call.began < confirmed), "{calls:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_another_account_than_before_is_looked_at_again() {
    let (moto, workspace) = (Moto::start().await, tempfile::tempdir().expect("a folder"));
    moto.run(DEPLOY, &[]).await.arg("--workspace").arg(&path(&workspace)).ends_with(0).await;
    let remembered = std::fs::read_dir(workspace.path().join("target/accounts")).expect("a folder");
    let remembered = remembered.map(|file| file.expect("a file").path()).collect::<Vec<_>>();
    assert_eq!(remembered.len(), 1, "{remembered:?}");
    std::fs::write(&remembered[0], "210987654321").expect("it can be written");
    let calls = unchanged(&moto, &workspace).await;
    assert_eq!(calls.iter().filter(|call| is_identity(call)).count(), 2);
    assert_eq!(std::fs::read_to_string(&remembered[0]).expect("it can be read"), ACCOUNT);
}

/// The calls of a look at what is deployed.
async fn unchanged(moto: &Moto, workspace: &TempDir) -> Vec<Call> {
    let proxy = CountingProxy::with_latency(slow_identity).await;
    let drift = moto.run("drift --stack whose", &[]).await.arg("--workspace").arg(&path(workspace));
    drift.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
    proxy.take_calls()
}

fn path(folder: &TempDir) -> String {
    folder.path().display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_of_another_account_than_they_say_write_nothing() {
    let moto = Moto::start().await;
    let proxy = CountingProxy::start().await;
    let deploy = moto.run(DEPLOY, &[]).await.env("AWS_ACCOUNT_ID", "210987654321");
    let refused = deploy.env("HTTP_PROXY", proxy.address()).ends_with(1).await;
    refused.says(&["210987654321", ACCOUNT, "AWS_ACCOUNT_ID"]);
    let writes: Vec<_> = proxy.take_calls().into_iter().filter(|call| !call.is_read()).collect();
    assert!(writes.is_empty(), "{writes:#?}");
}
