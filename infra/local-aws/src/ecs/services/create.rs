//! CreateService.

use super::actor::{Actor, State};
use super::describe;
use super::spec::{self, Surroundings};
use crate::alarms;
use crate::api_error::ApiError;
use crate::ecs::input::{invalid, without_nulls};
use crate::ecs::words::refuse;
use crate::ecs::{Ecs, Revision};
use infra_ecs::rollout::{Identity, Service, ServiceSpec, ServiceStatus, Timings};
use infra_ecs::tag::Tag;
use infra_ecs::{CapacityProviderStrategyItem, requests, rules};
use serde_json::{Value, json};
use std::sync::Arc;

/// Members of a request that are no part of what the service is.
const OF_THE_CALL: [&str; 3] = ["cluster", "clientToken", "tags"];

/// Creates a service; its first deployment begins at once.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>
pub async fn create(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let name = body["serviceName"].as_str().unwrap_or_default().to_owned();
    let mut request = body.clone();
    request_defaults(ecs, &cluster, &mut request)?;
    let spec = checked(ecs, &request).await?;
    if let Some(there) = ecs.services.find(&cluster, &name) {
        match there.state().rollout.status() {
            ServiceStatus::Active => return Err(invalid("Creation of service was not idempotent.")),
            ServiceStatus::Draining => {
                return Err(invalid("Unable to Start a service that is still Draining."));
            }
            ServiceStatus::Inactive => {}
        }
    }
    let tags: Vec<Tag> = match &body["tags"] {
        Value::Null => Vec::new(),
        tags => serde_json::from_value(tags.clone()).map_err(|error| invalid(error.to_string()))?,
    };
    let arn = ecs.account.arn("ecs", &format!("service/{cluster}/{name}"));
    ecs.set_tags(&arn, tags);
    let prefix = arn.rsplit_once(":service/").map(|(prefix, _)| prefix.to_owned()).unwrap_or_default();
    let identity = Identity { cluster: cluster.clone(), name: name.clone(), arn, arn_prefix: prefix };
    let alarms = alarms::before_deployment(ecs, &spec).await;
    let rollout = Service::new(identity, spec, fastrand::u64(..), Timings::prompt(), ecs.clock.now())
        .despite_alarms(alarms);
    let actor = Actor::start(ecs, &cluster, &name, State { request, rollout, created: ecs.clock.now() });
    actor.ask(infra_ecs::rollout::Event::Tick, None).await?;
    Ok(json!({ "service": describe::service(ecs, &actor, true) }))
}

/// Fills in what ECS writes down where a request says nothing.
fn request_defaults(ecs: &Ecs, cluster: &str, request: &mut Value) -> Result<(), ApiError> {
    if let Some(members) = request.as_object_mut() {
        members.retain(|name, _| !OF_THE_CALL.contains(&name.as_str()));
    }
    let controller = request["deploymentController"]["type"].as_str().unwrap_or("ECS");
    if controller != "ECS" {
        return Err(ApiError::new(
            "UnsupportedFeatureException",
            format!("The local AWS has no deployment controller {controller}: only ECS is supported."),
        ));
    }
    let asked: Vec<CapacityProviderStrategyItem> =
        serde_json::from_value(request["capacityProviderStrategy"].clone()).unwrap_or_default();
    let strategy = ecs.strategy(cluster, request["launchType"].as_str(), &asked)?;
    if !strategy.is_empty() {
        request["capacityProviderStrategy"] = json!(strategy);
    } else if request["launchType"].is_null() {
        request["launchType"] = "EC2".into();
    }
    *request = without_nulls(request.take());
    Ok(())
}

/// The spec of a request that ECS takes.
pub async fn checked(ecs: &Arc<Ecs>, request: &Value) -> Result<ServiceSpec, ApiError> {
    let findings = requests::service(request).map_err(|error| invalid(error.to_string()))?;
    refuse(&findings, request, invalid)?;
    let service = spec::read(request)?;
    ecs.look().await?;
    let reference = request["taskDefinition"].as_str().unwrap_or_default();
    let revision: Arc<Revision> = ecs.active_revision(reference)?;
    refuse(&rules::service_and_task(&service, &revision.definition), request, invalid)?;
    for balancer in request["loadBalancers"].as_array().into_iter().flatten() {
        for member in
            [&balancer["targetGroupArn"], &balancer["advancedConfiguration"]["alternateTargetGroupArn"]]
        {
            target_group_is_there(ecs, member.as_str())?;
        }
    }
    let zones = ecs.zones_of(request);
    spec::spec(
        request,
        Surroundings { task_definition_arn: &revision.arn, task_definition: &revision.definition, zones },
    )
}

fn target_group_is_there(ecs: &Ecs, arn: Option<&str>) -> Result<(), ApiError> {
    match arn {
        Some(arn) if ecs.load_balancers.target_type(arn).is_none() => Err(invalid(format!(
            "The specified target group does not exist. Specify a valid target group and try again: {arn}"
        ))),
        _ => Ok(()),
    }
}
