//! Capacity providers and managed scaling.

use super::{Aws, on_instances};
use serde_json::{Value, json};

fn provider() -> Value {
    let arn = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:autoScalingGroupName/fleet";
    let scaling = json!({"status": "ENABLED", "targetCapacity": 100});
    json!({"name": "own", "autoScalingGroupProvider": {"autoScalingGroupArn": arn, "managedScaling": scaling}})
}

async fn with_provider() -> Aws {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    aws.call("CreateCapacityProvider", provider()).await;
    let put = json!({"cluster": "demo", "capacityProviders": ["own"], "defaultCapacityProviderStrategy": []});
    aws.call("PutClusterCapacityProviders", put).await;
    aws.call("RegisterTaskDefinition", on_instances(1500, 300)).await;
    aws
}

fn run(count: u32) -> Value {
    let strategy = json!([{"capacityProvider": "own", "weight": 1}]);
    json!({"cluster": "demo", "taskDefinition": "web", "count": count, "capacityProviderStrategy": strategy})
}

#[tokio::test]
async fn tasks_wait_until_their_group_has_grown() {
    let aws = with_provider().await;
    let answer = aws.call("RunTask", run(3)).await;
    assert_eq!(answer["failures"], json!([]));
    let arns: Vec<Value> =
        answer["tasks"].as_array().unwrap().iter().map(|it| it["taskArn"].clone()).collect();
    for arn in &arns {
        let task = aws.until(arn, "PROVISIONING").await;
        assert_eq!((task.get("containerInstanceArn"), &task["capacityProviderName"]), (None, &json!("own")));
    }
    aws.ecs.refresh().await.unwrap();
    assert_eq!(aws.group(|group| group.desired), 3, "one task fits on each");
    aws.ecs.refresh().await.unwrap();
    for arn in &arns {
        aws.until(arn, "RUNNING").await;
    }
    aws.ecs.refresh().await.unwrap();
    assert_eq!(aws.group(|group| group.desired), 3);
}

#[tokio::test]
async fn from_none_two_start_and_never_more_than_the_group_may_have() {
    let aws = with_provider().await;
    aws.call("RunTask", run(1)).await;
    aws.ecs.refresh().await.unwrap();
    assert_eq!(aws.group(|group| group.desired), 2);
    aws.call("RunTask", run(8)).await;
    aws.ecs.refresh().await.unwrap();
    assert_eq!(aws.group(|group| group.desired), 4);
}

#[tokio::test]
async fn an_idle_group_is_made_smaller_after_a_while() {
    let aws = with_provider().await;
    aws.group(|group| group.desired = 3);
    aws.ecs.refresh().await.unwrap();
    assert_eq!(aws.group(|group| group.desired), 3);
    // A thousand times as fast: 15 minutes are 0.9 s.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while aws.group(|group| group.desired) > 0 {
        assert!(std::time::Instant::now() < deadline, "the group stays");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        aws.ecs.refresh().await.unwrap();
    }
}

#[tokio::test]
async fn a_task_that_no_instance_could_run_does_not_wait() {
    let aws = with_provider().await;
    aws.group(|group| group.desired = 1);
    aws.call("RegisterTaskDefinition", on_instances(100, 9000)).await;
    let arn = aws.call("RunTask", run(1)).await["tasks"][0]["taskArn"].clone();
    aws.ecs.refresh().await.unwrap();
    let task = aws.until(&arn, "STOPPED").await;
    assert_eq!(
        (&task["stopCode"], &task["stoppedReason"]),
        (&json!("TaskFailedToStart"), &json!("TaskFailedToStart: RESOURCE:MEMORY"))
    );
}

#[tokio::test]
async fn a_waiting_task_can_be_stopped() {
    let aws = with_provider().await;
    let arn = aws.call("RunTask", run(1)).await["tasks"][0]["taskArn"].clone();
    aws.call("StopTask", json!({"cluster": "demo", "task": arn})).await;
    let task = aws.until(&arn, "STOPPED").await;
    assert_eq!(task["stoppedReason"], "Task stopped by user");
}

#[tokio::test]
async fn a_provider_is_described_with_ecss_defaults_and_changed() {
    let aws = with_provider().await;
    let answer =
        aws.call("DescribeCapacityProviders", json!({"capacityProviders": ["own", "FARGATE", "gone"]})).await;
    insta::assert_snapshot!(format!("{answer:#}"));
    let change =
        json!({"name": "own", "autoScalingGroupProvider": {"managedScaling": {"targetCapacity": 50}}});
    let changed = aws.call("UpdateCapacityProvider", change).await;
    let scaling = &changed["capacityProvider"]["autoScalingGroupProvider"]["managedScaling"];
    assert_eq!((&scaling["targetCapacity"], &scaling["status"]), (&json!(50), &json!("ENABLED")));
}

#[tokio::test]
async fn what_a_provider_may_not_be_is_refused() {
    let aws = with_provider().await;
    let refused = aws.refused("CreateCapacityProvider", provider()).await;
    assert!(refused.contains("already exists"), "{refused}");
    let refused = aws.refused("DeleteCapacityProvider", json!({"capacityProvider": "own"})).await;
    assert!(refused.contains("is associated with cluster: demo"), "{refused}");
    aws.group(|group| group.protected = false);
    let mut protecting = provider();
    protecting["name"] = json!("other");
    protecting["autoScalingGroupProvider"]["managedTerminationProtection"] = json!("ENABLED");
    let refused = aws.refused("CreateCapacityProvider", protecting.clone()).await;
    assert!(refused.starts_with("ClientException: The managed termination protection setting"), "{refused}");
    protecting["autoScalingGroupProvider"]["autoScalingGroupArn"] = json!("gone");
    assert!(aws.refused("CreateCapacityProvider", protecting).await.contains("does not exist"));
    let detach = json!({"cluster": "demo", "capacityProviders": [], "defaultCapacityProviderStrategy": []});
    aws.call("RunTask", run(1)).await;
    let refused = aws.refused("PutClusterCapacityProviders", detach).await;
    assert_eq!(
        refused,
        "ResourceInUseException: The specified capacity provider is in use and cannot be removed."
    );
}
