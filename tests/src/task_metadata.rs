//! Stands in for the endpoint where ECS describes a task to itself.

use std::net::Ipv4Addr;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::containers;

/// A running endpoint; it ends when it is dropped.
pub struct TaskMetadata {
    /// What `ECS_CONTAINER_METADATA_URI_V4` is set to.
    pub uri: String,
    server: JoinHandle<()>,
}

impl TaskMetadata {
    /// Starts one that containers reach.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn start(launch_type: &str, zone: &str, task_id: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await;
        let listener = listener.unwrap_or_else(|error| panic!("the endpoint can't listen: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
        let uri = format!("http://{}:{}/v4/the-container", containers::this_machine().await, address.port());
        let (container, task) = (container(task_id), task(launch_type, zone, task_id));
        let router = Router::new()
            .route("/v4/the-container", get(async move || Json(container)))
            .route("/v4/the-container/task", get(async move || Json(task)));
        let server = tokio::spawn(async move {
            // It ends with the test.
            axum::serve(listener, router).await.ok();
        });
        Self { uri, server }
    }
}

impl Drop for TaskMetadata {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn arn(task_id: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:123456789012:task/some-cluster/{task_id}")
}

fn container(task_id: &str) -> Value {
    json!({
        "DockerId": format!("{task_id}-1234567890"),
        "Name": "app",
        "DockerName": "app",
        "Image": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:src-0123",
        "Labels": { "com.amazonaws.ecs.task-arn": arn(task_id), "com.amazonaws.ecs.cluster": "some-cluster" },
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": { "CPU": 256 },
        "Type": "NORMAL",
    })
}

fn task(launch_type: &str, zone: &str, task_id: &str) -> Value {
    json!({
        "Cluster": "some-cluster",
        "TaskARN": arn(task_id),
        "Family": "app",
        "Revision": "7",
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": { "CPU": 0.25, "Memory": 512 },
        "AvailabilityZone": zone,
        "LaunchType": launch_type,
        "Containers": [container(task_id)],
    })
}
