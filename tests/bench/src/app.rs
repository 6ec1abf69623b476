//! An app in a container, ready for requests, and how long it took to get there.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};

use crate::client::Client;
use crate::docker::{Container, Running};
use crate::processes::Group;
use crate::scenario::{Scenario, Target, get};

const READY_WITHIN: Duration = Duration::from_secs(30);
const ASK_EVERY: Duration = Duration::from_millis(2);
/// A packet that reaches a container before its network is up is lost, and sent again only after a second.
const CONNECT_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// A running app.
#[derive(Debug)]
pub struct App {
    /// The address of its port.
    pub address: SocketAddr,
    /// Its processes.
    pub group: Group,
    container: Container,
}

/// How long a container took to answer its first health check.
#[derive(Clone, Copy, Debug)]
pub struct StartTime {
    /// Since `docker start`.
    pub total: Duration,
    /// Since the engine saw its process run.
    pub own: Duration,
}

impl App {
    /// Starts one from an image and waits until it reaches its bucket.
    pub async fn start(image: &str, s3: SocketAddr) -> anyhow::Result<Self> {
        let container = Container::create(image, s3, None).await?;
        container.start().await?;
        let Running { address, pid } = container.running().await?;
        let group = match Group::of(pid) {
            Ok(group) => group,
            Err(error) => {
                // The usual reason is that it has ended meanwhile, which this says with its log.
                container.running().await?;
                return Err(error);
            }
        };
        let app = Self { address, group, container };
        if let Err(failure) = until_200(address, "/readyz", READY_WITHIN).await {
            let log = app.container.log().await;
            bail!("{image} does not reach its bucket at {s3}: {failure}; its log ends with\n{log}");
        }
        Ok(app)
    }

    /// Sends each kind of request once: what it gets wrong alone needs no load.
    pub async fn check(&self, target: Target) -> anyhow::Result<()> {
        let requests =
            Scenario::ALL.into_iter().filter_map(|scenario| scenario.request(target, self.address));
        for request in requests {
            let what = format!("{}: {} {}", target.name(), request.method, request.path);
            let answer = Client::default().send(&request).await;
            let answer = answer.map_err(anyhow::Error::msg).with_context(|| what.clone())?;
            if let Err(wrong) = answer.check(&request) {
                bail!("{what}: {wrong}: {}\n{}", answer.quoted(), self.container.log().await);
            }
        }
        Ok(())
    }
}

/// How long several containers took, one after the other, to answer their health check.
pub async fn start_times(image: &str, s3: SocketAddr, times: usize) -> anyhow::Result<Vec<StartTime>> {
    let mut taken = Vec::new();
    for _ in 0..times {
        let port = free_port()?;
        let container = Container::create(image, s3, Some(port)).await?;
        let started = Instant::now();
        let answered = async {
            let address = (Ipv4Addr::LOCALHOST, port).into();
            until_200(address, "/healthz", CONNECT_AGAIN_AFTER).await.map_err(anyhow::Error::msg)?;
            Ok((started.elapsed(), SystemTime::now()))
        };
        let ((), (total, healthy)) = futures::try_join!(container.start(), answered)
            .with_context(|| format!("{image} does not answer its health check"))?;
        // It may be healthy before the engine notices that it runs.
        let own = healthy.duration_since(container.started().await?).unwrap_or_default();
        taken.push(StartTime { total, own });
    }
    Ok(taken)
}

async fn until_200(address: SocketAddr, path: &str, patience: Duration) -> Result<(), String> {
    let request = get(address, path.to_owned(), None);
    let started = Instant::now();
    loop {
        let mut client = Client::default();
        let answer = tokio::time::timeout(patience, client.send(&request)).await;
        let answer = answer.unwrap_or_else(|_| Err("no answer".to_owned()));
        match answer.map(|answer| answer.status) {
            Ok(status) if status == request.status => return Ok(()),
            result if started.elapsed() > READY_WITHIN => {
                return Err(result.map_or_else(|failure| failure, |status| format!("{path} gives {status}")));
            }
            _ => tokio::time::sleep(ASK_EVERY).await,
        }
    }
}

/// Free a moment ago, and hardly taken since.
fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}
