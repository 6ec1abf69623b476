//! Container instances.

use super::{on_instances, run, with_instances};
use serde_json::json;

#[tokio::test]
async fn the_groups_instances_are_in_the_cluster() {
    let aws = with_instances("t3.micro", 2).await;
    aws.call("RegisterTaskDefinition", on_instances(1000, 300)).await;
    aws.call("RunTask", run(1)).await;
    let arns =
        aws.call("ListContainerInstances", json!({"cluster": "demo"})).await["containerInstanceArns"].clone();
    let answer =
        aws.call("DescribeContainerInstances", json!({"cluster": "demo", "containerInstances": arns})).await;
    let described = answer["containerInstances"].as_array().unwrap();
    let used =
        described.iter().find(|it| it["pendingTasksCount"] != 0 || it["runningTasksCount"] != 0).unwrap();
    let left: Vec<_> = used["remainingResources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["name"], &it["integerValue"]))
        .collect();
    assert_eq!(left[..2], [(&json!("CPU"), &json!(1048)), (&json!("MEMORY"), &json!(598))]);
    assert_eq!(used["registeredResources"][0]["integerValue"], 2048);
    let attributes = used["attributes"].as_array().unwrap();
    assert!(
        attributes.contains(&json!({"name": "ecs.instance-type", "value": "t3.micro"})),
        "{attributes:?}"
    );
    let filter = "runningTasksCount == 0 and registeredAt > 2020-01-01 and attribute:ecs.ami-id == ami-1";
    let empty = aws.call("ListContainerInstances", json!({"cluster": "demo", "filter": filter})).await;
    assert!(!empty["containerInstanceArns"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn tasks_of_an_instance_that_ends_stop() {
    let aws = with_instances("t3.micro", 1).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let arn = aws.call("RunTask", run(1)).await["tasks"][0]["taskArn"].clone();
    aws.until(&arn, "RUNNING").await;
    aws.group(|group| group.desired = 0);
    aws.ecs.refresh().await.unwrap();
    let stopped = aws.until(&arn, "STOPPED").await;
    assert_eq!(stopped["stoppedReason"], "Host EC2 (instance i-00000000000000000) terminated.");
}

#[tokio::test]
async fn a_group_without_instances_gets_made_up_ones_that_stay() {
    let aws = with_instances("t3.micro", 2).await;
    aws.group(|group| group.listed = false);
    let list = async || aws.call("ListContainerInstances", json!({"cluster": "demo"})).await;
    let first = list().await;
    assert_eq!(first["containerInstanceArns"].as_array().unwrap().len(), 2);
    assert_eq!(list().await, first);
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let answer = aws.call("RunTask", run(1)).await;
    aws.group(|group| group.desired = 1);
    assert_eq!(
        list().await["containerInstanceArns"],
        json!([answer["tasks"][0]["containerInstanceArn"]]),
        "the empty one goes"
    );
}

#[tokio::test]
async fn a_draining_instance_gets_no_tasks_and_a_deregistered_one_is_gone() {
    let aws = with_instances("t3.micro", 1).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let task = aws.call("RunTask", run(1)).await["tasks"][0].clone();
    let arn = &task["containerInstanceArn"];
    aws.until(&task["taskArn"], "RUNNING").await;
    let drain = json!({"cluster": "demo", "containerInstances": [arn, "gone"], "status": "DRAINING"});
    let answer = aws.call("UpdateContainerInstancesState", drain).await;
    assert_eq!(
        (&answer["containerInstances"][0]["status"], &answer["failures"][0]["reason"]),
        (&json!("DRAINING"), &json!("MISSING"))
    );
    assert!(aws.refused("RunTask", run(1)).await.contains("No Container Instances"));
    let mut request = json!({"cluster": "demo", "containerInstance": arn});
    let refused = aws.refused("DeregisterContainerInstance", request.clone()).await;
    assert_eq!(refused, "InvalidParameterException: Found running tasks on the instance.");
    request["force"] = json!(true);
    aws.call("DeregisterContainerInstance", request).await;
    let stopped = aws.until(&task["taskArn"], "STOPPED").await;
    assert_eq!(stopped["stoppedReason"], "Container instance deregistration forced by user");
    let listed = aws.call("ListContainerInstances", json!({"cluster": "demo"})).await;
    assert_eq!(listed["containerInstanceArns"], json!([]));
    aws.call("DeleteCluster", json!({"cluster": "demo"})).await;
}

#[tokio::test]
async fn attributes_of_ones_own_are_put_and_asked_for() {
    let aws = with_instances("t3.micro", 1).await;
    let arn = aws.call("ListContainerInstances", json!({"cluster": "demo"})).await["containerInstanceArns"]
        [0]
    .clone();
    let own = json!({"name": "stack", "value": "prod", "targetId": arn});
    aws.call("PutAttributes", json!({"cluster": "demo", "attributes": [own]})).await;
    let asked = json!({"cluster": "demo", "targetType": "container-instance", "attributeName": "stack"});
    let found = aws.call("ListAttributes", asked.clone()).await;
    assert_eq!(found["attributes"][0]["value"], "prod");
    aws.call(
        "DeleteAttributes",
        json!({"cluster": "demo", "attributes": [{"name": "stack", "targetId": arn}]}),
    )
    .await;
    assert_eq!(aws.call("ListAttributes", asked).await["attributes"], json!([]));
}

#[tokio::test]
async fn looks_at_the_same_time_lose_no_instance() {
    let aws = with_instances("t3.micro", 0).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let early = aws.ecs.clone();
    let early = tokio::spawn(async move { early.refresh().await });
    tokio::task::yield_now().await;
    aws.group(|group| group.desired = 1);
    let answer = aws.call("RunTask", run(1)).await;
    early.await.unwrap().unwrap();
    let task = aws.until(&answer["tasks"][0]["taskArn"], "RUNNING").await;
    assert_eq!(task["desiredStatus"], "RUNNING");
}

#[tokio::test]
async fn the_cluster_is_found_in_the_user_data_or_by_the_capacity_provider() {
    for cluster in ["demo", "echo"] {
        let aws = with_instances("t3.micro", 1).await;
        aws.group(|group| group.cluster = cluster);
        let listed = aws.call("ListContainerInstances", json!({"cluster": "demo"})).await;
        assert_eq!(listed["containerInstanceArns"].as_array().unwrap().len(), 1, "{cluster}");
    }
    let aws = with_instances("t3.micro", 1).await;
    aws.group(|group| group.cluster = "");
    let listed = aws.call("ListContainerInstances", json!({"cluster": "demo"})).await;
    assert_eq!(listed["containerInstanceArns"], json!([]), "nobody says where it belongs");
}

#[tokio::test]
async fn when_the_group_shrinks_the_instances_with_tasks_stay() {
    let aws = with_instances("t3.micro", 2).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let last = json!([{"type": "memberOf", "expression": "ec2InstanceId == i-00000000000000001"}]);
    let mut request = run(1);
    request["placementConstraints"] = last;
    let task = aws.call("RunTask", request).await["tasks"][0].clone();
    aws.group(|group| group.desired = 1);
    let listed = aws.call("ListContainerInstances", json!({"cluster": "demo"})).await;
    assert_eq!(listed["containerInstanceArns"], json!([task["containerInstanceArn"]]));
    assert_eq!(aws.call("ListContainerInstances", json!({"cluster": "demo"})).await, listed);
    aws.until(&task["taskArn"], "RUNNING").await;
    aws.group(|group| group.desired = 0);
    assert_eq!(
        aws.call("ListContainerInstances", json!({"cluster": "demo"})).await["containerInstanceArns"],
        json!([])
    );
}

#[tokio::test]
async fn an_instance_that_another_one_replaces_is_gone() {
    let aws = with_instances("t3.micro", 1).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let task = aws.call("RunTask", run(1)).await["tasks"][0].clone();
    aws.group(|group| group.first = 7);
    let listed = aws.call("ListContainerInstances", json!({"cluster": "demo"})).await;
    assert_ne!(listed["containerInstanceArns"], json!([task["containerInstanceArn"]]));
    aws.until(&task["taskArn"], "STOPPED").await;
}
