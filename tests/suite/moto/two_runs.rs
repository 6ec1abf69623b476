//! Two runs of one stack at the same time: they write one after the other or not at all, and a run that has lost its lease
//! writes no more.

use std::time::Duration;

use e2e::command::{Outcome, Run};
use e2e::counting_proxy::{Call, CountingProxy};
use e2e::wait::until;
use serde_json::{Value, json};

use super::Moto;

const ONE: &str = "logs.retention_in_days=30";
const OTHER: &str = "logs.retention_in_days=60";
const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn of_two_deploys_that_do_not_wait_the_loser_names_the_holder_and_leaves() {
    let moto = Moto::start().await;
    let deploy = async |setting| {
        let run = moto.run("deploy --yes --no-wait --wait-for-lease 0 --stack race", &[setting]).await;
        run.end().await
    };
    let (one, other) = tokio::join!(deploy(ONE), deploy(OTHER));
    // Both may get in, one after the other.
    let lost: Vec<_> = [&one, &other].into_iter().filter(|outcome| outcome.code != Some(0)).collect();
    assert!(lost.len() < 2, "{one} {other}");
    for loser in lost {
        assert_eq!(loser.code, Some(75), "{loser}");
        loser.says(&["deploy by", "has held the stack for", "--wait-for-lease"]);
    }
    let mut in_place = 0;
    for (setting, outcome) in [(ONE, &one), (OTHER, &other)] {
        let preview = moto.run("preview --stack race", &[setting]).await.end().await;
        assert!(outcome.code == Some(0) || preview.code == Some(2), "{preview}");
        in_place += usize::from(preview.code == Some(0));
    }
    assert_eq!(in_place, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_deploys_that_wait_write_one_after_the_other() {
    let moto = Moto::start().await;
    let deploy = async |setting| {
        let proxy = CountingProxy::start().await;
        let run = moto.run("deploy --yes --no-wait --wait-for-lease 120 --stack turns", &[setting]).await;
        run.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
        writes(&proxy)
    };
    let (one, other) = tokio::join!(deploy(ONE), deploy(OTHER));
    let span = |calls: &[Call]| Some((calls.first()?.began, calls.last()?.began));
    let (Some((one_began, one_ended)), Some((other_began, other_ended))) = (span(&one), span(&other)) else {
        panic!("one of them has written nothing: {one:#?} {other:#?}")
    };
    assert!(one_ended < other_began || other_ended < one_began, "{one:#?} {other:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_lease_another_has_taken_writes_no_more() {
    let moto = Moto::start().await;
    let proxy = CountingProxy::start().await;
    // ECS takes the services only after a while, so there is time to notice.
    let fault = "refuse@CreateService/InvalidParameterException/30";
    let deploy = moto.run("deploy --yes --no-wait --stack taken", &[]).await.with_fault(fault);
    let deploy = deploy.with_lease_of(8).env("HTTP_PROXY", proxy.address()).start();
    let mut seen = Vec::new();
    until("the deploy to get far", SOON, async || {
        seen.extend(writes(&proxy).into_iter().filter_map(|call| call.action));
        if seen.iter().any(|action| action == "CreateListener") { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;
    let lease = holder_elsewhere(3600);
    moto.put_object("taken-lease-123456789012-eu-west-1", "lease.json", &lease.to_string()).await;
    let outcome = deploy.end().await;
    is_lost(&outcome);
    let later = writes(&proxy);
    assert!(!later.iter().any(|call| call.action.as_deref() == Some("CreateService")), "{later:#?}");
    // It gives nothing back that it does not hold.
    let next = moto.run("deploy --yes --no-wait --wait-for-lease 0 --stack taken", &[]).await;
    next.ends_with(75).await.says(&["someone@elsewhere"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_slept_longer_than_its_lease_writes_nothing_when_it_wakes() {
    let moto = Moto::start().await;
    let proxy = CountingProxy::start().await;
    let sleeper = moto.run("deploy --yes --no-wait --stack slept", &[ONE]).await.with_lease_of(4);
    let sleeper = sleeper.env("HTTP_PROXY", proxy.address()).start();
    until("its first write under the lease", SOON, async || {
        if writes(&proxy).is_empty() { Err("none".to_owned()) } else { Ok(()) }
    })
    .await;
    sleeper.signal("STOP").await;
    // Its lease ends, and another run finishes the work.
    let second = moto.run("deploy --yes --no-wait --wait-for-lease 60 --stack slept", &[OTHER]).await;
    second.with_lease_of(4).ends_with(0).await;
    writes(&proxy);
    sleeper.signal("CONT").await;
    is_lost(&sleeper.end().await);
    let late = writes(&proxy);
    assert!(late.is_empty(), "{late:#?}");
    moto.run("preview --stack slept", &[OTHER]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_machine_that_is_gone_ends_by_itself_and_the_waiting_is_reported() {
    let moto = Moto::start().await;
    moto.deploy("ends", &[]).await;
    let lease = holder_elsewhere(15).to_string();
    moto.put_object("ends-lease-123456789012-eu-west-1", "lease.json", &lease).await;
    let deploy: Run = moto.run("deploy --yes --no-wait --wait-for-lease 60 --stack ends", &[ONE]).await;
    deploy.ends_with(0).await.says(&["someone@elsewhere", "s more"]);
}

/// What was written beside the lease since the last time. Before they hold it, runs make its bucket.
fn writes(proxy: &CountingProxy) -> Vec<Call> {
    let calls = proxy.take_calls().into_iter();
    calls.filter(|call| !call.is_read() && !call.path.contains("-lease-")).collect()
}

fn is_lost(outcome: &Outcome) {
    assert_eq!(outcome.code, Some(1), "{outcome}");
    outcome.says(&["lease was lost to another run", "nothing more was written"]);
}

/// A lease that a run on another machine has just written, whose clock is far behind.
pub(super) fn holder_elsewhere(lasts_seconds: u64) -> Value {
    json!({
        "command": "deploy", "user": "someone", "host": "elsewhere", "since": 0, "lasts_seconds": lasts_seconds,
        "process": { "boot": "another", "namespace": "another", "id": 4711, "started": "1" },
    })
}
