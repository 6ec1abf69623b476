//! The S3 stand-in's process: this program again, with the `s3` command.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;

use anyhow::{Context, bail};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::processes::Group;
use crate::s3::stats::Stats;
use crate::s3::{RESET, STATS};

/// A running stand-in; it ends when this is dropped.
pub struct StandIn {
    /// Its process.
    pub group: Group,
    /// Its address.
    pub address: SocketAddr,
    // Its standard input is held open by this.
    _process: Child,
}

impl StandIn {
    /// Starts one on a free port.
    pub async fn start(latency_milliseconds: u64) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = Command::new(program);
        command.args(["s3", "--latency", &latency_milliseconds.to_string()]).kill_on_drop(true);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let group = Group::Processes(vec![process.id().context("the S3 stand-in has ended")?]);
        let stdout = process.stdout.take().context("the S3 stand-in has no output")?;
        let port = BufReader::new(stdout).lines().next_line().await?.unwrap_or_default();
        let port: u16 = port.parse().context("the S3 stand-in gives no port")?;
        Ok(Self { group, address: (Ipv4Addr::LOCALHOST, port).into(), _process: process })
    }

    /// Makes the bucket what it is at the start of each run.
    pub async fn reset(&self) -> anyhow::Result<()> {
        self.ask(RESET).await.map(drop)
    }

    /// What it was asked since then.
    pub async fn stats(&self) -> anyhow::Result<Stats> {
        let text = self.ask(STATS).await?;
        serde_json::from_slice(&text).context("the S3 stand-in's statistics are none")
    }

    async fn ask(&self, path: &'static str) -> anyhow::Result<Bytes> {
        let stream = TcpStream::connect(self.address).await;
        let stream = TokioIo::new(stream.context("the S3 stand-in does not answer")?);
        let (mut sender, connection) = http1::handshake(stream).await?;
        tokio::spawn(async { connection.await.ok() });
        let answer = sender.send_request(Request::post(path).body(Empty::<Bytes>::new())?).await?;
        if !answer.status().is_success() {
            bail!("the S3 stand-in answers {path} with {}", answer.status());
        }
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}
