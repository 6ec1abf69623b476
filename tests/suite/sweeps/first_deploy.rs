//! A first deploy and a teardown, killed at their writes.

use super::{Cuts, Emulator, Stack};

#[tokio::test(flavor = "multi_thread")]
async fn a_first_deploy_and_a_teardown_that_were_killed_are_finished_by_the_next_run_on_moto() {
    converges(&Emulator::moto().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_deploy_and_a_teardown_that_were_killed_are_finished_by_the_next_run_on_ministack() {
    converges(&Emulator::ministack().await).await;
}

async fn converges(emulator: &Emulator) {
    let [deploys, teardowns] = [0; 2].map(|_| Cuts::one_in(3));
    let lanes = ["lane-a", "lane-b", "lane-c"].map(|name| emulator.stack(name));
    futures::future::join_all(lanes.iter().map(|stack| lane(stack, &deploys, &teardowns))).await;
}

/// What a cut leaves of a deploy is torn down, or it is finished, and what that made is torn down with a cut.
async fn lane(stack: &Stack<'_>, deploys: &Cuts, teardowns: &Cuts) {
    stack.deploy(&[]).await;
    let expected = stack.found().await;
    assert!(!expected.is_empty(), "the listing does not find what is there");
    loop {
        let cut = stack.killed_and_run_again("teardown", &[], teardowns).await;
        stack.is_gone(cut).await;
        if !deploys.are_left() && !teardowns.are_left() {
            return;
        }
        let cut = stack.killed("deploy", &[], deploys).await;
        stack.run("teardown", &[]).await.ends_with(0).await;
        stack.is_gone(cut).await;
        let cut = stack.killed_and_run_again("deploy", &[], deploys).await;
        stack.is_as_expected(&expected, &[], cut).await;
    }
}
