//! A deploy that is killed at a write of what instances and autoscalers consist of, before it arrives or before its answer
//! does: teardown takes all that is there, and another deploy goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::counting_proxy::{CountingProxy, CutWrite};

use super::Moto;

/// So many stacks are cut and torn down at a time.
const LANES: usize = 4;

/// The writes that make it, and which of the writes of that name.
const CREATING: [(&str, usize); 11] = [
    ("CreateInstanceProfile", 1),
    ("AddRoleToInstanceProfile", 1),
    ("CreateLaunchTemplate", 1),
    ("CreateAutoScalingGroup", 1),
    ("CreateCapacityProvider", 1),
    ("PutClusterCapacityProviders", 1),
    ("CreateService", 2),
    ("RegisterScalableTarget", 1),
    ("PutScalingPolicy", 1),
    ("RegisterScalableTarget", 2),
    ("PutScalingPolicy", 2),
];

/// Some of the writes by which an app leaves its instances.
const LEAVING: [(&str, usize); 5] = [
    ("DeleteService", 1),
    ("PutClusterCapacityProviders", 1),
    ("DeleteCapacityProvider", 1),
    ("DeleteAutoScalingGroup", 1),
    ("DeleteLaunchTemplate", 1),
];

const ON_FARGATE: &[&str] = &["php.runs_on=fargate"];

#[tokio::test(flavor = "multi_thread")]
async fn teardown_leaves_nothing_wherever_a_deploy_was_killed() {
    let moto = Moto::start().await;
    let cuts: Vec<_> = CREATING.iter().flat_map(|&it| [cut(it, false), cut(it, true)]).collect();
    let next = AtomicUsize::new(0);
    let lane = async || {
        while let Some(&write) = cuts.get(next.fetch_add(1, Ordering::Relaxed)) {
            cut_and_torn_down(&moto, write).await;
        }
    };
    futures::future::join_all((0..LANES).map(|_| lane())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_killed_is_finished_by_the_next_deploy() {
    let moto = Moto::start().await;
    for write in LEAVING.map(|it| cut(it, true)) {
        moto.deploy("moved", &[]).await;
        killed_at(&moto, "moved", ON_FARGATE, write).await;
        moto.deploy("moved", ON_FARGATE).await;
        moto.run("preview --stack moved", ON_FARGATE).await.ends_with(0).await;
        let found = moto.api().everything_named("moved").await;
        let of_instances = ["DescribeAutoScalingGroups", "DescribeLaunchTemplates", "ListInstanceProfiles"];
        let is_left = |line: &&String| of_instances.iter().any(|call| line.starts_with(call));
        let left: Vec<_> = found.iter().filter(is_left).collect();
        assert!(left.is_empty(), "{write:?}: {left:#?}");
    }
}

fn cut((action, nth): (&'static str, usize), is_done: bool) -> CutWrite {
    CutWrite { action, nth, is_done }
}

async fn cut_and_torn_down(moto: &Moto, write: CutWrite) {
    let CutWrite { action, nth, is_done } = write;
    let side = if is_done { "after" } else { "before" };
    // A stack's name is short; no other cut's begins or ends with it.
    let place = CREATING.iter().position(|it| *it == (action, nth)).unwrap_or_default();
    let stack = format!("{side}{place:02}");
    killed_at(moto, &stack, &[], write).await;
    let teardown = moto.run(&format!("teardown --yes --stack {stack}"), &[]).await.end().await;
    assert_eq!(teardown.code, Some(0), "{write:?}: {teardown}");
    let left = moto.api().everything_named(&stack).await;
    assert!(left.is_empty(), "{write:?}: {left:#?}");
}

/// Deploys, and kills that at a write.
async fn killed_at(moto: &Moto, stack: &str, settings: &[&str], write: CutWrite) {
    let proxy = CountingProxy::cutting_at(write).await;
    let deploy = moto.run(&format!("deploy --yes --no-wait --stack {stack}"), settings).await;
    tokio::select! {
        // Dropping the deploy kills it.
        () = proxy.is_cut() => {}
        outcome = deploy.env("HTTP_PROXY", proxy.address()).end() => {
            panic!("should have been killed at {write:?}: {outcome}")
        }
    }
}
