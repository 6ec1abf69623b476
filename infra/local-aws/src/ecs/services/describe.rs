//! DescribeServices and ListServices.

use super::actor::{Actor, State};
use super::capacity::is_on_fargate;
use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::{failure, invalid, last_part, seconds, without_nulls};
use crate::ecs::page::{asked, page};
use infra_ecs::rollout::{Deployment, Moment, RevisionCounts};
use serde_json::{Value, json};
use std::sync::Arc;

/// DescribeServices takes so many.
const MOST_SERVICES: usize = 10;
/// Members that are answered as they were asked for.
const AS_ASKED: [&str; 14] = [
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "loadBalancers",
    "serviceRegistries",
    "placementConstraints",
    "placementStrategy",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "enableECSManagedTags",
    "propagateTags",
    "enableExecuteCommand",
    "networkConfiguration",
    "availabilityZoneRebalancing",
];
/// Those of a deployment.
const OF_A_DEPLOYMENT: [&str; 5] = [
    "launchType",
    "capacityProviderStrategy",
    "networkConfiguration",
    "serviceConnectConfiguration",
    "volumeConfigurations",
];

/// Services by name or ARN.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html>
pub fn services(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let names: Vec<_> = body["services"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() {
        return Err(invalid("Services cannot be empty."));
    }
    if names.len() > MOST_SERVICES {
        return Err(invalid(format!("Services list cannot contain more than {MOST_SERVICES} items.")));
    }
    let with_tags = body["include"].as_array().is_some_and(|include| include.iter().any(|it| it == "TAGS"));
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in names {
        match ecs.services.find(&cluster, name) {
            Some(actor) => found.push(service(ecs, &actor, with_tags)),
            None => {
                let arn = format!("service/{cluster}/{}", last_part(name));
                failures.push(failure(&ecs.account.arn("ecs", &arn), "MISSING"));
            }
        }
    }
    Ok(json!({ "services": found, "failures": failures }))
}

/// The ARNs of a cluster's services.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html>
pub fn list(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let is_asked = |arn: &String| {
        let Some(actor) = ecs.services.find(&cluster, arn) else { return false };
        let state = actor.state();
        let matches = |name: &str, default: &str| {
            let wanted = body[name].as_str();
            wanted.is_none_or(|wanted| state.request[name].as_str().unwrap_or(default) == wanted)
        };
        matches("launchType", "") && matches("schedulingStrategy", "REPLICA")
    };
    let arns = ecs.services.arns(&cluster).into_iter().filter(is_asked).collect();
    page("serviceArns", arns, &asked(&body))
}

/// There are no namespaces here, and so none that has services.
pub fn list_by_namespace(body: Value) -> Result<Value, ApiError> {
    let namespace = body["namespace"].as_str().unwrap_or_default();
    Err(ApiError::new("NamespaceNotFoundException", format!("The local AWS has no namespace {namespace}.")))
}

/// A service as answers have it.
pub fn service(ecs: &Ecs, actor: &Actor, with_tags: bool) -> Value {
    let state = actor.state();
    let (request, rollout) = (&state.current_request(), &state.rollout);
    let identity = rollout.identity();
    let time = |moment: Moment| seconds(ecs.clock.real(moment));
    let events = rollout
        .events()
        .iter()
        .map(|event| json!({ "id": event.id, "createdAt": time(event.created), "message": event.message }));
    let current = rollout.current_service_deployment();
    let counts = current.map(|it| it.sources.iter().chain([&it.target]).map(revision_counts).collect());
    let counts = counts.unwrap_or_else(|| only_revision(&state));
    let mut service = json!({
        "serviceArn": identity.arn,
        "serviceName": identity.name,
        "clusterArn": ecs.cluster_arn(&identity.cluster),
        "status": rollout.status().as_str(),
        "desiredCount": rollout.desired_count(),
        "runningCount": rollout.running_count(),
        "pendingCount": rollout.pending_count(),
        "taskDefinition": rollout.spec().task_definition,
        "deploymentConfiguration": deployment_configuration(request),
        "deploymentController": { "type": "ECS" },
        "deployments": rollout.deployments().iter().map(|it| deployment(ecs, &state, it)).collect::<Vec<_>>(),
        "events": events.collect::<Vec<_>>(),
        "createdAt": time(state.created),
        "currentServiceDeployment": current.map(|it| &it.arn),
        "currentServiceRevisions": counts,
        "schedulingStrategy": "REPLICA",
        "loadBalancers": [],
        "serviceRegistries": [],
        "placementConstraints": [],
        "placementStrategy": [],
        "enableECSManagedTags": false,
        "enableExecuteCommand": false,
        "propagateTags": "NONE",
        "availabilityZoneRebalancing": if rollout.spec().rebalances_zones { "ENABLED" } else { "DISABLED" },
        "tags": with_tags.then(|| ecs.tags_of(&identity.arn)),
    });
    for member in AS_ASKED.iter().filter(|member| !request[**member].is_null()) {
        service[*member] = request[*member].clone();
    }
    if is_on_fargate(request) {
        service["platformFamily"] = "Linux".into();
        service["platformVersion"] = request["platformVersion"].as_str().unwrap_or("LATEST").into();
    }
    network_defaults(&mut service);
    without_nulls(service)
}

/// ECS writes out what a network configuration leaves open.
fn network_defaults(service: &mut Value) {
    if let Some(network) = service["networkConfiguration"]["awsvpcConfiguration"].as_object_mut() {
        network.entry("securityGroups").or_insert_with(|| json!([]));
        network.entry("assignPublicIp").or_insert_with(|| "DISABLED".into());
    }
}

fn deployment_configuration(request: &Value) -> Value {
    let daemon = request["schedulingStrategy"] == "DAEMON";
    let mut configuration = json!({
        "strategy": "ROLLING",
        "minimumHealthyPercent": if daemon { 0 } else { 100 },
        "maximumPercent": if daemon { 100 } else { 200 },
        "deploymentCircuitBreaker": { "enable": false, "rollback": false },
        "bakeTimeInMinutes": 0,
    });
    for (name, value) in request["deploymentConfiguration"].as_object().into_iter().flatten() {
        configuration[name] = value.clone();
    }
    configuration
}

fn deployment(ecs: &Ecs, state: &State, deployment: &Deployment) -> Value {
    let time = |moment: Moment| seconds(ecs.clock.real(moment));
    let mut answer = json!({
        "id": deployment.id,
        "status": deployment.status.as_str(),
        "taskDefinition": deployment.spec.task_definition,
        "desiredCount": deployment.desired_count,
        "pendingCount": deployment.pending_count,
        "runningCount": deployment.running_count,
        "failedTasks": deployment.failed_tasks,
        "createdAt": time(deployment.created),
        "updatedAt": time(deployment.updated),
        "rolloutState": deployment.rollout_state.as_str(),
        "rolloutStateReason": deployment.rollout_state_reason,
    });
    for member in OF_A_DEPLOYMENT {
        let of_revision = &deployment.spec.rest_of_revision[member];
        answer[member] =
            if of_revision.is_null() { state.request[member].clone() } else { of_revision.clone() };
    }
    if is_on_fargate(&state.request) {
        answer["platformFamily"] = "Linux".into();
        answer["platformVersion"] =
            deployment.spec.rest_of_revision["platformVersion"].as_str().unwrap_or("1.4.0").into();
    }
    answer
}

/// A revision's part, as a service's answer has it.
fn revision_counts(counts: &RevisionCounts) -> Value {
    json!({
        "arn": counts.arn,
        "requestedTaskCount": counts.requested,
        "runningTaskCount": counts.running,
        "pendingTaskCount": counts.pending,
    })
}

fn only_revision(state: &State) -> Vec<Value> {
    let primary = state.rollout.deployments().first();
    let counts = primary.map(|it| RevisionCounts {
        arn: it.revision.clone(),
        requested: it.desired_count,
        running: it.running_count,
        pending: it.pending_count,
        ..RevisionCounts::default()
    });
    counts.iter().map(revision_counts).collect()
}
