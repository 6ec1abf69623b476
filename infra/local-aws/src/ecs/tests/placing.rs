//! Which instance a task gets, and what is said when there is none.

use super::{on_instances, run, with_instances};
use serde_json::{Value, json};

async fn run_with(kind: &str, count: usize, definition: Value, changes: Value) -> Value {
    let aws = with_instances(kind, count).await;
    aws.call("RegisterTaskDefinition", definition).await;
    let mut request = run(2);
    request.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let mut answer = aws.call("RunTask", request).await;
    answer["ec2"] = json!(aws.runtime.started().len());
    answer
}

fn instances(answer: &Value) -> Vec<&str> {
    let tasks = answer["tasks"].as_array().unwrap();
    tasks.iter().map(|task| task["containerInstanceArn"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_an_instance_lacks_is_named_for_each() {
    let port = |mut definition: Value| {
        definition["containerDefinitions"][0]["portMappings"][0]["hostPort"] = json!(80);
        definition
    };
    let awsvpc = |mut definition: Value| {
        definition["networkMode"] = json!("awsvpc");
        definition
    };
    let network =
        json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"]}}});
    let elsewhere = json!({"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-b"]}}});
    let no_type = json!({"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ m5.*"}]});
    for (definition, changes, reason) in [
        (on_instances(1500, 100), json!({}), "RESOURCE:CPU"),
        (on_instances(100, 700), json!({}), "RESOURCE:MEMORY"),
        (port(on_instances(100, 100)), json!({}), "RESOURCE:PORTS"),
        (awsvpc(on_instances(100, 100)), network, "RESOURCE:ENI"),
        (awsvpc(on_instances(100, 100)), elsewhere, "LOCATION"),
        (on_instances(100, 100), no_type, "MemberOf placement constraint unsatisfied."),
        (
            on_instances(100, 100),
            json!({"placementConstraints": [{"type": "distinctInstance"}]}),
            "DistinctInstance placement constraint unsatisfied.",
        ),
    ] {
        let answer = run_with("t3.micro", 1, definition, changes).await;
        let failure = &answer["failures"].as_array().unwrap().last().unwrap()["reason"];
        assert_eq!(failure, reason);
    }
}

#[tokio::test]
async fn a_service_is_told_of_the_closest_instance() {
    let aws = with_instances("t3.micro", 2).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 700)).await;
    aws.call("RunTask", run(2)).await;
    let mut request = aws.ecs.lock().tasks.values().next().unwrap().request.clone();
    request.id = "f".repeat(32);
    let not_placed = aws.ecs.start_task(request, None).unwrap_err();
    assert_eq!(not_placed.failures.len(), 2);
    let ids: Vec<String> = aws.ecs.lock().instances.keys().cloned().collect();
    let event = ids.iter().fold(not_placed.event, |event, id| event.replace(id, "ID"));
    assert_eq!(
        event,
        "was unable to place a task because no container instance met all of its requirements. The closest matching \
         (container-instance ID) has insufficient memory available. For more information, see the Troubleshooting section \
         of the Amazon ECS Developer Guide."
    );
}

#[tokio::test]
async fn without_instances_nothing_runs() {
    let aws = with_instances("t3.micro", 0).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let refused = aws.refused("RunTask", run(1)).await;
    assert_eq!(refused, "InvalidParameterException: No Container Instances were found in your cluster.");
}

#[tokio::test]
async fn strategies_choose_among_those_that_fit() {
    let strategy = |kind: &str, field: &str| json!({"placementStrategy": [{"type": kind, "field": field}]});
    let of = async |changes| run_with("t3.small", 2, on_instances(100, 100), changes).await;
    let packed = of(strategy("binpack", "memory")).await;
    assert_eq!(instances(&packed)[0], instances(&packed)[1]);
    for field in ["instanceId", "attribute:ecs.availability-zone"] {
        let spread = of(strategy("spread", field)).await;
        assert_ne!(instances(&spread)[0], instances(&spread)[1], "{field}");
    }
    let random = of(json!({"placementStrategy": [{"type": "random"}]})).await;
    assert_eq!(instances(&random).len(), 2);
}

#[tokio::test]
async fn a_constraint_may_ask_for_the_neighbours() {
    let with =
        |expression: &str| json!({"placementConstraints": [{"type": "memberOf", "expression": expression}]});
    let apart = run_with("t3.small", 2, on_instances(100, 100), with("not(task:group == family:web)")).await;
    assert_ne!(instances(&apart)[0], instances(&apart)[1]);
    let zone = with("attribute:ecs.availability-zone in [eu-west-1b] and attribute:ecs.os-type exists");
    let there = run_with("t3.small", 2, on_instances(100, 100), zone).await;
    assert_eq!(
        (there["tasks"][0]["availabilityZone"].as_str(), there["tasks"][1]["availabilityZone"].as_str()),
        (Some("eu-west-1b"), Some("eu-west-1b"))
    );
}

#[tokio::test]
async fn a_caller_may_choose_the_instance() {
    let aws = with_instances("t3.small", 2).await;
    aws.call("RegisterTaskDefinition", on_instances(100, 100)).await;
    let arns =
        aws.call("ListContainerInstances", json!({"cluster": "demo"})).await["containerInstanceArns"].clone();
    let request =
        json!({"cluster": "demo", "taskDefinition": "web", "containerInstances": [arns[1], "gone"]});
    let answer = aws.call("StartTask", request).await;
    assert_eq!(answer["tasks"][0]["containerInstanceArn"], arns[1]);
    assert_eq!(answer["failures"][0]["reason"], "MISSING");
}
