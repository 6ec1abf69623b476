//! Task definitions.

use super::{Aws, on_fargate, on_instances};
use serde_json::{Value, json};

#[tokio::test]
async fn a_registered_definition_has_ecss_defaults() {
    let aws = Aws::new().await;
    let mut definition = on_fargate();
    definition["tags"] = json!([{"key": "a", "value": "b"}]);
    definition["containerDefinitions"][0]["healthCheck"] = json!({"command": ["CMD", "true"]});
    definition["cpu"] = json!(".25 vCPU");
    aws.call("RegisterTaskDefinition", definition).await;
    let described = json!({"taskDefinition": "web", "include": ["TAGS"]});
    let mut answer = aws.call("DescribeTaskDefinition", described).await;
    answer["taskDefinition"]["registeredAt"] = json!("TIME");
    insta::assert_snapshot!(format!("{answer:#}"));
}

#[tokio::test]
async fn where_a_definition_runs_is_worked_out() {
    let aws = Aws::new().await;
    for (definition, places) in [
        (on_fargate(), json!(["EC2", "MANAGED_INSTANCES", "FARGATE"])),
        (on_instances(100, 100), json!(["EXTERNAL", "EC2"])),
    ] {
        let answer = aws.call("RegisterTaskDefinition", definition).await;
        let found = &answer["taskDefinition"]["compatibilities"];
        assert!(
            places.as_array().unwrap().iter().all(|it| found.as_array().unwrap().contains(it)),
            "{found}"
        );
    }
}

#[tokio::test]
async fn what_ecs_refuses_is_refused_in_its_words() {
    let aws = Aws::new().await;
    let mut without_container = on_fargate();
    without_container["containerDefinitions"] = json!([]);
    let change = |path: &str, value: Value| {
        let mut definition = on_fargate();
        *definition.pointer_mut(path).unwrap() = value;
        definition
    };
    for (definition, refusal) in [
        (json!({}), "ClientException: Family should not be null or empty."),
        (without_container, "ClientException: Container list cannot be empty."),
        (
            change("/networkMode", json!("bridge")),
            "ClientException: Fargate only supports network mode ‘awsvpc’.",
        ),
        (
            change("/memory", json!("513")),
            "ClientException: No Fargate configuration exists for given values.",
        ),
        (
            change("/containerDefinitions/0/image", json!("")),
            "ClientException: Container.image should not be null or empty.",
        ),
        (
            json!({"family": "web", "containerDefinitions": [{"name": "web", "image": "a"}]}),
            "ClientException: Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified.",
        ),
        (json!({"family": "web"}), "ClientException: containerDefinitions: a list of containers is required"),
        (json!([]), "SerializationException: Start of structure or map found where not expected."),
    ] {
        assert_eq!(aws.refused("RegisterTaskDefinition", definition).await, refusal);
    }
}

#[tokio::test]
async fn revisions_are_counted_deregistered_and_deleted() {
    let aws = Aws::new().await;
    for _ in 0..3 {
        aws.call("RegisterTaskDefinition", on_fargate()).await;
    }
    let delete = json!({"taskDefinitions": ["web:3", "web:9"]});
    let kept = aws.call("DeleteTaskDefinitions", delete.clone()).await;
    assert_eq!(
        kept["failures"][0]["reason"],
        "The specified task definition is still in ACTIVE status. Please deregister the target and try again."
    );
    let answer = aws.call("DeregisterTaskDefinition", json!({"taskDefinition": "web:3"})).await;
    assert_eq!(answer["taskDefinition"]["status"], "INACTIVE");
    let newest = aws.call("DescribeTaskDefinition", json!({"taskDefinition": "web"})).await;
    assert_eq!(newest["taskDefinition"]["revision"], 2);
    let deleted = aws.call("DeleteTaskDefinitions", delete).await;
    assert_eq!(deleted["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    let list = async |status: &str| {
        let asked = json!({"familyPrefix": "web", "status": status, "sort": "DESC"});
        aws.call("ListTaskDefinitions", asked).await["taskDefinitionArns"].as_array().unwrap().len()
    };
    assert_eq!((list("ACTIVE").await, list("INACTIVE").await, list("DELETE_IN_PROGRESS").await), (2, 0, 1));
    let next = aws.call("RegisterTaskDefinition", on_fargate()).await;
    assert_eq!(next["taskDefinition"]["revision"], 4);
    assert_eq!(
        aws.call("ListTaskDefinitionFamilies", json!({"familyPrefix": "w"})).await["families"],
        json!(["web"])
    );
    let refused = aws.refused("DescribeTaskDefinition", json!({"taskDefinition": "gone"})).await;
    assert_eq!(refused, "ClientException: Unable to describe task definition.");
}
