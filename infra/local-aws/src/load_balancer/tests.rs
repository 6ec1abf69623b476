//! A load balancer with real targets on loopback.

mod api;
mod conditions;
mod headers;
mod health;
mod malformed;
mod traffic;
mod upgrade;

use super::{HealthChange, LoadBalancers, Target};
use crate::account::Account;
use crate::api_error::ApiError;
use crate::clock::Clock;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use infra_ecs::rollout::TargetHealth;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(20);

/// Load balancers, served on a port.
struct Here {
    balancers: Arc<LoadBalancers>,
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What came back.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: hyper::HeaderMap,
    body: String,
}

impl Here {
    async fn new(speed: f64) -> Self {
        let account = Account {
            region: "eu-west-1".to_owned(),
            id: "123456789012".to_owned(),
            endpoint: "127.0.0.1:4566".to_owned(),
            partition: "aws".to_owned(),
        };
        let resolve = |target: &Target| Some(SocketAddr::new(target.id.parse().ok()?, target.port));
        let balancers = LoadBalancers::new(account, Clock::new(speed), Arc::new(resolve));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = Arc::clone(&balancers);
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let serving = Arc::clone(&serving);
                let service = service_fn(move |request: Request<Incoming>| {
                    let serving = Arc::clone(&serving);
                    async move { Ok::<_, Infallible>(serving.serve(request, peer).await) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                tokio::spawn(connection);
            }
        });
        Self { balancers, address, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    fn call(&self, action: &str, members: &[(&str, &str)]) -> Result<String, ApiError> {
        let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let mut form: Vec<(String, String)> = members.iter().map(pair).collect();
        form.push(("Action".to_owned(), action.to_owned()));
        self.balancers.call(&form)
    }

    /// Makes a call and reads one element of its answer.
    fn made(&self, action: &str, members: &[(&str, &str)], element: &str) -> String {
        let answer = self.call(action, members).unwrap();
        let (_, rest) = answer.split_once(&format!("<{element}>")).unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    }

    fn balancer(&self, name: &str) -> String {
        let members = [("Name", name), ("Subnets.member.1", "subnet-1"), ("Subnets.member.2", "subnet-2")];
        self.made("CreateLoadBalancer", &members, "LoadBalancerArn")
    }

    fn group(&self, name: &str) -> String {
        let checks = [("HealthCheckIntervalSeconds", "5"), ("HealthCheckTimeoutSeconds", "2")];
        let more =
            [("Name", name), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", "vpc-1"), ("TargetType", "ip")];
        self.made("CreateTargetGroup", &[&checks[..], &more].concat(), "TargetGroupArn")
    }

    fn listener(&self, balancer: &str, group: &str) -> String {
        let members = [
            ("LoadBalancerArn", balancer),
            ("Port", "80"),
            ("Protocol", "HTTP"),
            ("DefaultActions.member.1.Type", "forward"),
            ("DefaultActions.member.1.TargetGroupArn", group),
        ];
        self.made("CreateListener", &members, "ListenerArn")
    }

    fn set(&self, kind: &str, arn: &str, key: &str, value: &str) {
        let members = [
            (&*format!("{kind}Arn"), arn),
            ("Attributes.member.1.Key", key),
            ("Attributes.member.1.Value", value),
        ];
        self.call(&format!("Modify{kind}Attributes"), &members).unwrap();
    }

    /// A balancer `web` that forwards all to a group: their ARNs.
    fn web(&self) -> Web {
        let (balancer, group) = (self.balancer("web"), self.group("web"));
        let listener = self.listener(&balancer, &group);
        Web { balancer, group, listener }
    }

    /// Registers a target, and waits for its health.
    async fn healthy(&self, group: &str, target: &Served) {
        let mut changes = self.balancers.watch();
        self.balancers.register(group, &target.target(), "").unwrap();
        until(&mut changes, &target.target(), &TargetHealth::Healthy).await;
    }

    async fn get(&self, path: &str) -> Got {
        self.send(Request::get(self.url(path)).body(Full::default()).unwrap()).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/_alb/web{path}", self.address)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Got {
        let answer = self.client.request(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Got { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Who answers how many of so many requests.
    async fn shares(&self, requests: usize) -> BTreeMap<String, usize> {
        let mut shares = BTreeMap::new();
        for _ in 0..requests {
            *shares.entry(self.get("/").await.body).or_default() += 1;
        }
        shares
    }
}

struct Web {
    balancer: String,
    group: String,
    listener: String,
}

/// Waits until a target is seen in a state.
async fn until(changes: &mut mpsc::UnboundedReceiver<HealthChange>, target: &Target, health: &TargetHealth) {
    let seen = async {
        loop {
            let change = changes.recv().await.unwrap();
            if change.target == *target && change.health == *health {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, seen).await.unwrap_or_else(|_| panic!("{target:?} is never {health:?}"));
}

/// A target.
struct Served {
    address: SocketAddr,
    connections: Arc<AtomicU64>,
    server: JoinHandle<()>,
}

impl Served {
    /// One that answers all requests with its name.
    async fn named(name: &'static str) -> Self {
        Self::new(move |_| async move { Response::new(full(name)) }).await
    }

    async fn new<F, A>(answer: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Clone + Send + 'static,
        A: Future<Output = Response<Full<Bytes>>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&connections);
        let server = tokio::spawn(async move {
            let mut serving = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                let answer = answer.clone();
                let service = service_fn(move |request| {
                    let answering = answer(request);
                    async move { Ok::<_, Infallible>(answering.await) }
                });
                let connection = hyper::server::conn::http1::Builder::new();
                serving.spawn(connection.serve_connection(TokioIo::new(stream), service).with_upgrades());
            }
        });
        Self { address, connections, server }
    }

    fn target(&self) -> Target {
        target_at(self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn target_at(address: SocketAddr) -> Target {
    Target { id: address.ip().to_string(), port: address.port() }
}

fn full(text: impl Into<Bytes>) -> Full<Bytes> {
    Full::new(text.into())
}
