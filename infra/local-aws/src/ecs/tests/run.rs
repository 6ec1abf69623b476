//! Tasks from start to end.

use super::aws::Aws;
use super::{on_fargate, run, run_on_fargate, with_instances};
use crate::ecs::TaskRequest;
use crate::load_balancer::Target;
use crate::tasks::{ContainerState, HealthStatus, TaskNews};
use serde_json::{Value, json};

async fn with_fargate() -> Aws {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    aws.call("RegisterTaskDefinition", on_fargate()).await;
    aws
}

/// What differs from run to run is replaced.
fn steady(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                let time = name.ends_with("At") && value.is_number();
                (name.clone(), if time { json!("TIME") } else { steady(value) })
            })
            .collect(),
        Value::Array(items) => items.iter().map(steady).collect(),
        Value::String(text) => {
            let parts = text.split_inclusive(['/', ':', '-']).map(|part| {
                let id = part.trim_end_matches(['/', ':', '-']);
                let is_id =
                    id.len() >= 4 && id.bytes().all(|it| it.is_ascii_hexdigit()) && id != "123456789012";
                if is_id { part.replace(id, "ID") } else { part.to_owned() }
            });
            let joined: String = parts.collect();
            json!(if text.starts_with("0a:") { "MAC" } else { joined.as_str() })
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn a_task_runs_on_fargate_and_is_stopped() {
    let aws = with_fargate().await;
    let mut request = run_on_fargate();
    request["startedBy"] = json!("me");
    request["tags"] = json!([{"key": "a", "value": "b"}]);
    request["enableECSManagedTags"] = json!(true);
    let answer = aws.call("RunTask", request).await;
    assert_eq!((&answer["failures"], &answer["tasks"][0]["desiredStatus"]), (&json!([]), &json!("RUNNING")));
    let arn = &answer["tasks"][0]["taskArn"];
    let running = aws.until(arn, "RUNNING").await;
    insta::assert_snapshot!(format!("{:#}", steady(&running)));
    let stopped = aws.call("StopTask", json!({"cluster": "demo", "task": arn, "reason": "enough"})).await;
    assert_eq!(stopped["task"]["desiredStatus"], "STOPPED");
    let stopped = aws.until(arn, "STOPPED").await;
    assert_eq!(
        (&stopped["stopCode"], &stopped["stoppedReason"]),
        (&json!("UserInitiated"), &json!("enough"))
    );
    assert!(stopped["stoppedAt"].is_number() && stopped["attachments"][0]["status"] == "DELETED");
    let listed = aws.call("ListTasks", json!({"cluster": "demo"})).await;
    assert_eq!(listed["taskArns"], json!([]));
    let listed =
        aws.call("ListTasks", json!({"cluster": "demo", "desiredStatus": "STOPPED", "family": "web"})).await;
    assert_eq!(listed["taskArns"], json!([arn]));
}

#[tokio::test]
async fn what_containers_do_is_described() {
    let aws = with_fargate().await;
    let arn = aws.call("RunTask", run_on_fargate()).await["tasks"][0]["taskArn"].clone();
    aws.until(&arn, "RUNNING").await;
    let id = arn.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    aws.runtime.say(&id, TaskNews::Health(HealthStatus::Unhealthy));
    let state = ContainerState {
        name: "web".to_owned(),
        last_status: "STOPPED".to_owned(),
        exit_code: Some(137),
        reason: Some("OutOfMemoryError: Container killed due to memory usage".to_owned()),
        ..ContainerState::default()
    };
    aws.runtime.say(&id, TaskNews::Container(state));
    let reason = "Essential container in task exited".to_owned();
    aws.runtime.say(&id, TaskNews::Stopped { stop_code: "EssentialContainerExited".to_owned(), reason });
    let task = aws.until(&arn, "STOPPED").await;
    assert_eq!(
        (&task["stopCode"], &task["healthStatus"]),
        (&json!("EssentialContainerExited"), &json!("UNHEALTHY"))
    );
    assert_eq!(
        (&task["containers"][0]["exitCode"], &task["containers"][0]["lastStatus"]),
        (&json!(137), &json!("STOPPED"))
    );
}

#[tokio::test]
async fn a_service_hears_of_its_task_after_the_record() {
    let aws = with_fargate().await;
    let (sender, mut news) = tokio::sync::mpsc::unbounded_channel();
    let placed = aws.ecs.start_task(request("service:web"), Some(sender)).unwrap();
    assert_eq!((placed.zone.as_str(), placed.instance), ("eu-west-1a", None));
    loop {
        let (id, heard) = news.recv().await.unwrap();
        if matches!(heard, TaskNews::Running) {
            let target = aws.ecs.target_of(&id, "web", 80).unwrap();
            assert_eq!(target, Target { id: "172.17.0.2".to_owned(), port: 80 });
            assert_eq!(aws.ecs.resolve(&target).unwrap().to_string(), "172.17.0.2:80");
            let listed = aws.call("ListTasks", json!({"cluster": "demo", "serviceName": "web"})).await;
            assert_eq!(listed["taskArns"].as_array().unwrap().len(), 1);
            return;
        }
    }
}

fn request(group: &str) -> TaskRequest {
    TaskRequest {
        id: "0123456789abcdef0123456789abcdef".to_owned(),
        cluster: "demo".to_owned(),
        task_definition: "web".to_owned(),
        launch_type: Some("FARGATE".to_owned()),
        capacity_provider: None,
        network: run_on_fargate()["networkConfiguration"].clone(),
        placement_constraints: Value::Null,
        placement_strategy: Value::Null,
        group: group.to_owned(),
        started_by: None,
        overrides: Value::Null,
        tags: Value::Null,
        enable_execute_command: false,
        platform_version: None,
        zone: None,
        instance: None,
    }
}

#[tokio::test]
async fn tasks_on_fargate_are_spread_over_the_zones() {
    let aws = with_fargate().await;
    let mut four = run_on_fargate();
    four["count"] = json!(4);
    let answer = aws.call("RunTask", four).await;
    let zones: Vec<_> =
        answer["tasks"].as_array().unwrap().iter().map(|it| it["availabilityZone"].clone()).collect();
    assert_eq!(zones.iter().filter(|zone| *zone == "eu-west-1a").count(), 2, "{zones:?}");
}

#[tokio::test]
async fn a_repeated_run_is_answered_with_the_first_one() {
    let aws = with_fargate().await;
    let mut request = run_on_fargate();
    request["clientToken"] = json!("once");
    let first = aws.call("RunTask", request.clone()).await;
    assert_eq!(aws.call("RunTask", request.clone()).await, first);
    request["count"] = json!(2);
    assert!(aws.refused("RunTask", request).await.starts_with("ConflictException: "));
}

#[tokio::test]
async fn a_bridge_task_is_reached_by_its_instance_and_port() {
    let aws = with_instances("t3.micro", 1).await;
    aws.call("RegisterTaskDefinition", super::on_instances(128, 128)).await;
    let answer = aws.call("RunTask", run(2)).await;
    let mut targets = Vec::new();
    for task in answer["tasks"].as_array().unwrap() {
        let task = aws.until(&task["taskArn"], "RUNNING").await;
        let id = task["taskArn"].as_str().unwrap().rsplit('/').next().unwrap();
        let target = aws.ecs.target_of(id, "web", 80).unwrap();
        assert_eq!(task["containers"][0]["networkBindings"][0]["hostPort"], target.port);
        let address = aws.ecs.resolve(&target).unwrap();
        assert_eq!(address.port(), 80);
        targets.push((target, address.ip()));
    }
    assert_eq!(targets[0].0.id, "i-00000000000000000");
    assert!(targets[0].0.port != targets[1].0.port && targets[0].1 != targets[1].1, "{targets:?}");
    assert_eq!(aws.ecs.resolve(&Target { port: 1, ..targets[0].0.clone() }), None);
}
