//! What Docker is asked for, by task definitions.

use super::*;
use crate::account::Account;
use crate::emulator::Emulator;
use crate::tasks::TaskToRun;
use crate::tasks::docker::{DockerSettings, logs};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

fn task(launch_type: &str, definition: Value, overrides: Value) -> Running {
    let task = TaskToRun {
        id: "0f9de17a6ac24a1fb14eeb5a3a1f1f3d".to_owned(),
        arn: "arn:aws:ecs:us-east-1:000000000000:task/demo/0f9de17a6ac24a1fb14eeb5a3a1f1f3d".to_owned(),
        cluster: "demo".to_owned(),
        cluster_arn: "arn:aws:ecs:us-east-1:000000000000:cluster/demo".to_owned(),
        group: "service:web".to_owned(),
        task_definition: Arc::new(serde_json::from_value(definition).unwrap()),
        revision: 7,
        launch_type: launch_type.to_owned(),
        zone: "us-east-1a".to_owned(),
        overrides,
        enable_execute_command: false,
    };
    let account = Account {
        region: "us-east-1".to_owned(),
        id: "0".repeat(12),
        endpoint: "127.0.0.1:4566".to_owned(),
        partition: "aws".to_owned(),
    };
    let settings = DockerSettings {
        instance: "local:4566".to_owned(),
        network: "local".to_owned(),
        own_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 4566,
        pause_image: "local-aws".to_owned(),
        account,
        emulator: Emulator { address: "127.0.0.1:1".to_owned(), region: "us-east-1".to_owned() },
    };
    Running::new(task, tokio::sync::mpsc::unbounded_channel().0, &settings).unwrap()
}

fn around<'a>(network: Network, volumes: &'a BTreeMap<String, String>, task: &Running) -> Surroundings<'a> {
    Surroundings {
        instance: "local:4566",
        network,
        volumes,
        environment: vec!["A=1".to_owned()],
        log: logs::driver(&task.containers[0].definition, &BTreeMap::new()),
        fixed_ports: true,
    }
}

/// The request for the first container.
fn body(task: &Running) -> Value {
    let volumes = BTreeMap::from([("data".to_owned(), "ecs-web-data".to_owned())]);
    let network = Network::of(task, 0, "local");
    serde_json::to_value(create_body(task, 0, &around(network, &volumes, task)).unwrap()).unwrap()
}

#[test]
fn a_container_on_fargate() {
    let task = task(
        "FARGATE",
        json!({
            "family": "web", "networkMode": "awsvpc", "cpu": "256", "memory": "512",
            "containerDefinitions": [{
                "name": "web", "image": "web:1", "portMappings": [{"containerPort": 8080}],
                "readonlyRootFilesystem": true, "user": "1000",
                "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": true}],
                "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 10, "startPeriod": 5},
                "linuxParameters": {"initProcessEnabled": true, "capabilities": {"drop": ["ALL"]},
                                    "tmpfs": [{"containerPath": "/tmp", "size": 64, "mountOptions": ["noexec"]}]},
                "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}},
            }],
        }),
        Value::Null,
    );
    insta::assert_json_snapshot!(body(&task));
}

#[test]
fn a_container_on_an_instance() {
    let task = task(
        "EC2",
        json!({
            "family": "web",
            "containerDefinitions": [
                {
                    "name": "web", "image": "web:1", "cpu": 512, "memory": 256, "memoryReservation": 128,
                    "portMappings": [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 53, "protocol": "udp"},
                                     {"containerPortRange": "9000-9001"}],
                    "links": ["cache:redis"], "hostname": "web", "dnsServers": ["10.0.0.2"],
                    "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.3"}],
                    "volumesFrom": [{"sourceContainer": "cache", "readOnly": true}],
                    "entryPoint": ["/bin/sh"], "command": ["-c", "true"], "workingDirectory": "/srv",
                    "dockerLabels": {"team": "a", "com.amazonaws.ecs.cluster": "another"},
                    "dockerSecurityOptions": ["no-new-privileges"], "privileged": false,
                    "interactive": true, "pseudoTerminal": true,
                    "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}],
                    "systemControls": [{"namespace": "net.core.somaxconn", "value": "1024"}],
                    "linuxParameters": {"sharedMemorySize": 64, "maxSwap": 32, "swappiness": 10,
                                        "devices": [{"hostPath": "/dev/null", "permissions": ["read", "write"]}]},
                    "logConfiguration": {"logDriver": "syslog", "options": {"syslog-address": "udp://10.0.0.4"}},
                },
                {"name": "cache", "image": "redis:8"},
            ],
        }),
        Value::Null,
    );
    insta::assert_json_snapshot!(body(&task));
}

#[test]
fn several_containers_of_a_task_share_the_network_of_one_more() {
    let task = task(
        "FARGATE",
        json!({
            "family": "web", "networkMode": "awsvpc", "cpu": "1024", "memory": "2048",
            "containerDefinitions": [
                {"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}],
                 "systemControls": [{"namespace": "net.core.somaxconn", "value": "1024"}]},
                {"name": "side", "image": "side:1", "cpu": 256},
            ],
        }),
        Value::Null,
    );
    let pause = pause_body(&task, "local-aws", "local:4566", "local", true);
    task.state().pause = Some("0123".to_owned());
    let body = body(&task);
    assert_eq!(body["HostConfig"]["NetworkMode"], "container:0123");
    assert_eq!(body["HostConfig"].get("Sysctls"), None);
    assert_eq!(body["HostConfig"]["CpuShares"], 768);
    insta::assert_json_snapshot!(serde_json::to_value(pause.unwrap()).unwrap());
}

#[test]
fn what_run_task_overrides_counts() {
    let web = json!({"name": "web", "image": "web:1", "command": ["serve"], "memory": 256});
    let overrides =
        json!({"cpu": "512", "containerOverrides": [{"name": "web", "command": ["migrate"], "memory": 128}]});
    let task = task("EC2", json!({"family": "web", "cpu": "256", "containerDefinitions": [web]}), overrides);
    let body = body(&task);
    let host = &body["HostConfig"];
    assert_eq!((&body["Cmd"], &host["Memory"]), (&json!(["migrate"]), &json!(128 * MIB)));
    assert_eq!((&host["CpuQuota"], &host["CpuPeriod"]), (&json!(50_000), &json!(CPU_PERIOD)));
}
