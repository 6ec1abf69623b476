//! What ECS reports of a service, in our types: as far as something is asked for, and why its last deployment failed.

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
/// When what ECS reports has not the shape of a service.
pub fn properties(mut reported: Value, desired: &Service) -> Result<Service, Failure> {
    reported["clusterName"] = json_of(&desired.cluster_name)?;
    reported["cluster"] = reported["clusterArn"].take();
    if let Some(initial) = desired.initial_desired_count {
        reported["initialDesiredCount"] = json_of(&initial)?;
    }
    // The role ECS reports is its own, unless the program chose one.
    reported["role"] = if desired.role.is_some() { reported["roleArn"].take() } else { Value::Null };
    let wanted = json_of(desired)?;
    let deployments = reported["deployments"].take();
    let primary = deployments.as_array().and_then(|all| all.iter().find(|it| it["status"] == "PRIMARY"));
    for member in ["serviceConnectConfiguration", "volumeConfigurations"] {
        // ECS reports these of deployments only, and with many defaults: what is asked for is compared.
        reported[member] =
            asked_of(&primary.map(|it| it[member].clone()).unwrap_or_default(), &wanted[member]);
    }
    if let Some(failed) = primary.filter(|it| it["rolloutState"] == "FAILED") {
        reported["failedDeployment"] = json_of(&reason(failed["rolloutStateReason"].as_str()))?;
    }
    if reported["platformVersion"].as_str().is_some_and(|version| desired.asks_for_platform(version)) {
        reported["platformVersion"] = json_of(&desired.platform_version)?;
    }
    if desired.launch_type.is_none() && desired.capacity_provider_strategy.is_empty() {
        // ECS writes down what the cluster's default was.
        reported["launchType"] = Value::Null;
        reported["capacityProviderStrategy"] = Value::Array(Vec::new());
    }
    drop_empty_texts(&mut reported, &lean(&wanted));
    if reported["volumeConfigurations"].is_null() {
        reported["volumeConfigurations"] = Value::Array(Vec::new());
    }
    let unknown = unknown_members::asked(&reported, &desired.unknown);
    let service = Service::deserialize(reported);
    let service =
        service.map_err(|error| Failure::caused_by("unexpected answer from DescribeServices", error))?;
    Ok(Service { unknown, ..service })
}

/// Why ECS gave a deployment up.
pub fn reason(reported: Option<&str>) -> &str {
    reported.filter(|reason| !reason.is_empty()).unwrap_or("its tasks did not come up")
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

    /// The differences between what is desired and what AWS reports with these members more.
    fn differences(mut desired: Service, more: Value) -> Vec<String> {
        let mut reported = json!({
            "serviceName": "web",
            "clusterArn": "arn:c",
            "taskDefinition": "web:1",
            "launchType": "FARGATE",
            "deployments": [{"id": "1", "status": "PRIMARY", "rolloutState": "COMPLETED"}],
        });
        for (name, value) in more.as_object().unwrap() {
            reported[name] = value.clone();
        }
        let mut live = properties(reported, &desired).unwrap();
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
        let reported = |status, reason| differences(desired(None), failed(status, reason));
        assert_eq!(reported("PRIMARY", "no capacity"), [r#"failedDeployment: Some(String("no capacity"))"#]);
        assert_eq!(
            reported("PRIMARY", ""),
            [r#"failedDeployment: Some(String("its tasks did not come up"))"#]
        );
        assert!(reported("ACTIVE", "an older one").is_empty());
        assert!(differences(desired(None), json!({})).is_empty());
    }

    #[test]
    fn the_version_of_fargate_is_compared_where_one_is_asked_for() {
        let differs = |asked, reported: &str| {
            !differences(desired(asked), json!({"platformVersion": reported})).is_empty()
        };
        for reported in [LATEST_PLATFORM, "1.4.0", "1.3.0", ""] {
            assert!(!differs(None, reported), "{reported}");
        }
        for (asked, reported, expected) in [
            (LATEST_PLATFORM, LATEST_PLATFORM, false),
            (LATEST_PLATFORM, "1.4.0", false),
            (LATEST_PLATFORM, "1.3.0", true),
            ("1.4.0", "1.4.0", false),
            ("1.4.0", LATEST_PLATFORM, true),
        ] {
            assert_eq!(differs(Some(asked), reported), expected, "{asked}, {reported}");
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
        let reported = differences(desired(None), more);
        assert_eq!(
            reported,
            [r#"launchType: Some(String("BALLOON"))"#, r#"schedulingStrategy: Some(String("SWARM"))"#]
        );
    }
}
