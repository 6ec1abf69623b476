//! What ECS tells of a service, in our types: as far as something is asked for, and why its last deployment failed.

use crate::json_call::{drop_empty_texts, json_of};
use infra_ecs::body::lean;
use infra_ecs::unknown_members::{self, asked_of};
use infra_engine::Failure;
use infra_resources::Service;
use serde::Deserialize;
use serde_json::Value;

/// A live service in our types.
///
/// # Errors
/// When what ECS tells has not the shape of a service.
pub fn properties(mut told: Value, desired: &Service) -> Result<Service, Failure> {
    told["clusterName"] = json_of(&desired.cluster_name)?;
    told["cluster"] = told["clusterArn"].take();
    if let Some(initial) = desired.initial_desired_count {
        told["initialDesiredCount"] = json_of(&initial)?;
    }
    // The role ECS tells is its own, unless the program chose one.
    told["role"] = if desired.role.is_some() { told["roleArn"].take() } else { Value::Null };
    let wanted = json_of(desired)?;
    let deployments = told["deployments"].take();
    let primary = deployments.as_array().and_then(|all| all.iter().find(|it| it["status"] == "PRIMARY"));
    for member in ["serviceConnectConfiguration", "volumeConfigurations"] {
        // ECS tells these of deployments only, and with many defaults: what is asked for is compared.
        told[member] = asked_of(&primary.map(|it| it[member].clone()).unwrap_or_default(), &wanted[member]);
    }
    if let Some(failed) = primary.filter(|it| it["rolloutState"] == "FAILED") {
        told["failedDeployment"] = json_of(&reason(failed["rolloutStateReason"].as_str()))?;
    }
    if told["platformVersion"].as_str().is_some_and(|version| desired.asks_for_platform(version)) {
        told["platformVersion"] = json_of(&desired.platform_version)?;
    }
    if desired.launch_type.is_none() && desired.capacity_provider_strategy.is_empty() {
        // ECS writes down what the cluster's default was.
        told["launchType"] = Value::Null;
        told["capacityProviderStrategy"] = Value::Array(Vec::new());
    }
    drop_empty_texts(&mut told, &lean(&wanted));
    if told["volumeConfigurations"].is_null() {
        told["volumeConfigurations"] = Value::Array(Vec::new());
    }
    let unknown = unknown_members::asked(&told, &desired.unknown);
    let service = Service::deserialize(told);
    let service =
        service.map_err(|error| Failure::caused_by("unexpected answer from DescribeServices", error))?;
    Ok(Service { unknown, ..service })
}

/// Why ECS gave a deployment up.
pub fn reason(told: Option<&str>) -> &str {
    told.filter(|reason| !reason.is_empty()).unwrap_or("its tasks did not come up")
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_ecs::service::{LATEST_PLATFORM, LaunchType};
    use infra_engine::Resource;
    use infra_engine::diff::diff;
    use serde_json::json;

    fn desired(platform_version: Option<&str>) -> Service {
        Service {
            service_name: "web".to_owned(),
            cluster_name: "c".to_owned(),
            cluster: Some("arn:c".into()),
            task_definition: Some("web:1".into()),
            launch_type: Some(LaunchType::Fargate),
            platform_version: platform_version.map(str::to_owned),
            ..Service::default()
        }
    }

    /// The differences between what is desired and what AWS tells with these members more.
    fn differences(mut desired: Service, more: Value) -> Vec<String> {
        let mut told = json!({
            "serviceName": "web",
            "clusterArn": "arn:c",
            "taskDefinition": "web:1",
            "launchType": "FARGATE",
            "deployments": [{"id": "1", "status": "PRIMARY", "rolloutState": "COMPLETED"}],
        });
        for (name, value) in more.as_object().unwrap() {
            told[name] = value.clone();
        }
        let mut live = properties(told, &desired).unwrap();
        desired.normalise();
        live.normalise();
        let [desired, live] = [desired, live].map(|it| serde_json::to_value(it).unwrap());
        diff(&desired, &live)
            .into_iter()
            .map(|change| format!("{}: {:?}", change.path, change.before))
            .collect()
    }

    #[test]
    fn a_deployment_that_ecs_gave_up_is_a_difference_with_its_reason() {
        let failed = |status: &str, reason: &str| {
            let failed =
                json!({"id": "2", "status": status, "rolloutState": "FAILED", "rolloutStateReason": reason});
            json!({"deployments": [failed]})
        };
        let told = |status, reason| differences(desired(None), failed(status, reason));
        assert_eq!(told("PRIMARY", "no capacity"), [r#"failedDeployment: Some(String("no capacity"))"#]);
        assert_eq!(told("PRIMARY", ""), [r#"failedDeployment: Some(String("its tasks did not come up"))"#]);
        assert!(told("ACTIVE", "an older one").is_empty());
        assert!(differences(desired(None), json!({})).is_empty());
    }

    #[test]
    fn the_version_of_fargate_is_compared_where_one_is_asked_for() {
        let differs =
            |asked, told: &str| !differences(desired(asked), json!({"platformVersion": told})).is_empty();
        for told in [LATEST_PLATFORM, "1.4.0", "1.3.0", ""] {
            assert!(!differs(None, told), "{told}");
        }
        for (asked, told, expected) in [
            (LATEST_PLATFORM, LATEST_PLATFORM, false),
            (LATEST_PLATFORM, "1.4.0", false),
            (LATEST_PLATFORM, "1.3.0", true),
            ("1.4.0", "1.4.0", false),
            ("1.4.0", LATEST_PLATFORM, true),
        ] {
            assert_eq!(differs(Some(asked), told), expected, "{asked}, {told}");
        }
    }

    #[test]
    fn a_member_that_this_version_does_not_know_is_compared_where_it_is_asked_for() {
        let asked = || Service { unknown: [("gravity".to_owned(), json!(9.81))].into(), ..desired(None) };
        assert_eq!(differences(asked(), json!({"gravity": 9.81, "orbit": 1})), [""; 0]);
        assert_eq!(differences(asked(), json!({"gravity": 1.62})), ["gravity: Some(Number(1.62))"]);
        assert_eq!(differences(asked(), json!({})), ["gravity: None"]);
        assert_eq!(differences(desired(None), json!({"gravity": 9.81})), [""; 0]);
    }

    #[test]
    fn a_value_that_is_not_known_is_a_difference() {
        let more = json!({"launchType": "BALLOON", "schedulingStrategy": "SWARM"});
        let told = differences(desired(None), more);
        assert_eq!(
            told,
            [r#"launchType: Some(String("BALLOON"))"#, r#"schedulingStrategy: Some(String("SWARM"))"#]
        );
    }
}
