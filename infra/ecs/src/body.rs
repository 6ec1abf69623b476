//! The bodies of the requests that a deploy sends to ECS, made from desired values. What `render` prints is what is sent.

use crate::Service;
use crate::unknown_members::known;
use infra_engine::diff::diff;
use infra_engine::live::Tags;
use serde_json::{Map, Value, json};

/// What `RegisterTaskDefinition` takes: the definition, and the tags of the stack beside its own.
pub fn register_task_definition(desired: &Value, tags: &Tags) -> Value {
    with_tags(lean(desired), tags)
}

/// What `CreateService` takes: the service and the tags of the stack.
pub fn create_service(desired: &Value, tags: &Tags) -> Value {
    let mut body = lean(desired);
    if let Some(members) = body.as_object_mut() {
        // The service is found by the cluster's name, but ECS is given its ARN.
        members.remove("clusterName");
        // ECS wants a number of tasks to begin with, also where an autoscaler decides from then on.
        let initial = members.remove("initialDesiredCount").unwrap_or(json!(1));
        if members.get("schedulingStrategy").and_then(Value::as_str) != Some("DAEMON") {
            members.entry("desiredCount").or_insert(initial);
        }
    }
    with_tags(body, tags)
}

/// Members of a service that `UpdateService` takes.
const UPDATABLE: [&str; 18] = [
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "deploymentController",
    "desiredCount",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "taskDefinition",
    "volumeConfigurations",
];

/// Members of ours that ECS does not know.
const NOT_SENT: [&str; 3] = ["clusterName", "failedDeployment", "initialDesiredCount"];

/// Why a service can't become what is desired.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} of a service can't be changed: give the service another name, so that a new one replaces it")]
pub struct Unchangeable(pub String);

/// What `UpdateService` takes to make the live service the desired one: the members that differ, and no others.
///
/// # Errors
/// When a member differs that ECS does not change.
pub fn update_service(desired: &Value, live: &Value) -> Result<Value, Unchangeable> {
    let mut body = Map::new();
    let none = Map::new();
    let differs = |name: &str| !diff(&desired[name], &live[name]).is_empty();
    for (name, wanted) in desired.as_object().unwrap_or(&none) {
        // A service leaves its launch type by getting a strategy, and comes back by losing it.
        let moves = name == "launchType" && differs("capacityProviderStrategy");
        if NOT_SENT.contains(&name.as_str()) || moves || !differs(name) {
            continue;
        }
        // Whether a member that this version does not know can be changed, ECS decides.
        if !UPDATABLE.contains(&name.as_str()) && known::<Service>().contains(&name.as_str()) {
            return Err(Unchangeable(name.clone()));
        }
        let value = match wanted {
            Value::Null => reset(name).ok_or_else(|| Unchangeable(name.clone()))?,
            _ => lean(wanted),
        };
        body.insert(name.clone(), value);
    }
    if let Some(deployment) = body.get_mut("deploymentConfiguration") {
        reset_what_is_gone(deployment, &live["deploymentConfiguration"]);
    }
    // ECS takes a new strategy only together with a new deployment. One that it gave up it does not try again by itself.
    if body.contains_key("capacityProviderStrategy") || says(&live["failedDeployment"]) {
        body.insert("forceNewDeployment".to_owned(), json!(true));
    }
    body.insert("service".to_owned(), desired["serviceName"].clone());
    body.insert("cluster".to_owned(), desired["cluster"].clone());
    Ok(Value::Object(body))
}

/// ECS's own value for a member that is no longer wanted: what is not sent stays as it is.
fn reset(member: &str) -> Option<Value> {
    Some(match member {
        "healthCheckGracePeriodSeconds" => json!(0),
        "enableECSManagedTags" | "enableExecuteCommand" => json!(false),
        "propagateTags" => json!("NONE"),
        "serviceConnectConfiguration" => json!({"enabled": false}),
        _ => return None,
    })
}

/// A circuit breaker, alarms, hooks and a bake time stay unless they are turned off.
fn reset_what_is_gone(deployment: &mut Value, live: &Value) {
    let off = [
        ("deploymentCircuitBreaker", json!({"enable": false, "rollback": false})),
        ("alarms", json!({"alarmNames": [], "enable": false, "rollback": false})),
        ("lifecycleHooks", json!([])),
        ("bakeTimeInMinutes", json!(0)),
    ];
    for (member, off) in off {
        if deployment.get(member).is_none() && says(&live[member]) {
            deployment[member] = off;
        }
    }
}

/// Leaves out what says nothing: null, and empty lists and objects.
pub fn lean(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(lean).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), lean(value)))
            .filter(|(_, value)| says(value))
            .collect(),
        _ => value.clone(),
    }
}

fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    }
}

fn with_tags(mut body: Value, tags: &Tags) -> Value {
    let of_the_stack = tags.iter().map(|(key, value)| json!({"key": key, "value": value}));
    let own = body["tags"].as_array().cloned().unwrap_or_default();
    body["tags"] = own.into_iter().chain(of_the_stack).collect();
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_names_only_what_differs() {
        let desired = json!({"serviceName": "web", "clusterName": "c", "cluster": "arn", "desiredCount": 3, "role": null});
        let live = json!({"serviceName": "web", "clusterName": "c", "cluster": "arn", "desiredCount": 2});
        let body = update_service(&desired, &live).unwrap();
        assert_eq!(body, json!({"service": "web", "cluster": "arn", "desiredCount": 3}));
    }

    #[test]
    fn what_is_no_longer_wanted_is_reset() {
        let body =
            update_service(&json!({"enableExecuteCommand": null}), &json!({"enableExecuteCommand": true}));
        assert_eq!(body.unwrap()["enableExecuteCommand"], json!(false));
    }

    #[test]
    fn a_circuit_breaker_that_is_gone_is_turned_off() {
        let desired =
            json!({"deploymentConfiguration": {"maximumPercent": 200, "deploymentCircuitBreaker": null}});
        let live = json!({"deploymentConfiguration": {"maximumPercent": 200, "deploymentCircuitBreaker": {"enable": true}}});
        let body = update_service(&desired, &live).unwrap();
        assert_eq!(body["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"], json!(false));
    }

    #[test]
    fn a_service_moves_between_launch_type_and_strategy() {
        let on_strategy =
            json!({"launchType": null, "capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]});
        let on_launch_type = json!({"launchType": "FARGATE", "capacityProviderStrategy": []});
        let there = update_service(&on_strategy, &on_launch_type).unwrap();
        assert_eq!(there["capacityProviderStrategy"], on_strategy["capacityProviderStrategy"]);
        let back = update_service(&on_launch_type, &on_strategy).unwrap();
        assert_eq!((&back["capacityProviderStrategy"], back.get("launchType")), (&json!([]), None));
    }

    #[test]
    fn a_deployment_that_ecs_gave_up_is_followed_by_another_one() {
        let desired = json!({"serviceName": "web", "taskDefinition": "web:1", "failedDeployment": null});
        let mut live = json!({"serviceName": "web", "taskDefinition": "web:1", "failedDeployment": "tasks failed to start"});
        let body = update_service(&desired, &live).unwrap();
        assert_eq!(body, json!({"service": "web", "cluster": null, "forceNewDeployment": true}));
        live["failedDeployment"] = Value::Null;
        assert_eq!(update_service(&desired, &live).unwrap().get("forceNewDeployment"), None);
    }

    #[test]
    fn a_member_that_this_version_does_not_know_is_sent() {
        let desired = json!({"family": "web", "gravity": 9.81, "containerDefinitions": [{"name": "web", "orbit": {"height": 400}}]});
        assert_eq!(register_task_definition(&desired, &Tags::new())["gravity"], 9.81);
        assert_eq!(create_service(&desired, &Tags::new())["gravity"], 9.81);
        let service = |gravity: f64| json!({"serviceName": "web", "gravity": gravity});
        let body = update_service(&service(9.81), &service(1.62));
        assert_eq!(body.unwrap()["gravity"], 9.81);
    }

    #[test]
    fn what_ecs_does_not_change_is_refused() {
        let refused = update_service(&json!({"launchType": "EC2"}), &json!({"launchType": "FARGATE"}));
        assert_eq!(refused, Err(Unchangeable("launchType".to_owned())));
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        let lean = lean(&json!({"a": null, "b": [], "c": {"d": {}}, "e": [{"f": null, "g": 0}], "h": false}));
        assert_eq!(lean, json!({"e": [{"g": 0}], "h": false}));
    }
}
