//! Tests of ECS's API, with a scripted runtime and an emulator that has one Auto Scaling group.

mod api;
mod aws;
mod definitions;
mod instances;
mod placing;
mod properties;
mod run;
mod scaling;
mod services;

use aws::Aws;
use serde_json::{Value, json};

/// A container that needs so much.
fn container(cpu: i32, memory: i32) -> Value {
    json!({"name": "web", "image": "web:1", "cpu": cpu, "memory": memory, "portMappings": [{"containerPort": 80}]})
}

/// A definition for Fargate.
fn on_fargate() -> Value {
    json!({
        "family": "web",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "web", "image": "web:1", "portMappings": [{"containerPort": 80}]}],
    })
}

/// A definition for instances.
fn on_instances(cpu: i32, memory: i32) -> Value {
    json!({"family": "web", "containerDefinitions": [container(cpu, memory)]})
}

/// Runs so many tasks on the instances.
fn run(count: u32) -> Value {
    json!({"cluster": "demo", "taskDefinition": "web", "count": count, "launchType": "EC2"})
}

/// Runs a task on Fargate.
fn run_on_fargate() -> Value {
    let network = json!({"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}});
    json!({"cluster": "demo", "taskDefinition": "web", "launchType": "FARGATE", "networkConfiguration": network})
}

/// A cluster with two instances of a group.
async fn with_instances(kind: &str, count: usize) -> Aws {
    let aws = Aws::new().await;
    aws.group(|group| (group.kind, group.desired) = (kind.to_owned(), count));
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    aws
}
