//! Targets' health.

use super::{Here, Served, full, target_at, until};
use hyper::{Response, StatusCode};
use infra_ecs::rollout::TargetHealth;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use tokio::net::TcpListener;

fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_default();
    rest.split_once('<').unwrap_or_default().0.to_owned()
}

fn health(here: &Here, group: &str) -> [String; 3] {
    let xml = here.call("DescribeTargetHealth", &[("TargetGroupArn", group)]).unwrap();
    ["State", "Reason", "Description"].map(|name| element(&xml, name))
}

/// A target that answers with a code that can be changed.
async fn with_code(code: u16) -> (Served, Arc<AtomicU16>) {
    let now = Arc::new(AtomicU16::new(code));
    let answers = Arc::clone(&now);
    let target = Served::new(move |_| {
        let mut answer = Response::new(full(""));
        *answer.status_mut() = StatusCode::from_u16(answers.load(Ordering::Relaxed)).unwrap();
        async move { answer }
    });
    (target.await, now)
}

#[tokio::test]
async fn a_target_of_a_group_that_no_rule_uses_is_unused_and_not_checked() {
    let here = Here::new(1000.0).await;
    let (group, target) = (here.group("idle"), Served::named("a").await);
    here.balancers.register(&group, &target.target(), "").unwrap();
    tokio::task::yield_now().await;
    let described = health(&here, &group);
    insta::assert_debug_snapshot!(described, @r#"
    [
        "unused",
        "Target.NotInUse",
        "Target group is not configured to receive traffic from the load balancer",
    ]
    "#);
    assert_eq!(target.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn one_success_makes_a_new_target_healthy() {
    let here = Here::new(1.0).await;
    let (web, target) = (here.web(), Served::named("a").await);
    let begun = std::time::Instant::now();
    here.healthy(&web.group, &target).await;
    assert!(begun.elapsed().as_secs() < 4, "the first check does not wait for an interval");
    assert_eq!(health(&here, &web.group), ["healthy", "", ""]);
}

#[tokio::test]
async fn wrong_codes_make_a_target_unhealthy_and_successes_healthy_again() {
    let here = Here::new(1000.0).await;
    let (web, (target, code)) = (here.web(), with_code(200).await);
    here.healthy(&web.group, &target).await;
    let mut changes = here.balancers.watch();
    code.store(503, Ordering::Relaxed);
    let description = "Health checks failed with these codes: [503]".to_owned();
    until(&mut changes, &target.target(), &TargetHealth::Unhealthy { description: description.clone() })
        .await;
    assert_eq!(health(&here, &web.group), ["unhealthy", "Target.ResponseCodeMismatch", &description]);
    code.store(200, Ordering::Relaxed);
    until(&mut changes, &target.target(), &TargetHealth::Healthy).await;
}

#[tokio::test]
async fn a_target_that_never_answers_times_out() {
    let here = Here::new(1000.0).await;
    let web = here.web();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = target_at(silent.local_addr().unwrap());
    let mut changes = here.balancers.watch();
    here.balancers.register(&web.group, &target, "").unwrap();
    until(&mut changes, &target, &TargetHealth::Unhealthy { description: "Request timed out".to_owned() })
        .await;
}

#[tokio::test]
async fn a_target_that_is_still_starting_is_initial_then_healthy_at_once() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let reserved = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = reserved.local_addr().unwrap();
    drop(reserved);
    let mut changes = here.balancers.watch();
    here.balancers.register(&web.group, &target_at(address), "").unwrap();
    until(&mut changes, &target_at(address), &TargetHealth::Initial).await;
    while health(&here, &web.group)[1] != "Elb.InitialHealthChecking" {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let listener = TcpListener::bind(address).await.unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await.unwrap();
        }
    });
    until(&mut changes, &target_at(address), &TargetHealth::Healthy).await;
}

#[tokio::test]
async fn a_target_that_refuses_connections_fails_its_checks() {
    let here = Here::new(1000.0).await;
    let web = here.web();
    let gone = Served::named("a").await.target();
    let mut changes = here.balancers.watch();
    here.balancers.register(&web.group, &gone, "").unwrap();
    until(&mut changes, &gone, &TargetHealth::Unhealthy { description: "Health checks failed".to_owned() })
        .await;
}

#[tokio::test]
async fn checks_say_what_they_are() {
    let here = Here::new(1000.0).await;
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let (web, noted) = (here.web(), Arc::clone(&seen));
    let target = Served::new(move |request| {
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        noted.lock().unwrap().push((request.uri().to_string(), header("host"), header("user-agent")));
        async move { Response::new(full("")) }
    });
    let target = target.await;
    here.healthy(&web.group, &target).await;
    let expected = ("/".to_owned(), target.address.to_string(), "ELB-HealthChecker/2.0".to_owned());
    assert_eq!(seen.lock().unwrap()[0], expected);
}

#[tokio::test]
async fn a_deregistered_target_drains_for_the_delay_then_is_gone() {
    let here = Here::new(1000.0).await;
    let (web, target) = (here.web(), Served::named("a").await);
    here.healthy(&web.group, &target).await;
    let mut changes = here.balancers.watch();
    here.balancers.deregister(&web.group, &target.target()).unwrap();
    assert_eq!(health(&here, &web.group)[0], "draining");
    assert_eq!(here.get("/").await.status, 503, "it gets no new requests");
    until(&mut changes, &target.target(), &TargetHealth::Draining).await;
    until(&mut changes, &target.target(), &TargetHealth::Gone).await;
    assert_eq!(health(&here, &web.group)[0], "");
}

#[tokio::test]
async fn a_draining_target_that_is_registered_again_begins_anew() {
    let here = Here::new(1.0).await;
    let (web, target) = (here.web(), Served::named("a").await);
    here.healthy(&web.group, &target).await;
    here.balancers.deregister(&web.group, &target.target()).unwrap();
    let mut changes = here.balancers.watch();
    here.balancers.register(&web.group, &target.target(), "").unwrap();
    until(&mut changes, &target.target(), &TargetHealth::Initial).await;
    until(&mut changes, &target.target(), &TargetHealth::Healthy).await;
}

#[tokio::test]
async fn a_group_whose_rule_is_deleted_is_unused() {
    let here = Here::new(1000.0).await;
    let (web, target) = (here.web(), Served::named("a").await);
    here.healthy(&web.group, &target).await;
    let mut changes = here.balancers.watch();
    here.call("DeleteListener", &[("ListenerArn", &web.listener)]).unwrap();
    until(&mut changes, &target.target(), &TargetHealth::Unused).await;
    assert_eq!(health(&here, &web.group)[1], "Target.NotInUse");
}
