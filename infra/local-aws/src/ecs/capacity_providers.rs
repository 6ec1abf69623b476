//! Capacity providers.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/asg-capacity-providers.html>

use super::Ecs;
use super::fleet;
use super::input::{Request, client, described, invalid, last_part, read};
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

/// The refusal of termination protection for a group that does not protect its instances.
pub(super) const NO_PROTECTION: &str = "The managed termination protection setting for the capacity provider is invalid. To \
     enable managed termination protection for a capacity provider, the Auto Scaling group must have instance protection \
     from scale in enabled.";

/// A capacity provider of one's own.
pub(super) struct Provider {
    /// What it is, with ECS's defaults written out.
    pub is: CapacityProvider,
    /// Since when it has more instances than it needs.
    pub idle_since: Option<Moment>,
}

/// CreateCapacityProvider.
pub(super) async fn create(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let Some(group) = request.auto_scaling_group_provider else {
        return Err(invalid("autoScalingGroupProvider is required."));
    };
    let provider = asked_for(ecs, &request.name, Map::new(), group).await?;
    let tags = checked(request.tags)?;
    let mut state = ecs.lock();
    if state.providers.contains_key(&request.name) {
        return Err(client(
            "The specified capacity provider already exists. To change the configuration of an existing capacity provider, \
             update the capacity provider.",
        ));
    }
    state.tags.insert(arn(ecs, &request.name), tags);
    state.providers.insert(request.name.clone(), Provider { is: provider, idle_since: None });
    Ok(json!({"capacityProvider": json(ecs, &state, &request.name, true)}))
}

/// UpdateCapacityProvider.
pub(super) async fn update(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let name = last_part(&request.name);
    let now = ecs.lock().providers.get(name).map(|provider| members(&provider.is)).ok_or_else(not_found)?;
    let mut changes = request.auto_scaling_group_provider.unwrap_or_default();
    changes.remove("autoScalingGroupArn");
    let provider = asked_for(ecs, name, now, changes).await?;
    let mut state = ecs.lock();
    state.providers.get_mut(name).ok_or_else(not_found)?.is = provider;
    let mut answer = json(ecs, &state, name, true);
    answer["updateStatus"] = json!("UPDATE_COMPLETE");
    Ok(json!({"capacityProvider": answer}))
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
    mut now: Map<String, Value>,
    changes: Map<String, Value>,
) -> Result<CapacityProvider, ApiError> {
    let scaling = now.remove("managedScaling");
    now.extend(changes);
    if let (Some(Value::Object(before)), Some(Value::Object(after))) =
        (scaling.clone(), now.get("managedScaling"))
    {
        let merged = before.into_iter().chain(after.clone()).collect();
        now.insert("managedScaling".to_owned(), Value::Object(merged));
    } else if let Some(scaling) = scaling {
        now.entry("managedScaling").or_insert(scaling);
    }
    now.insert("name".to_owned(), json!(name));
    now.insert("scaleInProtection".to_owned(), json!(true));
    let mut provider: CapacityProvider = read(now)?;
    let group = fleet::group(ecs, group_name(&provider)).await?;
    let group = group.ok_or_else(|| {
        client(
            "The specified Auto Scaling group ARN is not valid or does not exist. Specify the ARN of an existing Auto \
             Scaling group and try again.",
        )
    })?;
    provider.scale_in_protection = group.protected;
    provider.auto_scaling_group_arn = group.arn.into();
    with_defaults(&mut provider);
    refuse(&rules::capacity_provider(&provider), &Value::Null, client)?;
    Ok(provider)
}

/// Writes ECS's defaults out, as ECS does.
fn with_defaults(provider: &mut CapacityProvider) {
    let scaling = provider.managed_scaling.get_or_insert_default();
    scaling.status.get_or_insert(Switch::Disabled);
    scaling.target_capacity.get_or_insert(100);
    scaling.minimum_scaling_step_size.get_or_insert(1);
    scaling.maximum_scaling_step_size.get_or_insert(10_000);
    scaling.instance_warmup_period.get_or_insert(300);
    provider.managed_termination_protection.get_or_insert(Switch::Disabled);
    provider.managed_draining.get_or_insert(Switch::Enabled);
}

/// The members of `autoScalingGroupProvider`.
fn members(provider: &CapacityProvider) -> Map<String, Value> {
    let mut members = match json!(provider) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    members.remove("name");
    members.remove("scaleInProtection");
    members
}

fn json(ecs: &Ecs, state: &State, name: &str, with_tags: bool) -> Value {
    let arn = arn(ecs, name);
    let tags = if with_tags { state.tags_of(&arn) } else { json!([]) };
    let mut answer =
        json!({"capacityProviderArn": arn, "name": name, "status": "ACTIVE", "tags": tags, "type": name});
    if let Some(provider) = state.providers.get(name) {
        answer["autoScalingGroupProvider"] = Value::Object(members(&provider.is));
        answer["type"] = json!("EC2_AUTOSCALING");
    }
    answer
}

pub(super) fn arn(ecs: &Ecs, name: &str) -> String {
    ecs.account.arn("ecs", &format!("capacity-provider/{name}"))
}

pub(super) fn not_found() -> ApiError {
    client("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
}
