//! What a task's containers can ask about themselves: task metadata, version 4.

use super::running::{Running, State, TaskContainer};
use super::{DockerRuntime, DockerSettings, container, usage};
use crate::account::Account;
use infra_ecs::body::lean;
use infra_ecs::task_definition::NetworkMode;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::SystemTime;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

impl DockerRuntime {
    /// The answer for `/v4/TOKEN`, below it `/task`, `/stats` and `/task/stats`; none if there is nothing.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html>
    pub async fn metadata(&self, path: &str) -> Option<Value> {
        let (token, rest) = path.strip_prefix("/v4/").map(|it| it.split_once('/').unwrap_or((it, "")))?;
        let (task, index) = self.by_token(token)?;
        let DockerSettings { instance, account, .. } = &self.inner.settings;
        let metadata = Metadata { task: &task, instance, account };
        match rest.trim_end_matches('/') {
            "" => Some(metadata.of_container(&task.state(), index)),
            "task" | "taskWithTags" => Some(metadata.of_task()),
            "stats" => self.stats(&task, index).await.map(|(_, stats)| stats),
            "task/stats" => {
                let all = (0..task.containers.len()).map(|index| self.stats(&task, index));
                let all = futures::future::join_all(all).await.into_iter().flatten();
                Some(Value::Object(all.collect::<Map<_, _>>()))
            }
            _ => None,
        }
    }

    fn by_token(&self, token: &str) -> Option<(Arc<Running>, usize)> {
        self.inner.lock_tasks().values().find_map(|task| {
            let index = task.containers.iter().position(|it| it.token == token)?;
            Some((Arc::clone(task), index))
        })
    }

    async fn stats(&self, task: &Running, index: usize) -> Option<(String, Value)> {
        let id = task.state().containers.get(index)?.runtime_id.clone()?;
        let stats = usage::of_container(&self.inner.docker, &id).await?;
        Some((id, serde_json::to_value(stats).ok()?))
    }
}

struct Metadata<'a> {
    task: &'a Running,
    instance: &'a str,
    account: &'a Account,
}

impl Metadata<'_> {
    fn of_task(&self) -> Value {
        let (task, state) = (&self.task.task, self.task.state());
        let containers = (0..state.containers.len()).map(|index| self.of_container(&state, index));
        lean(&json!({
            "Cluster": task.cluster_arn,
            "TaskARN": task.arn,
            "Family": task.task_definition.family,
            "Revision": task.revision.to_string(),
            "ServiceName": task.group.strip_prefix("service:"),
            "DesiredStatus": desired_status(&state),
            "KnownStatus": state.known_status,
            "LaunchType": task.launch_type,
            "AvailabilityZone": task.zone,
            "Limits": {"CPU": self.task.cpu.map(|units| units as f64 / 1024.0), "Memory": self.task.memory},
            "PullStartedAt": state.pulled.0.map(timestamp),
            "PullStoppedAt": state.pulled.1.map(timestamp),
            "Containers": containers.collect::<Vec<_>>(),
        }))
    }

    fn of_container(&self, state: &State, index: usize) -> Value {
        let TaskContainer { definition, token, docker_name } = &self.task.containers[index];
        let it = &state.containers[index];
        let log = definition.log_configuration.as_ref();
        let mode = self.task.task.task_definition.network_mode.unwrap_or(NetworkMode::Bridge);
        let address = it.address.or(state.address);
        let ports = it.ports.iter().map(
            |(port, host, protocol)| json!({"ContainerPort": port, "HostPort": host, "Protocol": protocol}),
        );
        lean(&json!({
            "DockerId": it.runtime_id.clone().unwrap_or_default(),
            "Name": it.name,
            "DockerName": docker_name,
            "Image": definition.image,
            "ImageID": state.image_ids[index],
            "Labels": container::labels(self.task, definition, self.instance),
            "DesiredStatus": desired_status(state),
            "KnownStatus": if it.last_status == "PENDING" { "NONE" } else { &it.last_status },
            "ExitCode": it.exit_code,
            "Limits": {"CPU": definition.cpu, "Memory": definition.memory},
            "StartedAt": it.started_at.map(timestamp),
            "FinishedAt": it.finished_at.map(timestamp),
            "Type": "NORMAL",
            "Health": definition.health_check.as_ref().map(|_| json!({"status": it.health})),
            "Ports": ports.collect::<Vec<_>>(),
            "LogDriver": log.map(|log| log.log_driver),
            "LogOptions": log.map(|log| &log.options),
            "ContainerARN": self.account.arn("ecs", &format!("container/{}/{token}", self.task.task.cluster)),
            "Networks": [{"NetworkMode": mode, "IPv4Addresses": address.iter().collect::<Vec<_>>()}],
        }))
    }
}

fn desired_status(state: &State) -> &'static str {
    if state.known_status == "STOPPED" { "STOPPED" } else { "RUNNING" }
}

fn timestamp(at: SystemTime) -> Value {
    OffsetDateTime::from(at).format(&Rfc3339).map_or(Value::Null, Value::from)
}
