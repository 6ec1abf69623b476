//! Where the credentials say whose account it is, reading begins at once, and AWS confirms it before anything is shown or written.

use std::time::Duration;

use e2e::counting_proxy::{Call, CountingProxy};

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
async fn credentials_of_another_account_than_they_say_write_nothing() {
    let moto = Moto::start().await;
    let proxy = CountingProxy::start().await;
    let deploy = moto.run(DEPLOY, &[]).await.env("AWS_ACCOUNT_ID", "210987654321");
    let refused = deploy.env("HTTP_PROXY", proxy.address()).ends_with(1).await;
    refused.says(&["210987654321", ACCOUNT, "AWS_ACCOUNT_ID"]);
    let writes: Vec<_> = proxy.take_calls().into_iter().filter(|call| !call.is_read()).collect();
    assert!(writes.is_empty(), "{writes:#?}");
}
