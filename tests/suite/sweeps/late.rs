//! Reads that show a write late, as AWS's do: what was made is not there yet, what was deleted is there still.

use super::{Cuts, Emulator};

/// So many answers to each question are those from before a write.
const LATE_ANSWERS: usize = 2;
/// Reads without which the run after one that was killed would make a second one of what AWS makes but once: it gives the
/// same load balancer again, and refuses a second listener on a port and a second Auto Scaling group of a name. Moto does not,
/// and answers 500 when a capacity provider is deleted again.
const IN_TIME: &[&str] = &[
    "DescribeLoadBalancers",
    "DescribeLoadBalancerAttributes",
    "DescribeListeners",
    "DescribeTags",
    "DescribeAutoScalingGroups",
    "DescribeCapacityProviders",
];
/// What makes another revision of a task definition, which its service moves to.
const NEW_REVISION: &[&str] = &["web.memory_mib=4096"];
/// What replaces service, target group and instances.
const REPLACING: &[&str] = &["web.container_port=8080", "ec2.instance_type=t3.micro"];

#[tokio::test(flavor = "multi_thread")]
async fn one_run_goes_through_though_reads_show_its_writes_late() {
    let moto = Emulator::late(LATE_ANSWERS, &[]).await;
    let stack = moto.stack("lately");
    stack.deploy(&[]).await;
    stack.is_unchanged(&[]).await;
    stack.deploy(REPLACING).await;
    stack.is_unchanged(REPLACING).await;
    stack.run("teardown", &[]).await.ends_with(0).await;
    stack.is_gone(None).await;
}

/// As above, within the client of each run: what the run has made is not there at first, and what it has not asked before
/// its writes is not known.
#[tokio::test(flavor = "multi_thread")]
async fn one_run_goes_through_though_its_own_client_hears_late_of_what_it_wrote() {
    let moto = Emulator::moto().await;
    let stack = moto.stack("hearsay");
    stack.goes_through("deploy", &[], "late@2;unknown@2").await;
    stack.is_unchanged(&[]).await;
    stack.goes_through("deploy", REPLACING, "late@2").await;
    stack.is_unchanged(REPLACING).await;
    stack.goes_through("teardown", &[], "late@2").await;
    stack.is_gone(None).await;
}

/// The same by deploys that wait until their tasks have taken over: what is read late is no rollback.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_goes_through_though_its_own_client_hears_late_of_what_it_wrote() {
    let moto = Emulator::with_running_services().await;
    let stack = moto.stack("patient");
    stack.goes_through("deploy", &[], "late@2;unknown@2").await;
    stack.is_unchanged(&[]).await;
    stack.run("preview", NEW_REVISION).await.ends_with(2).await;
    stack.goes_through("deploy", NEW_REVISION, "late@2").await;
    stack.goes_through("deploy", REPLACING, "late@2").await;
    stack.is_unchanged(REPLACING).await;
}

/// What a deploy that was killed left is finished, and the next one's is torn down at once; so is a teardown that was killed.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_killed_is_finished_by_the_next_one_though_reads_show_late_what_it_wrote() {
    let moto = Emulator::late(LATE_ANSWERS, IN_TIME).await;
    let (stack, deploys, teardowns) = (moto.stack("belated"), Cuts::one_in(23), Cuts::one_in(23));
    stack.deploy(&[]).await;
    stack.is_unchanged(&[]).await;
    while deploys.are_left() || teardowns.are_left() {
        let cut = stack.killed_and_run_again("teardown", &[], &teardowns).await;
        stack.is_gone(cut).await;
        let cut = stack.killed("deploy", &[], &deploys).await;
        stack.run("teardown", &[]).await.ends_with(0).await;
        stack.is_gone(cut).await;
        stack.killed_and_run_again("deploy", &[], &deploys).await;
        stack.is_unchanged(&[]).await;
    }
    stack.run("teardown", &[]).await.ends_with(0).await;
    stack.is_gone(None).await;
}
