//! Capacity providers.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html>

use super::Ecs;
use super::fleet;
use super::input::{Request, client, described, invalid, last_part, members, read};
use super::state::{State, is_fargate};
use super::tags::checked;
use super::words::refuse;
use crate::api_error::ApiError;
use infra_ecs::capacity::{FARGATE, FARGATE_SPOT};
use infra_ecs::rollout::Moment;
use infra_ecs::rules;
use infra_ecs::task_definition::volume::Switch;
use infra_ecs::{CapacityProvider, ManagedScaling};
use serde_json::{Map, Value, json};

/// A capacity provider of one's own.
pub(super) struct Provider {
    /// What it is, with ECS's defaults written out.
    pub is: CapacityProvider,
    /// Whether it was ever changed: `UPDATE_COMPLETE` then.
    updated: bool,
    /// Since when it has more instances than it needs.
    pub idle_since: Option<Moment>,
}

/// CreateCapacityProvider.
pub(super) async fn create(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let Some(group) = request.auto_scaling_group_provider else {
        return Err(invalid("autoScalingGroupProvider is required."));
    };
    let provider = asked_for(ecs, &request.name, defaults(), group).await?;
    let tags = checked(request.tags)?;
    let mut state = ecs.lock();
    if state.providers.contains_key(&request.name) {
        return Err(client(
            "The specified capacity provider already exists. To change the configuration of an existing capacity provider, \
             update the capacity provider.",
        ));
    }
    state.tags.insert(arn(ecs, &request.name), tags);
    state.providers.insert(request.name.clone(), Provider { is: provider, updated: false, idle_since: None });
    Ok(json!({"capacityProvider": json(ecs, &state, &request.name, true)}))
}

/// UpdateCapacityProvider.
pub(super) async fn update(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let name = last_part(&request.name);
    let now = ecs.lock().providers.get(name).map(|provider| of_group(&provider.is)).ok_or_else(not_found)?;
    let mut changes = request.auto_scaling_group_provider.unwrap_or_default();
    changes.remove("autoScalingGroupArn");
    let provider = asked_for(ecs, name, now, changes).await?;
    let mut state = ecs.lock();
    let known = state.providers.get_mut(name).ok_or_else(not_found)?;
    (known.is, known.updated) = (provider, true);
    Ok(json!({"capacityProvider": json(ecs, &state, name, true)}))
}

/// DescribeCapacityProviders: all without a list, those of AWS among them.
pub(super) fn describe(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let state = ecs.lock();
    let all = [FARGATE, FARGATE_SPOT].map(str::to_owned).into_iter().chain(state.providers.keys().cloned());
    let asked = match &request.capacity_providers {
        Some(some) if !some.is_empty() => some.clone(),
        _ => all.collect(),
    };
    let find = |reference: &str| {
        let name = last_part(reference);
        let exists = is_fargate(name) || state.providers.contains_key(name);
        exists.then(|| json(ecs, &state, name, request.includes("TAGS")))
    };
    Ok(described("capacityProviders", &asked, find, |name| arn(ecs, name)))
}

/// DeleteCapacityProvider: it is gone at once.
pub(super) fn delete(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let name = last_part(&request.name);
    if is_fargate(name) {
        return Err(client("The specified capacity provider is reserved and cannot be deleted."));
    }
    let mut state = ecs.lock();
    if !state.providers.contains_key(name) {
        return Err(not_found());
    }
    let has =
        |cluster: &&super::clusters::Cluster| cluster.active && cluster.providers.iter().any(|it| it == name);
    if let Some(cluster) = state.clusters.values().find(has) {
        return Err(client(format!(
            "The capacity provider cannot be deleted because it is associated with cluster: {}. Remove the capacity \
             provider from the cluster and try again.",
            cluster.name
        )));
    }
    let mut answer = json(ecs, &state, name, false);
    answer["updateStatus"] = json!("DELETE_IN_PROGRESS");
    state.providers.remove(name);
    state.tags.remove(&arn(ecs, name));
    Ok(json!({"capacityProvider": answer}))
}

impl Provider {
    /// Whether ECS makes the group larger and smaller.
    pub fn is_scaled(&self) -> bool {
        self.scaling().status == Some(Switch::Enabled)
    }

    /// How it does.
    pub fn scaling(&self) -> ManagedScaling {
        self.is.managed_scaling.unwrap_or_default()
    }

    /// The name of its group.
    pub fn group(&self) -> &str {
        group_name(&self.is)
    }
}

/// Requests may name the group by ARN or by name.
fn group_name(provider: &CapacityProvider) -> &str {
    let reference = provider.auto_scaling_group_arn.get().map_or("", String::as_str);
    last_part(reference)
}

/// A provider as a request asks for it, if its group is there and may be used so.
async fn asked_for(
    ecs: &Ecs,
    name: &str,
    mut it: Value,
    changes: Map<String, Value>,
) -> Result<CapacityProvider, ApiError> {
    merge(&mut it, Value::Object(changes));
    merge(&mut it, json!({"name": name, "scaleInProtection": true}));
    let mut provider: CapacityProvider = read(members(it)?)?;
    let group = fleet::group(ecs, group_name(&provider)).await?;
    let group = group.ok_or_else(|| {
        client(
            "The specified Auto Scaling group ARN is not valid or does not exist. Specify the ARN of an existing Auto \
             Scaling group and try again.",
        )
    })?;
    provider.scale_in_protection = group.protected;
    provider.auto_scaling_group_arn = group.arn.into();
    refuse(&rules::capacity_provider(&provider), &Value::Null, client)?;
    Ok(provider)
}

/// What ECS writes out where nothing is said.
fn defaults() -> Value {
    json!({
        "managedScaling": {
            "status": "DISABLED",
            "targetCapacity": 100,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10_000,
            "instanceWarmupPeriod": 300,
        },
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
    })
}

fn merge(into: &mut Value, changes: Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (name, value) in changes {
                merge(into.entry(name).or_insert_with(Value::default), value);
            }
        }
        (into, changes) => *into = changes,
    }
}

/// `autoScalingGroupProvider`.
fn of_group(provider: &CapacityProvider) -> Value {
    let mut json = json!(provider);
    if let Some(members) = json.as_object_mut() {
        members.retain(|name, _| name != "name" && name != "scaleInProtection");
    }
    json
}

fn json(ecs: &Ecs, state: &State, name: &str, with_tags: bool) -> Value {
    let arn = arn(ecs, name);
    let tags = if with_tags { state.tags_of(&arn) } else { json!([]) };
    let mut answer =
        json!({"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": tags, "type": name});
    if let Some(provider) = state.providers.get(name) {
        answer["autoScalingGroupProvider"] = of_group(&provider.is);
        answer["type"] = json!("EC2_AUTOSCALING");
        if provider.updated {
            answer["updateStatus"] = json!("UPDATE_COMPLETE");
        }
    }
    answer
}

pub(super) fn arn(ecs: &Ecs, name: &str) -> String {
    ecs.account.arn("ecs", &format!("capacity-provider/{name}"))
}

pub(super) fn not_found() -> ApiError {
    client("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
}
