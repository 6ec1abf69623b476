//! Where a service's next task goes: its launch type, or the capacity provider that has the fewest of what is its share.

use super::actor::State;
use crate::ecs::Ecs;
use infra_ecs::CapacityProviderStrategyItem;
use infra_ecs::placement::{Share, place};
use serde_json::Value;

/// The launch type or the capacity provider of a service's next task.
pub fn of_next_task(ecs: &Ecs, state: &State) -> (Option<String>, Option<String>) {
    let strategy: Vec<CapacityProviderStrategyItem> =
        serde_json::from_value(state.request["capacityProviderStrategy"].clone()).unwrap_or_default();
    if strategy.is_empty() {
        let launch_type = state.request["launchType"].as_str().unwrap_or("EC2");
        return (Some(launch_type.to_owned()), None);
    }
    let mut counts = vec![0_u32; strategy.len()];
    for task in state.rollout.tasks().keys() {
        let provider = ecs.capacity_provider_of(task);
        let place = strategy.iter().position(|item| Some(&item.capacity_provider) == provider.as_ref());
        if let Some(place) = place {
            counts[place] += 1;
        }
    }
    let shares: Vec<_> = strategy.iter().map(Share::from).collect();
    let wanted = place(counts.iter().sum::<u32>() + 1, &shares);
    let next = wanted.iter().zip(&counts).position(|(wanted, count)| wanted > count).unwrap_or_default();
    (None, Some(strategy[next].capacity_provider.clone()))
}

/// Whether a service's tasks run on Fargate.
pub fn is_on_fargate(request: &Value) -> bool {
    let strategy = request["capacityProviderStrategy"].as_array().into_iter().flatten();
    let mut providers = strategy.filter_map(|item| item["capacityProvider"].as_str());
    request["launchType"] == "FARGATE" || providers.any(|name| name.starts_with("FARGATE"))
}
