//! An app or nginx, ready for requests, and how long it took to get there.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use crate::client::{Answer, Client};
use crate::docker::Container;
use crate::processes::Group;
use crate::scenario::{BUCKET, Request, get};

const READY_WITHIN: Duration = Duration::from_secs(30);
const ASK_EVERY: Duration = Duration::from_millis(2);

/// Variables of a server's process.
type Environment = [(&'static str, String); 8];

/// What a server is started from.
#[derive(Clone, Debug)]
pub enum Program {
    /// An image, in a container.
    Image(String),
    /// A program of this machine.
    Binary(PathBuf),
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// The address of its port.
    pub address: SocketAddr,
    /// Its processes.
    pub group: Group,
    container: Option<Container>,
    _child: Option<Child>,
}

/// How long a container took to answer its first health check.
#[derive(Clone, Copy, Debug)]
pub struct StartTime {
    /// Since `docker start`.
    pub total: Duration,
    /// Since the engine saw its process run.
    pub own: Duration,
}

impl Server {
    /// Starts one and waits until it reaches its bucket.
    pub async fn start(program: &Program, s3: SocketAddr) -> anyhow::Result<Self> {
        let address = free_address()?;
        let environment = environment(address, s3);
        let server = match program {
            Program::Image(image) => Self::start_container(address, image, &environment).await?,
            Program::Binary(path) => Self::start_binary(address, path, environment)?,
        };
        if let Err(failure) = until_200(address, "/readyz").await {
            bail!("{program:?} does not reach its bucket at {s3}: {failure}{}", server.log().await);
        }
        Ok(server)
    }

    /// The S3 stand-in, which runs already and has an account of its own.
    pub fn s3(address: SocketAddr) -> Self {
        Self { address, group: Group::Processes(Vec::new()), container: None, _child: None }
    }

    async fn start_container(
        address: SocketAddr,
        image: &str,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let container = Container::create(image, environment).await?;
        container.start().await?;
        let group = match Group::of_container(container.pid().await?) {
            Ok(group) => group,
            Err(error) => {
                // The usual reason is that it has ended meanwhile, which this says with its log.
                container.pid().await?;
                return Err(error);
            }
        };
        Ok(Self { address, group, container: Some(container), _child: None })
    }

    fn start_binary(address: SocketAddr, path: &Path, environment: Environment) -> anyhow::Result<Self> {
        let mut command = Command::new(path);
        command.envs(environment).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().with_context(|| format!("cannot run {}", path.display()))?;
        let pid = child.id().with_context(|| format!("{} has ended", path.display()))?;
        Ok(Self { address, group: Group::Processes(vec![pid]), container: None, _child: Some(child) })
    }

    /// Sends a request once, outside of any round: what is wrong alone needs no load.
    pub async fn check(&self, request: &Request) -> anyhow::Result<Answer> {
        let answer = Client::default().send(request).await;
        let checked = answer.and_then(|answer| match answer.check(request) {
            Ok(()) => Ok(answer),
            Err(wrong) => Err(format!("{wrong}: {}", answer.quoted())),
        });
        match checked {
            Ok(answer) => Ok(answer),
            Err(wrong) => bail!("{}: {wrong}{}", request.first_line(), self.log().await),
        }
    }

    /// The end of its log, where that is kept.
    async fn log(&self) -> String {
        match &self.container {
            Some(container) => format!("; its log ends with\n{}", container.log().await),
            None => String::new(),
        }
    }
}

/// How long several containers took, one after the other, to answer their health check.
pub async fn start_times(image: &str, s3: SocketAddr, times: usize) -> anyhow::Result<Vec<StartTime>> {
    let mut taken = Vec::new();
    for _ in 0..times {
        let address = free_address()?;
        let container = Container::create(image, &environment(address, s3)).await?;
        let started = Instant::now();
        let answered = async {
            until_200(address, "/healthz").await.map_err(anyhow::Error::msg)?;
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

/// Where a server listens, and where it finds its bucket and keys for it.
fn environment(address: SocketAddr, s3: SocketAddr) -> Environment {
    [
        ("PORT", address.port().to_string()),
        ("METRICS_PORT", "0".to_owned()),
        ("S3_BUCKET", BUCKET.to_owned()),
        ("AWS_ENDPOINT_URL_S3", format!("http://{s3}")),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ]
}

async fn until_200(address: SocketAddr, path: &str) -> Result<(), String> {
    let request = get(address, vec![path.to_owned()], None);
    let started = Instant::now();
    loop {
        let answer = Client::default().send(&request).await;
        match answer.map(|answer| answer.status) {
            Ok(status) if status == request.status => return Ok(()),
            result if started.elapsed() > READY_WITHIN => {
                return Err(result.map_or_else(|failure| failure, |status| format!("{path} gives {status}")));
            }
            _ => tokio::time::sleep(ASK_EVERY).await,
        }
    }
}

/// A port that was free a moment ago, and is hardly taken since.
fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?)
}
