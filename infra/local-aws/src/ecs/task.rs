//! A task.

use super::state::{hex, uuid};
use super::task_definitions::Revision;
use super::{Placed, TaskRequest};
use crate::tasks::{ContainerState, HealthStatus, TaskNews};
use infra_ecs::TaskDefinition;
use infra_ecs::fit::TaskDemand;
use infra_ecs::task_definition::NetworkMode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::mpsc;

/// Who else wants to know what becomes of a task.
pub(super) type News = Option<mpsc::UnboundedSender<(String, TaskNews)>>;

/// A task.
pub(super) struct Task {
    pub id: String,
    pub arn: String,
    pub request: TaskRequest,
    pub revision: Arc<Revision>,
    /// With what the overrides change of its size.
    pub definition: Arc<TaskDefinition>,
    /// What it takes from an instance.
    pub demand: TaskDemand,
    /// The zone; none while it waits for capacity.
    pub zone: Option<String>,
    /// The subnet of its network interface.
    pub subnet: Option<String>,
    /// The instance's id.
    pub instance: Option<String>,
    pub ports: Vec<HostPort>,
    pub last_status: &'static str,
    pub desired_status: &'static str,
    /// When it got where, by the member of the answer.
    pub times: BTreeMap<&'static str, SystemTime>,
    pub stop_code: Option<String>,
    pub stopped_reason: Option<String>,
    pub health: HealthStatus,
    pub address: Option<IpAddr>,
    pub containers: Vec<Container>,
    /// It rises with each change.
    pub version: u64,
    pub news: News,
    /// The ids of its network interface, and of what attaches that.
    pub attachment: String,
    pub interface: String,
    pub mac: String,
}

/// A container of a task.
pub(super) struct Container {
    pub arn: String,
    pub state: ContainerState,
}

/// A port of an instance that leads to a container's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostPort {
    pub container: String,
    pub port: u16,
    pub host_port: u16,
    pub protocol: String,
}

impl Task {
    /// A task that has no place yet.
    pub fn new(arn: String, request: TaskRequest, revision: Arc<Revision>, news: News) -> Self {
        let definition = Arc::new(changed(&revision.definition, &request.overrides));
        let container = |name: &str| Container {
            arn: arn.replacen(":task/", ":container/", 1) + "/" + &uuid(),
            state: ContainerState {
                name: name.to_owned(),
                last_status: "PENDING".to_owned(),
                ..ContainerState::default()
            },
        };
        Self {
            id: request.id.clone(),
            containers: definition.container_definitions.iter().map(|it| container(it.name())).collect(),
            demand: TaskDemand::of(&definition),
            attachment: uuid(),
            interface: format!("eni-{}", hex(17)),
            mac: ["0a", &hex(2), &hex(2), &hex(2), &hex(2), &hex(2)].join(":"),
            times: BTreeMap::from([("createdAt", SystemTime::now())]),
            last_status: "PROVISIONING",
            desired_status: "RUNNING",
            version: 1,
            health: HealthStatus::Unknown,
            zone: None,
            subnet: None,
            instance: None,
            ports: Vec::new(),
            stop_code: None,
            stopped_reason: None,
            address: None,
            arn,
            request,
            revision,
            definition,
            news,
        }
    }

    /// Whether it has not stopped.
    pub fn is_alive(&self) -> bool {
        self.last_status != "STOPPED"
    }

    /// With which code and reason it has been, or is being, stopped.
    pub fn stopped_by(&self) -> Option<(String, String)> {
        self.stop_code.clone().zip(self.stopped_reason.clone())
    }

    /// Whether it waits for an instance.
    pub fn is_waiting(&self) -> bool {
        self.is_alive() && self.zone.is_none()
    }

    /// The capacity provider that was chosen for it.
    pub fn provider(&self) -> Option<&str> {
        self.request.capacity_provider.as_deref()
    }

    /// Whether it needs no instance.
    pub fn on_fargate(&self) -> bool {
        self.request.on_fargate()
    }

    /// Whether it has a network interface of its own.
    pub fn own_network(&self) -> bool {
        self.definition.network_mode == Some(NetworkMode::Awsvpc)
    }

    /// Where it is.
    pub fn placed(&self) -> Option<Placed> {
        let of_cluster = self.arn.replacen(":task/", ":container-instance/", 1).replacen(&self.id, "", 1);
        let instance = self.instance.as_ref().map(|id| format!("{of_cluster}{id}"));
        Some(Placed { zone: self.zone.clone()?, instance })
    }

    /// `x86_64` or `arm64`.
    pub fn architecture(&self) -> &'static str {
        let platform = self.definition.runtime_platform.as_ref();
        match platform.and_then(|it| it.cpu_architecture).map(|it| it.as_str()) {
            Some("ARM64") => "arm64",
            _ => "x86_64",
        }
    }
}

impl TaskRequest {
    /// Whether it needs no instance.
    pub(super) fn on_fargate(&self) -> bool {
        match self.capacity_provider.as_deref() {
            Some(provider) => super::state::is_fargate(provider),
            None => self.launch_type.as_deref() == Some("FARGATE"),
        }
    }

    /// The subnets that it may be in.
    pub(super) fn subnets(&self) -> Vec<&str> {
        let subnets = self.network["awsvpcConfiguration"]["subnets"].as_array();
        subnets.into_iter().flatten().filter_map(Value::as_str).collect()
    }
}

/// The definition with what the overrides change of its size.
fn changed(definition: &TaskDefinition, overrides: &Value) -> TaskDefinition {
    let mut changed = definition.clone();
    let text = |member: &str| overrides[member].as_str().map(str::to_owned);
    changed.cpu = text("cpu").or(changed.cpu);
    changed.memory = text("memory").or(changed.memory);
    for change in overrides["containerOverrides"].as_array().into_iter().flatten() {
        let named = changed.container_definitions.iter_mut();
        let Some(container) = named.into_iter().find(|it| change["name"] == it.name()) else { continue };
        let number = |member: &str| change[member].as_i64().and_then(|it| i32::try_from(it).ok());
        container.cpu = number("cpu").or(container.cpu);
        container.memory = number("memory").or(container.memory);
        container.memory_reservation = number("memoryReservation").or(container.memory_reservation);
    }
    changed
}
