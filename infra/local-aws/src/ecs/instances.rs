//! Container instances: the instances of Auto Scaling groups that are in a cluster.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-capacity.html>

pub(super) mod attributes;

use super::Ecs;
use super::input::{Request, described, failure, invalid, last_part, seconds, without_nulls};
use super::page::page;
use super::query::selects;
use super::room::Room;
use super::start::stop;
use super::state::State;
use crate::api_error::ApiError;
use infra_ecs::{Expression, InstanceType};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// The version of ECS's agent that each is said to run.
pub(super) const AGENT_VERSION: &str = "1.99.0";
const MISSING: &str = "The specified container instance cannot be found.";

/// A container instance.
pub(super) struct Instance {
    /// 32 hexadecimal digits.
    pub id: String,
    /// `i-...`
    pub ec2_id: String,
    /// The instance of the group that it stands for: another one where the emulator took away the wrong one.
    pub slot: String,
    pub cluster: String,
    /// The capacity provider of its group.
    pub provider: Option<String>,
    /// The name of its Auto Scaling group.
    pub group: String,
    pub zone: String,
    pub kind: InstanceType,
    /// `ACTIVE`, `DRAINING` or, when deregistered, `INACTIVE`.
    pub status: &'static str,
    pub registered_at: SystemTime,
    /// Those of ECS and one's own.
    pub attributes: BTreeMap<String, Option<String>>,
}

/// ListContainerInstances.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let filter: Option<Expression> = match request.filter.as_deref() {
        Some(text) => Some(text.parse().map_err(|error| invalid(format!("Invalid filter: {error}")))?),
        None => None,
    };
    let state = ecs.lock();
    let cluster = &state.cluster(request.cluster.as_deref())?.name;
    let is_asked = |instance: &&Instance| {
        instance.cluster == *cluster
            && instance.status != "INACTIVE"
            && request.status.as_ref().is_none_or(|status| status == instance.status)
            && filter.as_ref().is_none_or(|filter| selects(&state, filter, instance))
    };
    let arns = state.instances.values().filter(is_asked).map(|instance| instance.arn(ecs)).collect();
    page("containerInstanceArns", arns, &request)
}

/// DescribeContainerInstances.
pub(super) fn describe(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    if request.container_instances.is_empty() {
        return Err(invalid("Container instances cannot be empty."));
    }
    let state = ecs.lock();
    let cluster = &state.cluster(request.cluster.as_deref())?.name;
    let find = |it: &str| Some(json(ecs, &state, state.instance_in(cluster, it)?, request.includes("TAGS")));
    Ok(described("containerInstances", &request.container_instances, find, |id| arn(ecs, cluster, id)))
}

/// UpdateContainerInstancesState: a draining one gets no more tasks, and those that have not started leave it.
pub(super) fn update_state(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let status = match request.status.as_deref() {
        Some("ACTIVE") => "ACTIVE",
        Some("DRAINING") => "DRAINING",
        _ => return Err(invalid("Container instance status should be one of [ACTIVE,DRAINING]")),
    };
    if !(1..=10).contains(&request.container_instances.len()) {
        return Err(invalid("The number of container instances must be between 1 and 10."));
    }
    let (mut changed, mut failures, mut leaving) = (Vec::new(), Vec::new(), Vec::new());
    let cluster = {
        let mut state = ecs.lock();
        let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
        for reference in &request.container_instances {
            let id = last_part(reference);
            let found = state.instances.get_mut(id).filter(|it| it.cluster == cluster);
            match found {
                None => failures.push(failure(&arn(ecs, &cluster, id), "MISSING")),
                Some(it) if it.status == "INACTIVE" => {
                    failures.push(failure(&arn(ecs, &cluster, id), "INACTIVE"));
                }
                Some(instance) => {
                    instance.status = status;
                    changed.push(id.to_owned());
                }
            }
        }
        if status == "DRAINING" {
            let leaves = |task: &&super::task::Task| {
                task.instance.as_ref().is_some_and(|id| changed.contains(id))
                    && task.request.group.starts_with("service:")
                    && task.last_status != "RUNNING"
            };
            leaving.extend(state.alive_in(&cluster).filter(leaves).map(|task| task.id.clone()));
        }
        cluster
    };
    for task in leaving {
        stop(ecs, &task, "ServiceSchedulerInitiated", "Task stopped during instance draining");
    }
    let state = ecs.lock();
    let instances =
        changed.iter().filter_map(|id| Some(json(ecs, &state, state.instance_in(&cluster, id)?, false)));
    Ok(json!({"containerInstances": instances.collect::<Vec<_>>(), "failures": failures}))
}

/// DeregisterContainerInstance: by force also with tasks on it, which stop.
pub(super) fn deregister(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let (id, tasks) = {
        let mut state = ecs.lock();
        let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
        let id =
            state.instance_in(&cluster, &request.container_instance).filter(|it| it.status != "INACTIVE");
        let id = id.ok_or_else(|| invalid(MISSING))?.id.clone();
        let tasks = state.alive_in(&cluster).filter(|task| task.instance.as_ref() == Some(&id));
        let tasks: Vec<String> = tasks.map(|task| task.id.clone()).collect();
        if !tasks.is_empty() && !request.force {
            return Err(invalid("Found running tasks on the instance."));
        }
        if let Some(instance) = state.instances.get_mut(&id) {
            instance.status = "INACTIVE";
        }
        (id, tasks)
    };
    for task in tasks {
        stop(ecs, &task, "UserInitiated", "Container instance deregistration forced by user");
    }
    let state = ecs.lock();
    let answer = state.instances.get(&id).map(|instance| json(ecs, &state, instance, false));
    Ok(json!({"containerInstance": answer}))
}

impl Instance {
    /// Its ARN.
    pub fn arn(&self, ecs: &Ecs) -> String {
        arn(ecs, &self.cluster, &self.id)
    }

    /// `x86_64` or `arm64`.
    pub fn architecture(&self) -> &'static str {
        if self.kind.architecture.as_str() == "ARM64" { "arm64" } else { "x86_64" }
    }
}

fn arn(ecs: &Ecs, cluster: &str, id: &str) -> String {
    ecs.account.arn("ecs", &format!("container-instance/{cluster}/{id}"))
}

fn json(ecs: &Ecs, state: &State, instance: &Instance, with_tags: bool) -> Value {
    let arn = instance.arn(ecs);
    let tasks =
        || state.alive_in(&instance.cluster).filter(|task| task.instance.as_ref() == Some(&instance.id));
    let running = tasks().filter(|task| task.last_status == "RUNNING").count();
    let attributes = instance.attributes.iter().map(|(name, value)| json!({"name": name, "value": value}));
    without_nulls(json!({
        "containerInstanceArn": arn,
        "ec2InstanceId": instance.ec2_id,
        "version": 1 + tasks().map(|task| task.version).sum::<u64>(),
        "versionInfo": {"agentVersion": AGENT_VERSION, "agentHash": "00000000", "dockerVersion": "DockerVersion: 25.0.13"},
        "remainingResources": resources(&Room::now(state, instance)),
        "registeredResources": resources(&Room::empty(&instance.kind)),
        "status": instance.status,
        "agentConnected": instance.status != "INACTIVE",
        "runningTasksCount": running,
        "pendingTasksCount": tasks().count() - running,
        "attributes": attributes.collect::<Vec<_>>(),
        "registeredAt": seconds(instance.registered_at),
        "attachments": [],
        "tags": if with_tags { state.tags_of(&arn) } else { json!([]) },
        "capacityProviderName": instance.provider,
    }))
}

fn resources(room: &Room) -> Value {
    let resource = |name: &str, kind: &str, amount: u32| json!({"name": name, "type": kind, "doubleValue": 0.0, "longValue": 0, "integerValue": amount});
    let number = |name: &str, amount: u32| resource(name, "INTEGER", amount);
    let ports = |name: &str, udp: bool| {
        let taken = room.ports.iter().filter(|(_, it)| *it == udp).map(|(port, _)| port.to_string());
        let mut set = resource(name, "STRINGSET", 0);
        set["stringSetValue"] = json!(taken.collect::<Vec<_>>());
        set
    };
    json!([
        number("CPU", room.cpu),
        number("MEMORY", room.memory),
        ports("PORTS", false),
        ports("PORTS_UDP", true)
    ])
}
