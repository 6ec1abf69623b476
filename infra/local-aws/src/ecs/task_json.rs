//! A task as DescribeTasks has it.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html>

use super::Ecs;
use super::input::{seconds, without_nulls};
use super::state::State;
use super::task::{Container, Task};
use serde_json::{Value, json};
use std::net::IpAddr;

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
            "connectivity": self.times.get("connectivityAt").map(|_| "CONNECTED"),
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
        for (member, moment) in &self.times {
            task[member] = seconds(*moment);
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
        let mut overrides =
            Some(self.request.overrides.clone()).filter(Value::is_object).unwrap_or(json!({}));
        let given = overrides["containerOverrides"].as_array().cloned().unwrap_or_default();
        let of = |container: &Container| {
            let named = given.iter().find(|it| it["name"] == container.state.name.as_str());
            named.cloned().unwrap_or_else(|| json!({"name": container.state.name}))
        };
        overrides["containerOverrides"] = self.containers.iter().map(of).collect();
        overrides["inferenceAcceleratorOverrides"] = json!([]);
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
        let host = |address: &String| {
            format!("ip-{}.{}.compute.internal", address.replace('.', "-"), ecs.account.region)
        };
        let details = [
            ("subnetId", self.subnet.clone()),
            ("networkInterfaceId", address.as_ref().map(|_| self.interface.clone())),
            ("macAddress", address.as_ref().map(|_| self.mac.clone())),
            ("privateDnsName", address.as_ref().map(host)),
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
            "managedAgents": self.request.enable_execute_command.then(no_agent),
            "cpu": size(definition.and_then(|it| it.cpu).or(Some(0))),
            "memory": size(definition.and_then(|it| it.memory)),
            "memoryReservation": size(definition.and_then(|it| it.memory_reservation)),
        })
    }
}

/// What ExecuteCommand would need is not on this machine.
fn no_agent() -> Value {
    json!([{"name": "ExecuteCommandAgent", "lastStatus": "STOPPED", "reason": "no Session Manager"}])
}
