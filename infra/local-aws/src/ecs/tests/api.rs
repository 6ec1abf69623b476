//! Clusters, tags, account settings, and what is refused.

use super::{Aws, on_fargate, run_on_fargate};
use serde_json::{Value, json};

#[tokio::test]
async fn a_cluster_is_described_with_what_is_asked_for() {
    let aws = Aws::new().await;
    let create = json!({
        "clusterName": "demo",
        "settings": [{"name": "containerInsights", "value": "enhanced"}],
        "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "defaultCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
        "configuration": {"executeCommandConfiguration": {"logging": "DEFAULT"}},
        "tags": [{"key": "a", "value": "b"}],
    });
    aws.call("CreateCluster", create.clone()).await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    let include = ["TAGS", "SETTINGS", "STATISTICS", "CONFIGURATIONS", "ATTACHMENTS"];
    let answer =
        aws.call("DescribeClusters", json!({"clusters": ["demo", "gone"], "include": include})).await;
    insta::assert_snapshot!(format!("{answer:#}"));
    let plain = aws.call("DescribeClusters", json!({"clusters": ["demo"]})).await;
    assert_eq!((&plain["clusters"][0]["settings"], &plain["clusters"][0]["tags"]), (&json!([]), &json!([])));
    assert_eq!(plain["clusters"][0].get("configuration"), None);
    assert_eq!(aws.call("ListClusters", json!({})).await["clusterArns"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_cluster_with_tasks_stays_and_a_deleted_one_is_inactive() {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    aws.call("RegisterTaskDefinition", on_fargate()).await;
    let task = aws.call("RunTask", run_on_fargate()).await["tasks"][0]["taskArn"].clone();
    let delete = json!({"cluster": "demo"});
    let refused = aws.refused("DeleteCluster", delete.clone()).await;
    assert_eq!(
        refused,
        "ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active."
    );
    aws.call("StopTask", json!({"cluster": "demo", "task": task})).await;
    aws.until(&task, "STOPPED").await;
    assert_eq!(aws.call("DeleteCluster", delete.clone()).await["cluster"]["status"], "INACTIVE");
    let described = aws.call("DescribeClusters", json!({"clusters": ["demo"]})).await;
    assert_eq!(described["clusters"][0]["status"], "INACTIVE");
    let refused = aws.refused("ListTasks", delete.clone()).await;
    assert_eq!(refused, "ClusterNotFoundException: The referenced cluster was inactive.");
    assert_eq!(aws.refused("ListTasks", json!({})).await, "ClusterNotFoundException: Cluster not found.");
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    assert_eq!(aws.call("DeleteCluster", delete).await["cluster"]["status"], "INACTIVE");
}

#[tokio::test]
async fn with_instances_in_it_a_cluster_is_not_deleted() {
    let aws = super::with_instances("t3.micro", 1).await;
    aws.ecs.refresh().await.unwrap();
    let refused = aws.refused("DeleteCluster", json!({"cluster": "demo"})).await;
    assert!(refused.starts_with("ClusterContainsContainerInstancesException: "), "{refused}");
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused_in_ecss_words() {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    aws.call("RegisterTaskDefinition", on_fargate()).await;
    let with = |member: &str, value: Value| {
        let mut request = run_on_fargate();
        request[member] = value;
        request
    };
    let spot = json!([{"capacityProvider": "FARGATE_SPOT", "weight": 1}]);
    let mut not_attached = with("capacityProviderStrategy", spot.clone());
    not_attached.as_object_mut().unwrap().remove("launchType");
    let mut no_network = run_on_fargate();
    no_network.as_object_mut().unwrap().remove("networkConfiguration");
    for (operation, body, refusal) in [
        ("RunTask", with("cluster", json!("gone")), "ClusterNotFoundException: Cluster not found."),
        ("RunTask", with("taskDefinition", json!("gone")), "ClientException: TaskDefinition not found."),
        (
            "RunTask",
            with("count", json!("two")),
            "SerializationException: invalid type: string \"two\", expected u32",
        ),
        (
            "RunTask",
            with("capacityProviderStrategy", spot),
            "InvalidParameterException: Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ),
        (
            "RunTask",
            no_network,
            "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        (
            "RunTask",
            not_attached,
            "InvalidParameterException: The specified capacity provider strategy cannot be used: the capacity provider 'FARGATE_SPOT' is not associated with the cluster. Specify a valid capacity provider strategy and try again.",
        ),
        (
            "StopTask",
            json!({"cluster": "demo", "task": "0"}),
            "InvalidParameterException: The referenced task was not found.",
        ),
        ("DescribeTasks", json!({"cluster": "demo"}), "InvalidParameterException: Tasks cannot be empty."),
        ("Nothing", json!({}), "UnknownOperationException: The operation Nothing is not known."),
    ] {
        assert_eq!(aws.refused(operation, body).await, refusal);
    }
    let missing = aws.call("DescribeTasks", json!({"cluster": "demo", "tasks": ["0"]})).await;
    assert_eq!(
        missing["failures"],
        json!([{"arn": "arn:aws:ecs:eu-west-1:123456789012:task/demo/0", "reason": "MISSING"}])
    );
}

#[tokio::test]
async fn a_command_is_executed_nowhere() {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo"})).await;
    let mut definition = on_fargate();
    definition["taskRoleArn"] = json!("arn:aws:iam::123456789012:role/app");
    aws.call("RegisterTaskDefinition", definition).await;
    for (enabled, code) in [(false, "InvalidParameterException"), (true, "TargetNotConnectedException")] {
        let mut request = run_on_fargate();
        request["enableExecuteCommand"] = json!(enabled);
        let task = aws.call("RunTask", request).await["tasks"][0]["taskArn"].clone();
        aws.until(&task, "RUNNING").await;
        let execute = json!({"cluster": "demo", "task": task, "command": "sh", "interactive": true});
        assert!(aws.refused("ExecuteCommand", execute).await.starts_with(code));
    }
}

#[tokio::test]
async fn tags_come_and_go() {
    let aws = Aws::new().await;
    aws.call("CreateCluster", json!({"clusterName": "demo", "tags": [{"key": "a", "value": "1"}]})).await;
    aws.call("RegisterTaskDefinition", on_fargate()).await;
    for resource in ["cluster/demo", "task-definition/web:1"] {
        let arn = format!("arn:aws:ecs:eu-west-1:123456789012:{resource}");
        aws.call(
            "TagResource",
            json!({"resourceArn": arn, "tags": [{"key": "a", "value": "2"}, {"key": "b"}]}),
        )
        .await;
        aws.call("UntagResource", json!({"resourceArn": arn, "tagKeys": ["b"]})).await;
        let tags = aws.call("ListTagsForResource", json!({"resourceArn": arn})).await;
        assert_eq!(tags["tags"], json!([{"key": "a", "value": "2"}]), "{resource}");
    }
    for resource in ["cluster/gone", "task/demo/0", "service/demo/web", "capacity-provider/own", "what", ""] {
        let arn = format!("arn:aws:ecs:eu-west-1:123456789012:{resource}");
        aws.refused("ListTagsForResource", json!({"resourceArn": arn})).await;
    }
    let reserved = json!({"clusterName": "other", "tags": [{"key": "aws:a", "value": "1"}]});
    assert!(aws.refused("CreateCluster", reserved).await.starts_with("InvalidParameterException"));
}

#[tokio::test]
async fn settings_have_a_value_of_their_own_until_one_is_put() {
    let aws = Aws::new().await;
    let list = async || {
        let asked = json!({"name": "containerInsights", "effectiveSettings": true});
        aws.call("ListAccountSettings", asked).await["settings"][0]["value"].clone()
    };
    assert_eq!(list().await, "disabled");
    aws.call("PutAccountSettingDefault", json!({"name": "containerInsights", "value": "enabled"})).await;
    assert_eq!(list().await, "enabled");
    aws.call("DeleteAccountSetting", json!({"name": "containerInsights"})).await;
    assert_eq!(list().await, "disabled");
    assert!(
        aws.refused("PutAccountSetting", json!({"name": "gravity", "value": "on"}))
            .await
            .contains("Invalid account setting")
    );
}
