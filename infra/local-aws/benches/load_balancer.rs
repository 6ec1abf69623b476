//! What the load balancer costs a request: `cargo bench -p infra-local-aws`.
//!
//! Client, load balancer and target share this process and two threads, so the figures are what it does at least. What it
//! carries is reckoned from the CPU that a request takes, since others may use the machine, too.

#![expect(clippy::unwrap_used, reason = "what a measurement needs and does not get is its failure")]

#[path = "../tests/rollouts/emulator.rs"]
mod emulator;
#[path = "../tests/clients/front.rs"]
mod front;

use front::front;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use infra_local_aws::load_balancer::{LoadBalancers, Target};
use infra_local_aws::tasks::{TaskNews, TaskRuntime, TaskToRun, Usage};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedSender;

const ANSWER: [u8; 1024] = [b'a'; 1024];
const PATH: &str = "/_alb/web/";
/// One after the other, for the latency.
const REQUESTS: usize = 5000;
/// At once, for the throughput.
const CONNECTIONS: usize = 32;
const LASTS: Duration = Duration::from_secs(5);
const MOST_ADDED: Duration = Duration::from_millis(1);
const LEAST_A_SECOND: f64 = 5000.0;
const CORES: f64 = 2.0;
/// Linux has no other value on what this runs on.
const TICKS_A_SECOND: u64 = 100;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let target = target().await;
    let resolve = Arc::new(|target: &Target| Some(SocketAddr::new(target.id.parse().ok()?, target.port)));
    let (front, balancer) = front(1.0, Arc::new(NoTasks), resolve).await;
    forward(&front.load_balancers, target);
    // All are warm before any counts.
    for address in [target, balancer, target, balancer] {
        median(address).await;
    }
    let (direct, through) = (median(target).await, median(balancer).await);
    let added = through.saturating_sub(direct);
    println!("median latency: {direct:.0?} direct, {through:.0?} through the load balancer");
    println!("added: {added:.0?} (at most {MOST_ADDED:?})");
    let (direct, through) = (rate(target).await, rate(balancer).await);
    println!(
        "over {CONNECTIONS} connections: {:.0} requests a second direct, {:.0} through the load balancer",
        direct.a_second, through.a_second
    );
    let carried = CORES / through.cpu.as_secs_f64();
    println!("CPU a request: {:.0?} direct, {:.0?} through the load balancer", direct.cpu, through.cpu);
    println!("so {CORES} cores carry {carried:.0} a second (at least {LEAST_A_SECOND})");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the machine: {}", load.trim());
    if added > MOST_ADDED || carried < LEAST_A_SECOND {
        std::process::exit(1);
    }
}

struct NoTasks;

#[async_trait::async_trait]
impl TaskRuntime for NoTasks {
    fn start(&self, _: TaskToRun, _: UnboundedSender<(String, TaskNews)>) {}

    fn stop(&self, _: &str, _: &str, _: &str) {}

    async fn usage(&self) -> BTreeMap<String, Usage> {
        BTreeMap::new()
    }

    async fn stop_all(&self) {}
}

/// A target that answers with 1 kB.
async fn target() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let service = service_fn(|_: Request<Incoming>| async {
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(&ANSWER))))
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    address
}

/// A load balancer `web` whose listener forwards all to the target.
fn forward(balancers: &LoadBalancers, target: SocketAddr) {
    let made = |action: &str, members: &[(&str, &str)], element: &str| {
        let members = members.iter().copied().chain([("Action", action)]);
        let form: Vec<_> = members.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let answer = balancers.call(&form).unwrap();
        let (_, rest) = answer.split_once(&format!("<{element}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let subnets = [("Name", "web"), ("Subnets.member.1", "subnet-1"), ("Subnets.member.2", "subnet-2")];
    let balancer = made("CreateLoadBalancer", &subnets, "LoadBalancerArn");
    let group =
        [("Name", "web"), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", "vpc-1"), ("TargetType", "ip")];
    let group = made("CreateTargetGroup", &group, "TargetGroupArn");
    let listener = [
        ("LoadBalancerArn", balancer.as_str()),
        ("Port", "80"),
        ("Protocol", "HTTP"),
        ("DefaultActions.member.1.Type", "forward"),
        ("DefaultActions.member.1.TargetGroupArn", &group),
    ];
    made("CreateListener", &listener, "ListenerArn");
    let target = Target { id: target.ip().to_string(), port: target.port() };
    balancers.register(&group, &target, "eu-west-1a").unwrap();
}

async fn median(address: SocketAddr) -> Duration {
    let mut connection = connection(address).await;
    let mut taken = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let started = Instant::now();
        ask(&mut connection, address).await;
        taken.push(started.elapsed());
    }
    taken.sort();
    taken[REQUESTS / 2]
}

struct Rate {
    a_second: f64,
    /// Of client, target and load balancer together, however busy the machine is.
    cpu: Duration,
}

async fn rate(address: SocketAddr) -> Rate {
    let (started, cpu) = (Instant::now(), cpu_time());
    let client = || async move {
        let mut connection = connection(address).await;
        let mut count = 0;
        while started.elapsed() < LASTS {
            ask(&mut connection, address).await;
            count += 1;
        }
        count
    };
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| tokio::spawn(client())).collect();
    let mut all = 0;
    for client in clients {
        all += client.await.unwrap();
    }
    Rate { a_second: f64::from(all) / started.elapsed().as_secs_f64(), cpu: (cpu_time() - cpu) / all }
}

/// What this process has used of CPUs, in user mode and in the kernel.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let ticks = |at: usize| after_name.split_whitespace().nth(at).unwrap().parse::<u64>().unwrap();
    Duration::from_millis((ticks(11) + ticks(12)) * 1000 / TICKS_A_SECOND)
}

async fn connection(address: SocketAddr) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn ask(connection: &mut SendRequest<Empty<Bytes>>, address: SocketAddr) {
    connection.ready().await.unwrap();
    let request = Request::get(PATH).header("host", address.to_string()).body(Empty::new()).unwrap();
    let answer = connection.send_request(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().len(), ANSWER.len());
}
