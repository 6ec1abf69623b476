//! A group that somebody deleted comes back as another one, and its capacity provider can't change to that: it is made anew
//! with the service on it, also when the deploy is killed meanwhile.

use e2e::aws_api::QueryService::AutoScaling;

use super::{Cuts, Emulator, Stack};

/// No instance: moto lets those of a deleted group run that are protected.
const SETTINGS: &[&str] = &["ec2.min_instances=0", "ec2.initial_instances=0"];

#[tokio::test(flavor = "multi_thread")]
async fn making_anew_that_was_killed_is_finished_by_the_next_deploy_on_moto() {
    converges(&Emulator::moto().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn making_anew_that_was_killed_is_finished_by_the_next_deploy_on_ministack() {
    converges(&Emulator::ministack().await).await;
}

async fn converges(emulator: &Emulator) {
    let (stack, cuts) = (emulator.stack("remade"), Cuts::one_in(5));
    stack.deploy(SETTINGS).await;
    let expected = stack.found().await;
    while cuts.are_left() {
        delete_the_group(&stack).await;
        stack.run("preview", SETTINGS).await.ends_with(2).await.says(&["recreate", "capacity-provider"]);
        let cut = stack.killed_and_run_again("deploy", SETTINGS, &cuts).await;
        stack.is_as_expected(&expected, SETTINGS, cut).await;
    }
    stack.run("teardown", &[]).await.ends_with(0).await;
    stack.is_gone(None).await;
}

async fn delete_the_group(stack: &Stack<'_>) {
    let found = stack.found().await;
    let group = found.iter().find_map(|line| line.strip_prefix("DescribeAutoScalingGroups: "));
    let group = group.unwrap_or_else(|| panic!("there is no group: {found:#?}"));
    let parameters = format!("AutoScalingGroupName={group}&ForceDelete=true");
    stack.api().query(AutoScaling, "DeleteAutoScalingGroup", &parameters).await;
}
