//! Requests: who gets them, and what becomes of them.

use super::{Here, PATIENCE, Served, full, target_at};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response};
use infra_ecs::rollout::TargetHealth;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;

#[tokio::test]
async fn targets_take_turns() {
    let here = Here::new(1000.0).await;
    let (web, a, b) = (here.web(), Served::named("a").await, Served::named("b").await);
    here.healthy(&web.group, &a).await;
    here.healthy(&web.group, &b).await;
    let shares = here.shares(20).await;
    assert_eq!((shares["a"], shares["b"]), (10, 10));
    assert_eq!(here.balancers.request_count(&web.group), 20);
    assert_eq!(here.balancers.target_request_count(&web.group, &a.target()), 10);
}

#[tokio::test]
async fn weights_are_shares_and_an_empty_group_keeps_its_own() {
    let here = Here::new(1000.0).await;
    let (web, a, other) = (here.web(), Served::named("a").await, here.group("other"));
    here.healthy(&web.group, &a).await;
    let weights = [(web.group.clone(), 75), (other.clone(), 25)];
    here.balancers.set_weights(&web.listener, &weights).unwrap();
    assert_eq!(here.balancers.weights(&web.listener).unwrap(), weights);
    let mut empty = 0;
    for _ in 0..2000 {
        empty += usize::from(here.get("/").await.status == 503);
    }
    assert!((400..600).contains(&empty), "{empty} of 2000 requests went to the empty group");
}

#[tokio::test]
async fn no_request_fails_while_weights_shift_and_targets_come_and_go() {
    let here = Arc::new(Here::new(1000.0).await);
    let (web, a, green) = (here.web(), Served::named("a").await, here.group("green"));
    here.healthy(&web.group, &a).await;
    let ends = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (here, ends) = (Arc::clone(&here), Arc::clone(&ends));
            tokio::spawn(async move {
                let mut statuses = Vec::new();
                while !ends.load(Ordering::Relaxed) {
                    statuses.push(here.get("/").await.status);
                }
                statuses
            })
        })
        .collect();
    here.balancers.set_weights(&web.listener, &[(web.group.clone(), 100), (green.clone(), 0)]).unwrap();
    let b = Served::named("b").await;
    here.healthy(&green, &b).await;
    for share in (0..=100).step_by(10) {
        here.balancers
            .set_weights(&web.listener, &[(web.group.clone(), 100 - share), (green.clone(), share)])
            .unwrap();
        let c = Served::named("c").await;
        here.healthy(&green, &c).await;
        let mut changes = here.balancers.watch();
        here.balancers.deregister(&green, &c.target()).unwrap();
        super::until(&mut changes, &c.target(), &TargetHealth::Gone).await;
    }
    here.balancers.deregister(&web.group, &a.target()).unwrap();
    ends.store(true, Ordering::Relaxed);
    let statuses = futures::future::join_all(clients).await.into_iter().flat_map(Result::unwrap);
    let failed: Vec<u16> = statuses.filter(|it| *it != 200).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(here.get("/").await.body, "b");
}

#[tokio::test]
async fn all_targets_get_requests_when_none_is_healthy() {
    let here = Here::new(1000.0).await;
    let (web, broken) = (here.web(), Served::new(|_| async { status(500) }).await);
    let mut changes = here.balancers.watch();
    here.balancers.register(&web.group, &broken.target(), "").unwrap();
    let description = "Health checks failed with these codes: [500]".to_owned();
    super::until(&mut changes, &broken.target(), &TargetHealth::Unhealthy { description }).await;
    assert_eq!(here.get("/").await.status, 500, "the target's own answer");
}

fn status(code: u16) -> Response<Full<Bytes>> {
    Response::builder().status(code).body(full("")).unwrap()
}

#[tokio::test]
async fn a_group_without_targets_is_503() {
    let here = Here::new(1000.0).await;
    here.web();
    let got = here.get("/").await;
    assert_eq!((got.status, got.headers["server"].to_str().unwrap()), (503, "awselb/2.0"));
    insta::assert_debug_snapshot!(got.body, @r#""<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n""#);
}

#[tokio::test]
async fn a_target_that_refuses_or_breaks_off_is_502() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let gone = Served::named("a").await.target();
    here.balancers.register(&web.group, &gone, "").unwrap();
    assert_eq!(here.get("/").await.status, 502);
    here.balancers.deregister(&web.group, &gone).unwrap();
    let breaks = raw(b"HTTP/1.1 200 OK\r\ncontent-le").await;
    here.balancers.register(&web.group, &target_at(breaks), "").unwrap();
    let got = here.get("/").await;
    assert_eq!((got.status, got.headers["content-type"].to_str().unwrap()), (502, "text/html"));
}

/// A target that answers every connection with some bytes, then closes it.
async fn raw(answer: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address
}

#[tokio::test]
async fn headers_that_are_too_large_are_502() {
    let here = Here::new(1.0).await;
    let (web, long) = (here.web(), "x".repeat(40_000));
    let target = Served::new(move |_| {
        let answer = Response::builder().header("x-long", &long).body(full("")).unwrap();
        async move { answer }
    });
    here.balancers.register(&web.group, &target.await.target(), "").unwrap();
    assert_eq!(here.get("/").await.status, 502);
}

#[tokio::test]
async fn a_target_that_is_silent_for_the_idle_timeout_is_504() {
    let here = Here::new(1.0).await;
    let web = here.web();
    here.set("LoadBalancer", &web.balancer, "idle_timeout.timeout_seconds", "1");
    let target = Served::new(|_| std::future::pending()).await;
    here.balancers.register(&web.group, &target.target(), "").unwrap();
    assert_eq!(here.get("/").await.status, 504);
}

/// A target that answers `/slow` when it may, all else at once.
async fn slow() -> (Served, Arc<Notify>, Arc<Notify>) {
    let (came, may) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (noted, awaited) = (Arc::clone(&came), Arc::clone(&may));
    let target = Served::new(move |request| {
        let (noted, awaited) = (Arc::clone(&noted), Arc::clone(&awaited));
        async move {
            if request.uri().path() == "/slow" {
                noted.notify_one();
                awaited.notified().await;
            }
            Response::new(full("done"))
        }
    });
    (target.await, came, may)
}

#[tokio::test]
async fn requests_in_flight_on_a_draining_target_finish() {
    let here = Arc::new(Here::new(1.0).await);
    let (web, (target, came, may)) = (here.web(), slow().await);
    here.healthy(&web.group, &target).await;
    let asking = Arc::clone(&here);
    let asked = tokio::spawn(async move { asking.get("/slow").await });
    came.notified().await;
    here.balancers.deregister(&web.group, &target.target()).unwrap();
    may.notify_one();
    assert_eq!(asked.await.unwrap().body, "done");
}

#[tokio::test]
async fn a_request_that_outlives_the_deregistration_delay_is_502() {
    let here = Arc::new(Here::new(1000.0).await);
    let (web, (target, came, _)) = (here.web(), slow().await);
    here.healthy(&web.group, &target).await;
    let asking = Arc::clone(&here);
    let asked = tokio::spawn(async move { asking.get("/slow").await });
    came.notified().await;
    here.balancers.deregister(&web.group, &target.target()).unwrap();
    assert_eq!(asked.await.unwrap().status, 502);
}

#[tokio::test]
async fn connections_to_targets_are_kept() {
    let here = Here::new(1.0).await;
    let (web, target) = (here.web(), Served::named("a").await);
    here.healthy(&web.group, &target).await;
    let checks = target.connections.load(Ordering::Relaxed);
    here.shares(50).await;
    assert_eq!(target.connections.load(Ordering::Relaxed) - checks, 1);
}

#[tokio::test]
async fn bodies_are_passed_on_as_they_come() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let target = Served::new(|request| async move {
        let size = request.into_body().collect().await.map_or(0, |it| it.to_bytes().len());
        Response::new(full(size.to_string()))
    });
    let target = target.await;
    here.healthy(&web.group, &target).await;
    let upload = Request::post(here.url("/")).body(full(vec![7; 5_000_000])).unwrap();
    assert_eq!(here.send(upload).await.body, "5000000");
    // The first half arrives before the second is sent.
    let mut stream = tokio::net::TcpStream::connect(here.address).await.unwrap();
    let head =
        "POST / HTTP/1.1\r\nHost: web.alb.localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut got = [0; 25];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut got)).await.unwrap().unwrap();
    assert_eq!(&got, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"abcd").await.unwrap();
    let mut answer = vec![0; 512];
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&answer[..read]).ends_with("\r\n\r\n4"));
}

#[tokio::test]
async fn the_least_busy_target_is_chosen() {
    let here = Arc::new(Here::new(1000.0).await);
    let (web, (busy, came, may), idle) = (here.web(), slow().await, Served::named("idle").await);
    here.set("TargetGroup", &web.group, "load_balancing.algorithm.type", "least_outstanding_requests");
    here.healthy(&web.group, &busy).await;
    let asking = Arc::clone(&here);
    let asked = tokio::spawn(async move { asking.get("/slow").await });
    came.notified().await;
    here.healthy(&web.group, &idle).await;
    assert_eq!(here.shares(10).await["idle"], 10);
    may.notify_one();
    asked.await.unwrap();
}

#[tokio::test]
async fn a_new_target_starts_slowly() {
    let here = Here::new(0.001).await;
    let (web, old, new) = (here.web(), Served::named("old").await, Served::named("new").await);
    here.set("TargetGroup", &web.group, "slow_start.duration_seconds", "30");
    here.healthy(&web.group, &old).await;
    here.healthy(&web.group, &new).await;
    let shares = here.shares(200).await;
    assert!(shares.get("new").is_none_or(|it| *it < 20), "{shares:?}");
}

#[tokio::test]
async fn a_client_that_stops_in_the_midst_of_a_body_gets_408() {
    let here = Here::new(1.0).await;
    let web = here.web();
    here.set("LoadBalancer", &web.balancer, "idle_timeout.timeout_seconds", "1");
    let target = Served::new(|request| async move {
        let _ = request.into_body().collect().await;
        status(200)
    });
    let target = target.await;
    here.balancers.register(&web.group, &target.target(), "").unwrap();
    let mut stream = tokio::net::TcpStream::connect(here.address).await.unwrap();
    stream.write_all(b"POST /_alb/web/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab").await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn targets_that_close_their_connections_fail_no_request() {
    let here = Here::new(1.0).await;
    let web = here.web();
    let target = raw(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    here.balancers.register(&web.group, &target_at(target), "").unwrap();
    assert_eq!(here.shares(200).await.get("ok"), Some(&200));
}
