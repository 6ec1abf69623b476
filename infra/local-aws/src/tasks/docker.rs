//! Tasks as containers of a Docker engine.
//!
//! All that is made carries the label [`INSTANCE`]: what an earlier run left is found by it. Nothing else is remembered.

mod container;
mod credentials;
mod environment;
mod health;
mod life;
mod logs;
mod metadata;
mod network;
mod order;
mod pull;
mod running;
mod secrets;
mod start;
mod stop;
mod usage;
mod volumes;

use crate::account::Account;
use crate::emulator::Emulator;
use crate::tasks::{TaskNews, TaskRuntime, TaskToRun, Usage};
use bollard::Docker;
use bollard::errors::Error;
use bollard::query_parameters::{
    ListContainersOptionsBuilder, ListVolumesOptionsBuilder, RemoveContainerOptionsBuilder,
};
use running::Running;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

/// The label whose value says to which local AWS a container or volume belongs.
pub const INSTANCE: &str = "image-app.local-aws.task";

/// The longest that the engine takes for one answer: to start a container under load takes seconds.
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// How long another removal of the same container takes.
const REMOVED_WITHIN: Duration = Duration::from_millis(100);

/// How long tasks may take to end when all are stopped at once.
const ALL_END_WITHIN: Duration = Duration::from_secs(8);

/// What the runtime has to know of its surroundings.
#[derive(Clone, Debug)]
pub struct DockerSettings {
    /// The value of the label [`INSTANCE`], such as `image-app-local-aws-4566:4566`.
    pub instance: String,
    /// The Docker network that tasks join.
    pub network: String,
    /// Where tasks reach the local AWS in that network.
    pub own_address: IpAddr,
    /// The port there.
    pub port: u16,
    /// An image that has `sleep`: a task of several containers shares the network of one more, made from this.
    pub pause_image: String,
    /// Whose tasks these are.
    pub account: Account,
    /// Where secrets, logs and credentials are.
    pub emulator: Emulator,
}

/// Runs tasks as containers.
#[derive(Clone)]
pub struct DockerRuntime {
    inner: Arc<Inner>,
}

struct Inner {
    docker: Docker,
    settings: DockerSettings,
    tasks: Mutex<BTreeMap<String, Arc<Running>>>,
    ends: AtomicBool,
}

impl DockerRuntime {
    /// With no tasks yet.
    pub fn new(docker: Docker, settings: DockerSettings) -> Self {
        let docker = docker.with_timeout(ANSWERS_WITHIN);
        Self {
            inner: Arc::new(Inner {
                docker,
                settings,
                tasks: Mutex::default(),
                ends: AtomicBool::new(false),
            }),
        }
    }

    /// Removes the containers that an earlier run has left, with their tasks' volumes; returns how many they were.
    ///
    /// # Errors
    /// The engine does not answer.
    pub async fn adopt_or_remove(&self) -> Result<usize, Error> {
        let removed = self.inner.remove_containers().await?;
        self.inner.remove_volumes(volumes::OF_A_TASK).await?;
        Ok(removed)
    }
}

#[async_trait::async_trait]
impl TaskRuntime for DockerRuntime {
    fn start(&self, task: TaskToRun, news: mpsc::UnboundedSender<(String, TaskNews)>) {
        // A service would replace what stops when all of it ends.
        if self.inner.ends.load(Ordering::SeqCst) {
            return;
        }
        let id = task.id.clone();
        match Running::new(task, news.clone(), &self.inner.settings) {
            Ok(running) => {
                let running = Arc::new(running);
                self.inner.lock_tasks().insert(id, Arc::clone(&running));
                tokio::spawn(life::run(Arc::clone(&self.inner), running));
            }
            Err(reason) => {
                let stop_code = life::FAILED_TO_START.to_owned();
                // Nobody listens when the local AWS ends.
                news.send((id, TaskNews::Stopped { stop_code, reason })).ok();
            }
        }
    }

    fn stop(&self, task: &str, stop_code: &str, reason: &str) {
        if let Some(running) = self.inner.task(task) {
            running.stop(stop_code, reason);
        }
    }

    async fn usage(&self) -> BTreeMap<String, Usage> {
        let tasks: Vec<_> = self.inner.lock_tasks().values().cloned().collect();
        let usages = tasks.iter().map(|task| async {
            Some((task.task.id.clone(), usage::of_task(&self.inner.docker, task).await?))
        });
        futures::future::join_all(usages).await.into_iter().flatten().collect()
    }

    async fn stop_all(&self) {
        self.inner.ends.store(true, Ordering::SeqCst);
        let tasks: Vec<_> = self.inner.lock_tasks().values().cloned().collect();
        for task in tasks {
            task.stop("UserInitiated", "Task stopped by user");
        }
        // An engine that does not answer has nothing that could be removed.
        self.inner.remove_containers().await.ok();
        // Containers that were just being made are removed by their own tasks.
        let gone = async {
            while !self.inner.lock_tasks().is_empty() {
                tokio::time::sleep(REMOVED_WITHIN).await;
            }
        };
        if tokio::time::timeout(ALL_END_WITHIN, gone).await.is_err() {
            eprintln!("not all tasks have stopped");
        }
        self.inner.remove_volumes(volumes::OF_A_TASK).await.ok();
        self.inner.remove_volumes(volumes::SHARED).await.ok();
    }
}

impl Inner {
    fn lock_tasks(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Running>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn task(&self, id: &str) -> Option<Arc<Running>> {
        self.lock_tasks().get(id).cloned()
    }

    async fn remove_containers(&self) -> Result<usize, Error> {
        let filters = HashMap::from([("label", vec![format!("{INSTANCE}={}", self.settings.instance)])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let ids: Vec<_> = self.docker.list_containers(Some(options)).await?;
        let ids: Vec<_> = ids.into_iter().filter_map(|container| container.id).collect();
        for removed in futures::future::join_all(ids.iter().map(|id| self.remove_container(id))).await {
            removed?;
        }
        Ok(ids.len())
    }

    async fn remove_container(&self, id: &str) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
        loop {
            match self.docker.remove_container(id, Some(options.clone())).await {
                Err(error) if is_missing(&error) => return Ok(()),
                // Its volumes are free only when it is gone.
                Err(error) if is_under_way(&error) => tokio::time::sleep(REMOVED_WITHIN).await,
                result => return result,
            }
        }
    }

    async fn remove_volumes(&self, kind: &str) -> Result<(), Error> {
        let labels =
            vec![format!("{INSTANCE}={}", self.settings.instance), format!("{}={kind}", volumes::KIND)];
        let filters = HashMap::from([("label", labels)]);
        let options = ListVolumesOptionsBuilder::default().filters(&filters).build();
        for volume in self.docker.list_volumes(Some(options)).await?.volumes.unwrap_or_default() {
            self.remove_volume(&volume.name).await?;
        }
        Ok(())
    }

    async fn remove_volume(&self, name: &str) -> Result<(), Error> {
        let options = None::<bollard::query_parameters::RemoveVolumeOptions>;
        match self.docker.remove_volume(name, options).await {
            Err(error) if is_missing(&error) => Ok(()),
            result => result,
        }
    }
}

/// Whether an error says that what was named is not there.
fn is_missing(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 404, .. })
}

/// Whether an error says that somebody else is removing it already.
fn is_under_way(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 409, message } if message.contains("in progress"))
}

/// An engine's error as ECS passes it on.
fn daemon_error(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => {
            format!("Error response from daemon: {}", message.trim())
        }
        Error::DockerStreamError { error } => format!("Error response from daemon: {}", error.trim()),
        error => error.to_string(),
    }
}
