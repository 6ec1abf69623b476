//! A task as DescribeTasks has it.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html>

use super::Ecs;
use super::input::{seconds, without_nulls};
use super::state::State;
use super::task::{Container, Task, Times};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::SystemTime;

impl Task {
    /// As DescribeTasks has it.
    pub fn json(&self, ecs: &Ecs, state: &State, with_tags: bool) -> Value {
        let request = &self.request;
        let mut task = json!({
            "taskArn": self.arn,
            "clusterArn": ecs.cluster_arn(&request.cluster),
            "taskDefinitionArn": self.revision.arn,
            "containerInstanceArn": self.placed().and_then(|it| it.instance),
            "availabilityZone": self.zone,
            "lastStatus": self.last_status,
            "desiredStatus": self.desired_status,
            "connectivity": self.times.connected.map(|_| "CONNECTED"),
            "cpu": self.demand.cpu.0.to_string(),
            "memory": self.demand.memory.0.to_string(),
            "group": request.group,
            "startedBy": request.started_by,
            "launchType": if self.on_fargate() { "FARGATE" } else { "EC2" },
            "capacityProviderName": request.capacity_provider,
            "healthStatus": self.health,
            "stopCode": self.stop_code,
            "stoppedReason": self.stopped_reason,
            "enableExecuteCommand": request.enable_execute_command,
            "version": self.version,
            "overrides": self.overrides(),
            "attributes": [{"name": "ecs.cpu-architecture", "value": self.architecture()}],
            "attachments": self.attachments(ecs),
            "containers": self.containers.iter().map(|it| self.container(it)).collect::<Vec<_>>(),
            "tags": if with_tags { state.tags_of(&self.arn) } else { json!([]) },
        });
        for (member, moment) in self.times.named() {
            task[member] = moment.map_or(Value::Null, seconds);
        }
        if self.on_fargate() {
            let size = self.definition.ephemeral_storage.map_or(20, |storage| storage.size_in_gib);
            task["ephemeralStorage"] = json!({"sizeInGiB": size});
            task["platformFamily"] = json!("Linux");
            let latest = |version: &&String| version.as_str() != "LATEST";
            task["platformVersion"] =
                json!(request.platform_version.as_ref().filter(latest).map_or("1.4.0", String::as_str));
        }
        without_nulls(task)
    }

    /// All containers are in it, as ECS answers it.
    fn overrides(&self) -> Value {
        let mut overrides = self.request.overrides.clone();
        if !overrides.is_object() {
            overrides = json!({});
        }
        let given = overrides["containerOverrides"].as_array().cloned().unwrap_or_default();
        let of = |container: &Container| {
            let named = given.iter().find(|it| it["name"] == container.state.name.as_str());
            named.cloned().unwrap_or_else(|| json!({"name": container.state.name}))
        };
        overrides["containerOverrides"] = self.containers.iter().map(of).collect();
        overrides.as_object_mut().map(|it| it.entry("inferenceAcceleratorOverrides").or_insert(json!([])));
        overrides
    }

    fn attachments(&self, ecs: &Ecs) -> Value {
        if !self.own_network() {
            return json!([]);
        }
        let status = match (self.last_status, self.address) {
            ("STOPPED", _) => "DELETED",
            (_, Some(_)) => "ATTACHED",
            _ => "PRECREATED",
        };
        let address = self.address.map(|address| address.to_string());
        let details = [
            ("subnetId", self.subnet.clone()),
            ("networkInterfaceId", address.as_ref().map(|_| self.interface.clone())),
            ("macAddress", address.as_ref().map(|_| self.mac.clone())),
            (
                "privateDnsName",
                address
                    .as_ref()
                    .map(|it| format!("ip-{}.{}.compute.internal", it.replace('.', "-"), ecs.account.region)),
            ),
            ("privateIPv4Address", address),
        ];
        let details =
            details.into_iter().filter_map(|(name, value)| Some(json!({"name": name, "value": value?})));
        json!([{
            "id": self.attachment,
            "type": "ElasticNetworkInterface",
            "status": status,
            "details": details.collect::<Vec<_>>(),
        }])
    }

    fn container(&self, container: &Container) -> Value {
        let state = &container.state;
        let definition = self.definition.container_definitions.iter().find(|it| it.name() == state.name);
        let size = |amount: Option<i32>| amount.map(|amount| amount.to_string());
        let image = definition.and_then(|it| it.image.as_ref()?.get().ok());
        let bindings = self.ports.iter().filter(|port| port.container == state.name).map(|port| {
            json!({
                "bindIP": "0.0.0.0",
                "containerPort": port.port,
                "hostPort": port.host_port,
                "protocol": port.protocol,
            })
        });
        let interface =
            |address: IpAddr| json!({"attachmentId": self.attachment, "privateIpv4Address": address});
        let interfaces = self.address.filter(|_| self.own_network()).map(interface);
        json!({
            "containerArn": container.arn,
            "taskArn": self.arn,
            "name": state.name,
            "image": image,
            "imageDigest": state.image_digest,
            "runtimeId": state.runtime_id,
            "lastStatus": state.last_status,
            "exitCode": state.exit_code,
            "reason": state.reason,
            "networkBindings": bindings.collect::<Vec<_>>(),
            "networkInterfaces": interfaces.into_iter().collect::<Vec<_>>(),
            "healthStatus": state.health,
            "managedAgents": self.agents(),
            "cpu": size(definition.and_then(|it| it.cpu).or(Some(0))),
            "memory": size(definition.and_then(|it| it.memory)),
            "memoryReservation": size(definition.and_then(|it| it.memory_reservation)),
        })
    }

    /// The agent that ExecuteCommand would need; there is none on this machine.
    fn agents(&self) -> Value {
        if self.request.enable_execute_command {
            json!([{"name": "ExecuteCommandAgent", "lastStatus": "STOPPED", "reason": "no Session Manager"}])
        } else {
            Value::Null
        }
    }
}

impl Times {
    fn named(&self) -> [(&'static str, Option<SystemTime>); 8] {
        [
            ("createdAt", self.created),
            ("pullStartedAt", self.pull_started),
            ("pullStoppedAt", self.pull_stopped),
            ("connectivityAt", self.connected),
            ("startedAt", self.started),
            ("stoppingAt", self.stopping),
            ("executionStoppedAt", self.execution_stopped),
            ("stoppedAt", self.stopped),
        ]
    }
}
