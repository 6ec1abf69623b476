//! The local AWS as AWS's own clients see it: boto3 and the AWS CLI with their waiters, paginators and exceptions.
//!
//! They come from Python's package index into `target/`. Tasks are small servers in this process.

#![expect(clippy::unwrap_used, reason = "what a test needs and does not get is its failure")]

#[path = "rollouts/emulator.rs"]
mod emulator;
#[path = "clients/front.rs"]
mod front;
#[path = "clients/here.rs"]
mod here;
#[path = "rollouts/servers.rs"]
mod servers;
#[path = "clients/virtualenv.rs"]
mod virtualenv;

use here::run;

#[tokio::test(flavor = "multi_thread")]
async fn boto3_leads_services_and_tasks_through_their_lives() {
    run("python", "services.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_balances_loads_and_scales() {
    run("python", "balancing.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_continues_a_deployment_that_waits_and_rolls_one_back() {
    run("python", "staged.py").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cli_waits_for_what_it_asked_for() {
    run("bash", "cli.sh").await;
}
