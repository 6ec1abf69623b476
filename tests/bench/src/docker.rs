//! Containers of apps and nginx, by the docker command. They go when they are dropped, and at the latest with the next run.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use anyhow::{Context, bail};
use infra_images::docker::{docker, output};
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Its value is the process that made the container.
const LABEL: &str = "image-app.bench";

/// A container, which is removed when this is dropped.
#[derive(Debug)]
pub struct Container {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct State {
    running: bool,
    pid: u32,
}

impl Container {
    /// Makes a container of an image. It is in this machine's own network: Docker's bridge would be part of what is
    /// measured, and a task on Fargate has none.
    pub async fn create(image: &str, environment: &[(&str, String)]) -> anyhow::Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let process = std::process::id();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let container = Self { name: format!("app-bench-{process}-{number}") };
        let mut create = docker(&["create", "--name", &container.name, "--label"]);
        create.arg(format!("{LABEL}={process}")).args(["--network", "host"]);
        // Not Docker's log as JSON without an end, and no health check that runs while something is measured.
        create.args(["--log-driver", "local", "--no-healthcheck"]);
        for (name, value) in environment {
            create.arg("--env").arg(format!("{name}={value}"));
        }
        create.arg(image);
        output(create).await.with_context(|| format!("cannot make a container of {image}"))?;
        Ok(container)
    }

    /// Starts it; its process runs when this returns, and may not listen yet.
    pub async fn start(&self) -> anyhow::Result<()> {
        let start = output(docker(&["start", &self.name])).await;
        start.map(drop).with_context(|| format!("cannot start {}", self.name))
    }

    /// Its first process.
    pub async fn pid(&self) -> anyhow::Result<u32> {
        let state = output(docker(&["inspect", "--format", "{{json .State}}", &self.name])).await?;
        let state: State = serde_json::from_str(&state).context("docker inspect gives no state")?;
        if !state.running {
            bail!("{} has ended: {}", self.name, self.log().await);
        }
        Ok(state.pid)
    }

    /// When the engine saw its process run.
    pub async fn started(&self) -> anyhow::Result<SystemTime> {
        let text = output(docker(&["inspect", "--format", "{{.State.StartedAt}}", &self.name])).await?;
        let started = OffsetDateTime::parse(&text, &Rfc3339);
        Ok(started.context("docker inspect gives no start time")?.into())
    }

    /// The end of its log.
    pub async fn log(&self) -> String {
        let mut logs = docker(&["logs", "--tail", "10", &self.name]);
        let logs = logs.output().await.map(|output| [output.stdout, output.stderr].concat());
        logs.map_or_else(|error| error.to_string(), |text| String::from_utf8_lossy(&text).trim().to_owned())
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        remove(&[&self.name]);
    }
}

/// An image's size in bytes.
pub async fn image_bytes(image: &str) -> anyhow::Result<u64> {
    let size = output(docker(&["image", "inspect", "--format", "{{.Size}}", image])).await?;
    size.parse().with_context(|| format!("docker gives no size of {image}"))
}

/// Removes what earlier runs left when they were killed.
pub async fn remove_leftovers() -> anyhow::Result<()> {
    let format = format!("{{{{.ID}}}} {{{{.Label \"{LABEL}\"}}}}");
    let list = ["ps", "--all", "--filter", &format!("label={LABEL}"), "--format", &format];
    let text = output(docker(&list)).await?;
    let left: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, process)| !Path::new("/proc").join(process).exists())
        .map(|(id, _)| id)
        .collect();
    if !left.is_empty() {
        remove(&left);
    }
    Ok(())
}

/// Not asynchronous: it runs while a run is being ended. What cannot be removed now is removed by the next run.
fn remove(containers: &[&str]) {
    let mut remove = std::process::Command::new("docker");
    remove.args(["rm", "--force", "--volumes"]).args(containers);
    remove.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().ok();
}
