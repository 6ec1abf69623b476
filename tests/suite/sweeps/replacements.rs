//! Updates that replace what can't change in place, killed at their writes.

use super::{Cuts, Emulator, Stack};

/// A stack of its own for each, and the setting.
const CHANGES: [(&str, &[&str]); 3] = [
    ("cutport", &["web.container_port=8080"]),
    ("cutplace", &["php.runs_on=fargate"]),
    ("cuttype", &["ec2.instance_type=t3.micro"]),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_replaces_and_was_killed_is_finished_by_the_next_deploy_on_moto() {
    converge(&Emulator::moto().await, 17).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_replaces_and_was_killed_is_finished_by_the_next_deploy_on_ministack() {
    converge(&Emulator::ministack().await, 7).await;
}

async fn converge(emulator: &Emulator, stride: usize) {
    let changes = CHANGES.map(|(name, settings)| (emulator.stack(name), settings));
    futures::future::join_all(
        changes.iter().map(|(stack, settings)| there_and_back(stack, settings, stride)),
    )
    .await;
}

/// Where one cut's second run has arrived, the next cut begins, in the other direction.
async fn there_and_back(stack: &Stack<'_>, settings: &[&str], stride: usize) {
    let [there, back] = [0; 2].map(|_| Cuts::one_in(stride));
    stack.deploy(settings).await;
    let expected_there = stack.found().await;
    stack.deploy(&[]).await;
    let expected_back = stack.found().await;
    assert_ne!(expected_there, expected_back);
    while there.are_left() || back.are_left() {
        let cut = stack.killed_and_run_again("deploy", settings, &there).await;
        stack.is_as_expected(&expected_there, settings, cut).await;
        let cut = stack.killed_and_run_again("deploy", &[], &back).await;
        stack.is_as_expected(&expected_back, &[], cut).await;
    }
    stack.run("teardown", &[]).await.ends_with(0).await;
    stack.is_gone(None).await;
}
