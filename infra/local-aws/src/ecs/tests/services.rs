//! Services: created, updated, given up, paused and deleted, with tasks that do as they are told.

use super::aws::Aws;
use super::on_fargate;
use crate::tasks::TaskNews;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const BAD_IMAGE: &str = "bad:1";

/// A cluster with a service of two tasks that has reached its steady state.
async fn steady() -> Aws {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    aws.call("RegisterTaskDefinition", on_fargate()).await;
    let mut service = service();
    service["tags"] = json!([{"key": "a", "value": "b"}]);
    let created = aws.call("CreateService", service).await;
    assert_eq!(created["service"]["status"], "ACTIVE");
    until(&aws, "its deployment to be completed", |service| {
        service["deployments"][0]["rolloutState"] == "COMPLETED"
    })
    .await;
    aws
}

fn service() -> Value {
    json!({
        "cluster": "demo",
        "serviceName": "web",
        "taskDefinition": "web",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}},
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}},
    })
}

/// The service as soon as this holds of it.
async fn until(aws: &Aws, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..2000 {
        end_bad_tasks(aws).await;
        let answer = aws.call("DescribeServices", json!({"cluster": "demo", "services": ["web"]})).await;
        if holds(&answer["services"][0]) {
            return answer["services"][0].clone();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("waited in vain for {what}");
}

/// Tasks of the bad image end soon after they run.
async fn end_bad_tasks(aws: &Aws) {
    let listed = aws.call("ListTasks", json!({"cluster": "demo", "serviceName": "web"})).await;
    let alive: BTreeSet<_> =
        listed["taskArns"].as_array().unwrap().iter().map(|arn| arn.as_str().unwrap()).collect();
    for task in aws.runtime.started() {
        let is_bad = task.task_definition.container_definitions[0].image == Some(BAD_IMAGE.into());
        if is_bad && alive.contains(task.arn.as_str()) {
            let reason = "Essential container in task exited".to_owned();
            let stop_code = "EssentialContainerExited".to_owned();
            aws.runtime.say(&task.id, TaskNews::Stopped { stop_code, reason });
        }
    }
}

fn messages(service: &Value) -> Vec<&str> {
    service["events"].as_array().unwrap().iter().map(|event| event["message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_service_keeps_its_tasks_spread_over_the_zones_and_says_when_it_is_steady() {
    let aws = steady().await;
    let described = aws
        .call("DescribeServices", json!({"cluster": "demo", "services": ["web"], "include": ["TAGS"]}))
        .await;
    let service = &described["services"][0];
    assert_eq!([&service["runningCount"], &service["pendingCount"]], [&json!(2), &json!(0)]);
    assert_eq!(service["tags"], json!([{"key": "a", "value": "b"}]));
    assert_eq!(messages(service)[0], "(service web) has reached a steady state.");
    let listed = aws.call("ListTasks", json!({"cluster": "demo"})).await;
    let tasks = aws.call("DescribeTasks", json!({"cluster": "demo", "tasks": listed["taskArns"]})).await;
    let zones: BTreeSet<_> =
        tasks["tasks"].as_array().unwrap().iter().map(|task| task["availabilityZone"].to_string()).collect();
    assert_eq!(zones.len(), 2, "{tasks:#}");
}

#[tokio::test]
async fn a_revision_whose_tasks_die_is_rolled_back_and_everything_says_why() {
    let aws = steady().await;
    let mut bad = on_fargate();
    bad["containerDefinitions"][0]["image"] = json!(BAD_IMAGE);
    aws.call("RegisterTaskDefinition", bad).await;
    aws.call("UpdateService", json!({"cluster": "demo", "service": "web", "taskDefinition": "web:2"})).await;
    let service = until(&aws, "the rollback", |service| {
        service["deployments"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["rolloutState"] == "COMPLETED" && it["status"] == "PRIMARY")
            && messages(service).iter().any(|message| message.contains("rolling back"))
    })
    .await;
    assert!(service["taskDefinition"].as_str().unwrap().ends_with("web:1"), "{service:#}");
    let said = messages(&service);
    assert!(
        said.iter().any(|message| message.ends_with("deployment failed: tasks failed to start.")),
        "{said:#?}"
    );
    let listed = aws.call("ListServiceDeployments", json!({"cluster": "demo", "service": "web"})).await;
    let newest = &listed["serviceDeployments"][0];
    assert_eq!(newest["status"], "ROLLBACK_SUCCESSFUL");
    let arns = json!({"serviceDeploymentArns": [newest["serviceDeploymentArn"]]});
    let described = aws.call("DescribeServiceDeployments", arns).await;
    let breaker = &described["serviceDeployments"][0]["deploymentCircuitBreaker"];
    assert_eq!([&breaker["status"], &breaker["failureCount"]], [&json!("TRIGGERED"), &json!(3)]);
}

#[tokio::test]
async fn a_pause_holds_a_blue_green_deployment_until_somebody_continues_it() {
    let aws = steady().await;
    let hook = json!({"targetType": "PAUSE", "lifecycleStages": ["POST_SCALE_UP"]});
    let configuration = json!({"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1, "lifecycleHooks": [hook]});
    aws.call(
        "UpdateService",
        json!({"cluster": "demo", "service": "web", "deploymentConfiguration": configuration, "forceNewDeployment": true}),
    )
    .await;
    let (arn, hook) = loop {
        let service =
            until(&aws, "a deployment", |service| service["currentServiceDeployment"].is_string()).await;
        let arn = service["currentServiceDeployment"].clone();
        let described = aws.call("DescribeServiceDeployments", json!({"serviceDeploymentArns": [arn]})).await;
        let deployment = &described["serviceDeployments"][0];
        if deployment["lifecycleHookDetails"][0]["status"] == "AWAITING_ACTION" {
            assert_eq!(deployment["lifecycleStage"], "POST_SCALE_UP");
            break (arn, deployment["lifecycleHookDetails"][0]["hookId"].clone());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    let wrong = json!({"serviceDeploymentArn": arn, "hookId": "ecs-pause-none"});
    assert!(aws.refused("ContinueServiceDeployment", wrong).await.contains("hookId"));
    aws.call("ContinueServiceDeployment", json!({"serviceDeploymentArn": arn, "hookId": hook})).await;
    until(&aws, "the deployment's end", |service| service["currentServiceDeployment"].is_null()).await;
    let described = aws.call("DescribeServiceDeployments", json!({"serviceDeploymentArns": [arn]})).await;
    assert_eq!(described["serviceDeployments"][0]["status"], "SUCCESSFUL");
}

#[tokio::test]
async fn a_service_with_tasks_is_deleted_by_force_alone() {
    let aws = steady().await;
    let delete = |force: bool| json!({"cluster": "demo", "service": "web", "force": force});
    let refused = aws.refused("DeleteService", delete(false)).await;
    assert!(refused.contains("cannot be stopped while it is scaled above 0"), "{refused}");
    let deleted = aws.call("DeleteService", delete(true)).await;
    assert_ne!(deleted["service"]["status"], "ACTIVE");
    let gone = until(&aws, "the tasks' end", |service| service["status"] == "INACTIVE").await;
    assert_eq!(gone["runningCount"], 0);
    assert_eq!(aws.call("ListServices", json!({"cluster": "demo"})).await["serviceArns"], json!([]));
}

#[tokio::test]
async fn what_ecs_would_refuse_of_a_service_is_refused() {
    let aws = steady().await;
    for (change, expected) in [
        (json!({}), "Creation of service was not idempotent."),
        (json!({"cluster": "other"}), "ClusterNotFoundException"),
        (json!({"taskDefinition": "nothing"}), "ClientException: TaskDefinition not found."),
        (json!({"deploymentController": {"type": "EXTERNAL"}}), "UnsupportedFeatureException"),
        (
            json!({"loadBalancers": [{"targetGroupArn": "tg", "containerName": "web", "containerPort": 80}]}),
            "target group",
        ),
    ] {
        let mut request = service();
        for (name, value) in change.as_object().unwrap() {
            request[name] = value.clone();
        }
        let refused = aws.refused("CreateService", request).await;
        assert!(refused.contains(expected), "{change}: {refused}");
    }
}
