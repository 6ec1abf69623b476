//! Service deployments and service revisions.

use super::actor::Actor;
use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::{failure, invalid, last_part, seconds, without_nulls};
use crate::ecs::page::{asked, page};
use infra_ecs::rollout::{Event, HookDetail, Moment, Revision, RevisionCounts, ServiceDeployment};
use serde_json::{Value, json};
use std::sync::Arc;

/// So many are described in one call.
const MOST: usize = 20;

/// Service deployments by ARN.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html>
pub fn describe(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns(&body, "serviceDeploymentArns")? {
        let answer = actor_of(ecs, arn).and_then(|actor| {
            let state = actor.state();
            let deployment = state.rollout.service_deployments().iter().find(|it| it.arn == arn)?;
            Some(service_deployment(ecs, &actor, &state.request, deployment))
        });
        match answer {
            Some(answer) => found.push(answer),
            None => failures.push(failure(arn, "MISSING")),
        }
    }
    Ok(json!({ "serviceDeployments": found, "failures": failures }))
}

/// The service deployments of a service, the newest first.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html>
pub fn list(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let reference = body["service"].as_str().ok_or_else(|| invalid("Service cannot be empty."))?;
    let cluster = ecs.cluster_named(body["cluster"].as_str().or_else(|| cluster_in(reference)))?;
    let actor = ecs.services.find(&cluster, reference);
    let actor = actor.ok_or_else(|| ApiError::new("ServiceNotFoundException", "Service not found."))?;
    let state = actor.state();
    let statuses: Vec<_> =
        body["status"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let bound = |name: &str| body["createdAt"][name].as_f64();
    let is_asked = |it: &&ServiceDeployment| {
        let created = seconds(ecs.clock.real(it.created)).as_f64().unwrap_or_default();
        (statuses.is_empty() || statuses.contains(&it.status.as_str()))
            && bound("after").is_none_or(|after| created >= after)
            && bound("before").is_none_or(|before| created <= before)
    };
    let all: Vec<_> = state.rollout.service_deployments().iter().filter(is_asked).collect();
    // The token of a page is a place in this order: ids are made by chance and sort by nothing.
    let order = |index: usize| format!("{index:08}");
    let mut answer = page("places", (0..all.len()).map(order).collect(), &asked(&body))?;
    let places: Vec<usize> = answer["places"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|place| place.as_str()?.parse().ok())
        .collect();
    let brief = places.into_iter().filter_map(|place| all.get(place)).map(|it| {
        let time = |moment: Moment| seconds(ecs.clock.real(moment));
        without_nulls(json!({
            "serviceDeploymentArn": it.arn,
            "serviceArn": state.rollout.identity().arn,
            "clusterArn": ecs.cluster_arn(&cluster),
            "createdAt": time(it.created),
            "startedAt": it.started.map(time),
            "finishedAt": it.finished.map(time),
            "targetServiceRevisionArn": it.target.arn,
            "status": it.status.as_str(),
            "statusReason": it.status_reason,
        }))
    });
    let brief: Vec<_> = brief.collect();
    Ok(without_nulls(json!({ "serviceDeployments": brief, "nextToken": answer["nextToken"].take() })))
}

/// Gives a service deployment up.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html>
pub async fn stop(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let (actor, arn) = asked_for(ecs, &body)?;
    let abort = match body["stopType"].as_str() {
        None | Some("ROLLBACK") => false,
        Some("ABORT") => true,
        Some(other) => {
            return Err(invalid(format!("Invalid stopType: {other}. Valid values are: ABORT, ROLLBACK")));
        }
    };
    actor.ask(Event::StopDeployment { deployment: arn.clone(), abort }, None).await?;
    Ok(json!({ "serviceDeploymentArn": arn }))
}

/// Answers a hook that waits.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContinueServiceDeployment.html>
pub async fn resume(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let (actor, arn) = asked_for(ecs, &body)?;
    let hook = body["hookId"].as_str().ok_or_else(|| invalid("hookId cannot be empty."))?.to_owned();
    let roll_back = match body["action"].as_str() {
        None | Some("CONTINUE") => false,
        Some("ROLLBACK") => true,
        Some(other) => {
            return Err(invalid(format!("Invalid action: {other}. Valid values are: CONTINUE, ROLLBACK")));
        }
    };
    actor.ask(Event::ContinueDeployment { deployment: arn.clone(), hook, roll_back }, None).await?;
    Ok(json!({ "serviceDeploymentArn": arn }))
}

/// Service revisions by ARN.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html>
pub fn revisions(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns(&body, "serviceRevisionArns")? {
        let answer = actor_of(ecs, arn).and_then(|actor| {
            let state = actor.state();
            let revision = state.rollout.revisions().iter().find(|it| it.arn == arn)?;
            Some(service_revision(ecs, &actor, &state.request, revision))
        });
        match answer {
            Some(answer) => found.push(answer),
            None => failures.push(failure(arn, "MISSING")),
        }
    }
    Ok(json!({ "serviceRevisions": found, "failures": failures }))
}

fn arns<'a>(body: &'a Value, member: &str) -> Result<Vec<&'a str>, ApiError> {
    let arns: Vec<_> = body[member].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match arns.len() {
        0 => Err(invalid(format!("{member} cannot be empty."))),
        count if count > MOST => Err(invalid(format!("{member} cannot contain more than {MOST} items."))),
        _ => Ok(arns),
    }
}

fn asked_for(ecs: &Ecs, body: &Value) -> Result<(Arc<Actor>, String), ApiError> {
    let not_found =
        || ApiError::new("ServiceDeploymentNotFoundException", "The service deployment does not exist.");
    let arn = body["serviceDeploymentArn"].as_str().unwrap_or_default();
    let actor = actor_of(ecs, arn).ok_or_else(not_found)?;
    let is_there = actor.state().rollout.service_deployments().iter().any(|it| it.arn == arn);
    if is_there { Ok((actor, arn.to_owned())) } else { Err(not_found()) }
}

/// The service in the ARN of a service deployment or revision: `...:service-deployment/CLUSTER/SERVICE/ID`.
fn actor_of(ecs: &Ecs, arn: &str) -> Option<Arc<Actor>> {
    let (rest, _) = arn.rsplit_once('/')?;
    let (rest, service) = rest.rsplit_once('/')?;
    ecs.services.find(last_part(rest), service)
}

/// The cluster in a service's ARN.
fn cluster_in(reference: &str) -> Option<&str> {
    reference.starts_with("arn:").then(|| reference.rsplit('/').nth(1)).flatten()
}

fn service_deployment(ecs: &Ecs, actor: &Actor, request: &Value, it: &ServiceDeployment) -> Value {
    let time = |moment: Moment| seconds(ecs.clock.real(moment));
    let alarms = &it.alarms;
    without_nulls(json!({
        "serviceDeploymentArn": it.arn,
        "serviceArn": ecs.account.arn("ecs", &format!("service/{}/{}", actor.cluster, actor.name)),
        "clusterArn": ecs.cluster_arn(&actor.cluster),
        "createdAt": time(it.created),
        "startedAt": it.started.map(time),
        "finishedAt": it.finished.map(time),
        "stoppedAt": it.stopped.map(time),
        "updatedAt": time(it.updated),
        "sourceServiceRevisions": it.sources.iter().map(weighed).collect::<Vec<_>>(),
        "targetServiceRevision": weighed(&it.target),
        "status": it.status.as_str(),
        "statusReason": it.status_reason,
        "lifecycleStage": it.stage.map(|stage| stage.to_string()),
        "lifecycleHookDetails": it.hooks.iter().map(|hook| hook_detail(ecs, hook)).collect::<Vec<_>>(),
        "deploymentConfiguration": request["deploymentConfiguration"],
        "rollback": it.rollback.as_ref().map(|rollback| json!({
            "reason": rollback.reason,
            "startedAt": time(rollback.started),
            "serviceRevisionArn": rollback.revision,
        })),
        "deploymentCircuitBreaker": {
            "status": it.circuit_breaker.status.as_str(),
            "failureCount": it.circuit_breaker.failure_count,
            "threshold": it.circuit_breaker.threshold,
        },
        "alarms": {
            "status": alarms.status.as_str(),
            "alarmNames": alarms.names,
            "triggeredAlarmNames": alarms.triggered,
        },
    }))
}

fn weighed(counts: &RevisionCounts) -> Value {
    json!({
        "arn": counts.arn,
        "requestedTaskCount": counts.requested,
        "runningTaskCount": counts.running,
        "pendingTaskCount": counts.pending,
        "requestedTestTrafficWeight": counts.test_weight,
        "requestedProductionTrafficWeight": counts.production_weight,
    })
}

fn hook_detail(ecs: &Ecs, hook: &HookDetail) -> Value {
    json!({
        "hookId": hook.id,
        "targetType": "PAUSE",
        "status": hook.status.as_str(),
        "expiresAt": seconds(ecs.clock.real(hook.expires)),
        "timeoutAction": hook.timeout_action,
    })
}

fn service_revision(ecs: &Ecs, actor: &Actor, request: &Value, revision: &Revision) -> Value {
    let rest = &revision.spec.rest_of_revision;
    let used = revision.spec.load_balancers.iter().zip(&revision.target_groups).map(|(balancer, group)| {
        json!({ "targetGroupArn": group, "productionListenerRule": balancer.production_rule })
    });
    without_nulls(json!({
        "serviceRevisionArn": revision.arn,
        "serviceArn": ecs.account.arn("ecs", &format!("service/{}/{}", actor.cluster, actor.name)),
        "clusterArn": ecs.cluster_arn(&actor.cluster),
        "taskDefinition": revision.spec.task_definition,
        "launchType": request["launchType"],
        "capacityProviderStrategy": request["capacityProviderStrategy"],
        "platformVersion": rest["platformVersion"],
        "platformFamily": super::capacity::is_on_fargate(request).then_some("Linux"),
        "loadBalancers": rest["loadBalancers"],
        "serviceRegistries": rest["serviceRegistries"],
        "networkConfiguration": rest["networkConfiguration"],
        "serviceConnectConfiguration": rest["serviceConnectConfiguration"],
        "volumeConfigurations": rest["volumeConfigurations"],
        "resolvedConfiguration": { "loadBalancers": used.collect::<Vec<_>>() },
        "createdAt": seconds(ecs.clock.real(revision.created)),
    }))
}
