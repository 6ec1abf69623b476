//! What emulators do not tell of a service, or tell although nobody asked for it.

use crate::json_call::fill_missing;
use serde_json::Value;

/// As [`fill_missing`]. moto drops the strategy, and some tell a launch type beside it that nobody chose: ECS takes one of them.
pub fn fill(told: &mut Value, desired: &Value) {
    let strategy = desired.get("capacityProviderStrategy");
    let told_strategy = told["capacityProviderStrategy"].as_array().is_some_and(|items| !items.is_empty());
    if let Some(strategy) = strategy.filter(|_| !told_strategy) {
        told["capacityProviderStrategy"] = strategy.clone();
    }
    if told_strategy || strategy.is_some() {
        told["launchType"] = Value::Null;
    }
    fill_missing(told, desired);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn beside_a_strategy_a_launch_type_is_nobodys_choice() {
        let strategy = json!([{"capacityProvider": "FARGATE", "weight": 1}]);
        let desired = json!({"capacityProviderStrategy": strategy});
        for mut told in [
            json!({"launchType": "EC2"}),
            json!({"launchType": "FARGATE", "capacityProviderStrategy": strategy}),
        ] {
            fill(&mut told, &desired);
            assert_eq!(told, json!({"launchType": null, "capacityProviderStrategy": strategy}));
        }
    }

    #[test]
    fn a_strategy_that_somebody_chose_instead_of_a_launch_type_shows() {
        let strategy = json!([{"capacityProvider": "FARGATE_SPOT"}]);
        let mut told = json!({"launchType": "FARGATE", "capacityProviderStrategy": strategy});
        fill(&mut told, &json!({"launchType": "FARGATE"}));
        assert_eq!(told, json!({"launchType": null, "capacityProviderStrategy": strategy}));
    }
}
