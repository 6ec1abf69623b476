//! What a task's containers can ask about themselves: task metadata, version 4.

use super::running::{Running, State};
use super::{DockerRuntime, container, usage};
use crate::tasks::{ContainerState, HealthStatus};
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
        let metadata = Metadata {
            task: &task,
            network: &self.inner.settings.network,
            account: &self.inner.settings.account,
        };
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
    network: &'a str,
    account: &'a crate::account::Account,
}

impl Metadata<'_> {
    fn of_task(&self) -> Value {
        let (task, state) = (&self.task.task, self.task.state());
        let containers: Vec<_> =
            (0..state.containers.len()).map(|index| self.of_container(&state, index)).collect();
        let mut answer = json!({
            "Cluster": task.cluster_arn,
            "TaskARN": task.arn,
            "Family": task.task_definition.family,
            "Revision": task.revision.to_string(),
            "DesiredStatus": desired_status(&state),
            "KnownStatus": state.known_status,
            "LaunchType": task.launch_type,
            "AvailabilityZone": task.zone,
            "Containers": containers,
        });
        let limits = limits(self.task.cpu.map(|units| units as f64 / 1024.0), self.task.memory);
        let service = task.group.strip_prefix("service:").map(|service| json!(service));
        let optional = [
            ("Limits", limits),
            ("ServiceName", service),
            ("PullStartedAt", state.pulled.0.map(timestamp)),
            ("PullStoppedAt", state.pulled.1.map(timestamp)),
        ];
        add(&mut answer, optional);
        answer
    }

    fn of_container(&self, state: &State, index: usize) -> Value {
        let definition = &self.task.containers[index].definition;
        let container = &state.containers[index];
        let known = if container.last_status == "PENDING" { "NONE" } else { &container.last_status };
        let mut answer = json!({
            "DockerId": container.runtime_id.clone().unwrap_or_default(),
            "Name": container.name,
            "DockerName": state.docker_names[index],
            "Image": definition.image,
            "ImageID": state.image_ids[index],
            "Labels": container::labels(self.task, definition, ""),
            "DesiredStatus": desired_status(state),
            "KnownStatus": known,
            "Limits": limits(definition.cpu.map(f64::from), definition.memory.and_then(|it| it.try_into().ok()))
                .unwrap_or_else(|| json!({})),
            "Type": "NORMAL",
            "ContainerARN": self.account.arn("ecs", &format!("container/{}/{}", self.task.task.cluster, self.task.containers[index].token)),
            "Networks": [self.network_of(state, container)],
        });
        let health = definition.health_check.as_ref().map(|_| json!({"status": health(container.health)}));
        let ports = container.ports.iter().map(
            |(port, host, protocol)| json!({"ContainerPort": port, "HostPort": host, "Protocol": protocol}),
        );
        let log = definition.log_configuration.as_ref();
        let optional = [
            ("StartedAt", container.started_at.map(timestamp)),
            ("FinishedAt", container.finished_at.map(timestamp)),
            ("ExitCode", container.exit_code.map(Value::from)),
            ("Health", health),
            ("Ports", Some(ports.collect()).filter(|_| !container.ports.is_empty())),
            ("LogDriver", log.map(|log| json!(log.log_driver))),
            ("LogOptions", log.map(|log| json!(log.options))),
        ];
        add(&mut answer, optional);
        answer
    }

    fn network_of(&self, state: &State, container: &ContainerState) -> Value {
        let mode = self.task.task.task_definition.network_mode.unwrap_or(NetworkMode::Bridge);
        let address = container.address.or(state.address).map(|address| address.to_string());
        let addresses: Vec<_> = address.into_iter().collect();
        json!({"NetworkMode": mode, "IPv4Addresses": addresses, "NetworkName": self.network})
    }
}

fn desired_status(state: &State) -> &'static str {
    if state.known_status == "STOPPED" { "STOPPED" } else { "RUNNING" }
}

fn health(status: HealthStatus) -> &'static str {
    match status {
        HealthStatus::Unknown => "UNKNOWN",
        HealthStatus::Healthy => "HEALTHY",
        HealthStatus::Unhealthy => "UNHEALTHY",
    }
}

fn limits(cpu: Option<f64>, memory: Option<u64>) -> Option<Value> {
    let mut limits = json!({});
    add(&mut limits, [("CPU", cpu.map(Value::from)), ("Memory", memory.map(Value::from))]);
    Some(limits).filter(|it| it.as_object().is_some_and(|it| !it.is_empty()))
}

fn timestamp(at: SystemTime) -> Value {
    OffsetDateTime::from(at).format(&Rfc3339).map_or(Value::Null, Value::from)
}

fn add<const N: usize>(object: &mut Value, members: [(&str, Option<Value>); N]) {
    for (name, value) in members {
        if let Some(value) = value {
            object[name] = value;
        }
    }
}
