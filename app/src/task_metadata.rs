//! Where this container runs, as ECS reports it.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4.html>

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context, ensure};
use axum::http::{StatusCode, Uri};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;

/// The variable in which ECS gives each container its endpoint.
const ENDPOINT: &str = "ECS_CONTAINER_METADATA_URI_V4";

const ASK_TIMEOUT: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
const LARGEST_ANSWER: usize = 256 * 1024;

/// What is known of the task so far: nothing outside ECS.
#[derive(Clone, Debug, Default)]
pub struct TaskMetadata(Arc<OnceLock<Task>>);

/// A task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Task {
    /// `FARGATE` or `EC2`.
    pub launch_type: Option<String>,
    /// The availability zone.
    pub availability_zone: Option<String>,
    #[serde(rename = "TaskARN")]
    task_arn: Option<String>,
    family: Option<String>,
    revision: Option<String>,
}

impl TaskMetadata {
    /// What ECS has reported.
    pub fn get(&self) -> Option<&Task> {
        self.0.get()
    }

    /// Asks until there is an answer: the endpoint may be late, but a task never moves.
    pub async fn learn(&self) {
        let Some(endpoint) = std::env::var(ENDPOINT).ok().filter(|endpoint| !endpoint.is_empty()) else {
            return;
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let cause = match tokio::time::timeout(ASK_TIMEOUT, ask(&endpoint)).await {
                Ok(Ok(task)) => {
                    // There is one learner, so this is the first answer.
                    let _ = self.0.set(task);
                    return;
                }
                Ok(Err(error)) => format!("{error:#}"),
                Err(_) => "no answer in time".to_owned(),
            };
            tracing::warn!(cause, "ECS does not describe the task yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

impl Task {
    /// The id at the end of the task's ARN.
    pub fn id(&self) -> Option<&str> {
        self.task_arn.as_deref()?.rsplit('/').next().filter(|id| !id.is_empty())
    }

    /// The task definition, as `family:revision`: by it one knows during a deployment whether blue or green answers.
    pub fn task_definition(&self) -> Option<String> {
        Some(format!("{}:{}", self.family.as_deref()?, self.revision.as_deref()?))
    }
}

async fn ask(endpoint: &str) -> anyhow::Result<Task> {
    let address: Uri = format!("{endpoint}/task").parse().context("its address is malformed")?;
    let client: Client<HttpConnector, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client.get(address).await.context("it does not answer")?;
    ensure!(answer.status() == StatusCode::OK, "it answers {}", answer.status());
    let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect().await;
    let body = body.map_err(anyhow::Error::from_boxed).context("its answer breaks off")?;
    serde_json::from_slice(&body.to_bytes()).context("its answer is not what was expected")
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn the_id_is_the_end_of_the_arn() {
        let id =
            |arn: &str| Task { task_arn: Some(arn.to_owned()), ..Task::default() }.id().map(str::to_owned);
        assert_eq!(id("arn:aws:ecs:eu-west-1:123456789012:task/cluster/0f9d").as_deref(), Some("0f9d"));
        assert_eq!(id(""), None);
        assert_eq!(Task::default().id(), None);
    }

    #[tokio::test]
    async fn the_endpoint_is_asked_for_the_task() {
        const ANSWER: &str = r#"{"Cluster": "c", "TaskARN": "arn:aws:ecs:r:1:task/c/42", "LaunchType": "FARGATE",
            "Family": "web", "Revision": "7", "AvailabilityZone": "eu-west-1a", "Containers": []}"#;
        let router = Router::new().route("/v4/abc/task", get(async || ANSWER));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/v4/abc", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        let task = ask(&endpoint).await.unwrap();
        assert_eq!((task.id(), task.launch_type.as_deref()), (Some("42"), Some("FARGATE")));
        assert_eq!(task.availability_zone.as_deref(), Some("eu-west-1a"));
        assert_eq!(task.task_definition().as_deref(), Some("web:7"));
        assert!(ask(&format!("{endpoint}/none")).await.is_err());
    }
}
