//! The lease at the edges of a run: whose it is, which commands take it, and what is done when it can't be given back.

use std::fs;
use std::time::Duration;

use e2e::aws_api::QueryService::Ec2;
use e2e::counting_proxy::CountingProxy;
use e2e::fault_proxy::{Effect, Fault, FaultProxy};
use e2e::wait::until;
use hyper::Method;
use serde_json::{Value, json};

use super::Moto;
use super::ownership::value;
use super::two_runs::holder_elsewhere;

const ONE: &str = "logs.retention_in_days=30";
const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_can_not_be_given_back_is_reported_and_the_deploy_has_succeeded() {
    let moto = Moto::start().await;
    moto.deploy("kept", &[]).await;
    let proxy = FaultProxy::to(&moto.endpoint).await;
    let deploy = moto.run("deploy --yes --no-wait --stack kept", &[ONE]).await;
    let deploy = deploy.at(&format!("http://127.0.0.1:{}", proxy.port()), moto.region);
    // Its one change takes a while, so there is time between the lease's taking and its end.
    let deploy = deploy.with_fault("refuse@PutRetentionPolicy/ThrottlingException/4").start();
    let is_of_the_lease = |path: &str| path.ends_with("/lease.json");
    until("the lease to be taken", SOON, async || {
        let taken = proxy.count(|seen| seen.method == Method::PUT && is_of_the_lease(&seen.path));
        if taken > 0 { Ok(()) } else { Err("it is not".to_owned()) }
    })
    .await;
    proxy.set(Fault::on(Method::PUT, Effect::Status(403)).path(is_of_the_lease));
    let outcome = deploy.end().await;
    assert_eq!(outcome.code, Some(0), "{outcome}");
    outcome.says(&["warning:", "lease can't be given back", "ends by itself"]);
    assert!(proxy.happened() > 0);
    // The run is over, so on this machine nobody waits for it.
    let next = moto.run("deploy --yes --no-wait --wait-for-lease 0 --stack kept", &[]).await;
    next.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scaling_waits_for_the_lease_and_gives_it_back() {
    let moto = Moto::start().await;
    moto.deploy("scaled", &[]).await;
    moto.run("scale web 3 --no-wait --stack scaled", &[]).await.ends_with(0).await;
    assert_eq!(moto.api().service("scaled", "web").await["desiredCount"], 3);
    moto.run("deploy --yes --no-wait --wait-for-lease 0 --stack scaled", &[ONE]).await.ends_with(0).await;
    moto.holds("scaled", &holder_elsewhere(3600)).await;
    let held = moto.without_a_write("scale web 4 --no-wait --wait-for-lease 0 --stack scaled", &[], 75).await;
    held.says(&["someone@elsewhere", "--wait-for-lease"]);
    // What can't be scaled needs no lease to be refused.
    let refused =
        moto.without_a_write("scale web 9 --no-wait --wait-for-lease 0 --stack scaled", &[], 1).await;
    refused.says(&["its autoscaler keeps it between"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_off_task_runs_beside_another_run() {
    let moto = Moto::start().await;
    moto.deploy("beside", &[]).await;
    moto.has_instances("beside", 1).await;
    moto.holds("beside", &holder_elsewhere(3600)).await;
    moto.run_task("beside", "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_off_task_whose_answer_is_lost_is_asked_for_again_with_the_same_token() {
    let moto = Moto::start().await;
    moto.deploy("token", &[]).await;
    // moto does not know a token, and starts a task for each call.
    moto.has_instances("token", 8).await;
    for fault in ["timeout@RunTask", "502@RunTask", "truncate@RunTask", "reset@RunTask"] {
        moto.run_task("token", fault).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lease_of_a_run_on_a_machine_cloned_from_this_one_is_waited_for() {
    let moto = Moto::start().await;
    moto.deploy("cloned", &[]).await;
    let namespace = fs::read_link("/proc/self/ns/pid").unwrap();
    let mut lease = holder_elsewhere(3600);
    lease["run"] = json!("0123456789abcdef0123456789abcdef");
    // No process here has this number, nor had it there when it was cloned.
    lease["process"] = json!({
        "boot": fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap().trim(),
        "namespace": namespace.to_string_lossy(), "id": i32::MAX, "started": "1",
    });
    moto.holds("cloned", &lease).await;
    let deploy = "deploy --yes --no-wait --wait-for-lease 0 --stack cloned";
    moto.without_a_write(deploy, &[ONE], 75).await.says(&["someone@elsewhere"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_have_gone_make_no_failure_of_what_is_done() {
    let moto = Moto::start().await;
    let mut deploy = moto.run("deploy --yes --no-wait --stack unread", &[]).await.into_command();
    let (reader, nobody) = std::io::pipe().unwrap();
    drop(reader);
    let ended = deploy.stdout(nobody.try_clone().unwrap()).stderr(nobody).status().await;
    assert_eq!(ended.unwrap().code(), Some(0));
}

impl Moto {
    async fn holds(&self, stack: &str, lease: &Value) {
        let bucket = format!("{stack}-lease-123456789012-eu-west-1");
        self.put_object(&bucket, "lease.json", &lease.to_string()).await;
    }

    /// Gives the stack's cluster so many container instances.
    async fn has_instances(&self, stack: &str, count: usize) {
        let described = self.api().query(Ec2, "DescribeInstances", "").await;
        let identity = json!({ "instanceId": value(&described, "instanceId", "i-") }).to_string();
        let instance =
            json!({ "cluster": format!("{stack}-ecs-cluster"), "instanceIdentityDocument": identity });
        for _ in 0..count {
            self.api().ecs("RegisterContainerInstance", instance.clone()).await;
        }
    }

    /// Runs a one-off task, of which ECS is asked again if the fault takes an answer away.
    async fn run_task(&self, stack: &str, fault: &str) {
        let proxy = CountingProxy::start().await;
        let run = self.run(&format!("run-task php --no-follow --stack {stack}"), &[]).await.with_fault(fault);
        run.env("HTTP_PROXY", proxy.address()).ends_with(0).await;
        let calls = proxy.take_calls();
        let asked = calls.iter().filter(|call| call.action.as_deref() == Some("RunTask")).count();
        let is_sent_twice = !fault.is_empty() && !fault.starts_with("reset");
        assert_eq!(asked, if is_sent_twice { 2 } else { 1 }, "{fault}");
    }
}
