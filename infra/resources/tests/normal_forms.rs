//! The normal form of every kind: it is one for all ways to write the same value, also for the way in which ECS reports it.

#[path = "values/account.rs"]
mod account;
#[path = "values/balancing.rs"]
mod balancing;
#[path = "values/containers.rs"]
mod containers;

use containers::Place;
use infra_engine::{Output, Resource};
use proptest::prelude::*;
use serde_json::{Value, json};

fn known(text: &str) -> Output<String> {
    text.into()
}

fn two(one: &str, other: &str) -> [Output<String>; 2] {
    [one.into(), other.into()]
}

fn subnets() -> Output<Vec<String>> {
    vec!["subnet-b".to_owned(), "subnet-a".to_owned()].into()
}

/// Normalised once more it is the same, and so is it when sets come in another order.
fn has_one_form<R: Resource>(value: &R, sets: &[&str]) -> Result<(), TestCaseError> {
    let normal = normal_form(value);
    let again: R = from_json(normal.clone())?;
    prop_assert_eq!(&normal_form(&again), &normal);
    let mut turned = json_of(value);
    for set in sets {
        if let Some(items) = turned.pointer_mut(set).and_then(Value::as_array_mut) {
            items.reverse();
        }
    }
    let turned: R = from_json(turned)?;
    prop_assert_eq!(&normal_form(&turned), &normal);
    Ok(())
}

/// What ECS reports of it, with its defaults written out, has the same form.
fn has_the_same_form<R: Resource>(value: &R, report: fn(&mut Value)) -> Result<(), TestCaseError> {
    let mut reported = json_of(value);
    report(&mut reported);
    let reported: R = from_json(reported)?;
    // What is left out is not asked for, such as a version of Fargate, and not compared.
    prop_assert_eq!(infra_engine::diff::diff(&normal_form(value), &normal_form(&reported)), Vec::new());
    Ok(())
}

fn normal_form<R: Resource>(value: &R) -> Value {
    let mut value = value.clone();
    value.normalise();
    json_of(&value)
}

fn json_of<R: Resource>(value: &R) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn from_json<R: Resource>(value: Value) -> Result<R, TestCaseError> {
    serde_json::from_value(value).map_err(|error| TestCaseError::fail(error.to_string()))
}

fn default(json: &mut Value, member: &str, value: Value) {
    if json[member].is_null() {
        json[member] = value;
    }
}

fn report_task_definition(reported: &mut Value) {
    default(reported, "enableFaultInjection", json!(false));
    for member in ["cpu", "memory"] {
        let amount = match reported[member].as_str() {
            Some("0.5 vCPU") => "512",
            Some(".25 vcpu") => "256",
            Some("1 GB" | "1GB") => "1024",
            Some(amount) => amount,
            None => continue,
        };
        reported[member] = json!(amount);
    }
    for container in reported["containerDefinitions"].as_array_mut().into_iter().flatten() {
        default(container, "cpu", json!(0));
        default(container, "essential", json!(true));
        for mapping in container["portMappings"].as_array_mut().into_iter().flatten() {
            default(mapping, "protocol", json!("tcp"));
            let port = mapping["containerPort"].clone();
            default(mapping, "hostPort", port);
        }
        let check = &mut container["healthCheck"];
        if !check.is_null() {
            for (member, value) in [("interval", 30), ("timeout", 5), ("retries", 3), ("startPeriod", 0)] {
                default(check, member, json!(value));
            }
        }
    }
}

fn report_service(reported: &mut Value) {
    default(reported, "schedulingStrategy", json!("REPLICA"));
    default(reported, "deploymentController", json!({"type": "ECS"}));
    default(reported, "platformVersion", json!("LATEST"));
    default(reported, "propagateTags", json!("NONE"));
    default(reported, "enableECSManagedTags", json!(false));
    default(reported, "enableExecuteCommand", json!(false));
    default(reported, "healthCheckGracePeriodSeconds", json!(0));
    default(
        &mut reported["networkConfiguration"]["awsvpcConfiguration"],
        "assignPublicIp",
        json!("DISABLED"),
    );
    let deployment = &mut reported["deploymentConfiguration"];
    default(deployment, "strategy", json!("ROLLING"));
    default(deployment, "minimumHealthyPercent", json!(100));
    default(deployment, "maximumPercent", json!(200));
    default(deployment, "bakeTimeInMinutes", json!(0));
    default(deployment, "deploymentCircuitBreaker", json!({"enable": false, "rollback": false}));
    for item in reported["capacityProviderStrategy"].as_array_mut().into_iter().flatten() {
        default(item, "base", json!(0));
        default(item, "weight", json!(0));
    }
}

fn report_capacity_provider(reported: &mut Value) {
    default(reported, "managedDraining", json!("ENABLED"));
    default(reported, "managedTerminationProtection", json!("DISABLED"));
    default(reported, "managedScaling", json!({}));
    let scaling = &mut reported["managedScaling"];
    default(scaling, "status", json!("DISABLED"));
    default(scaling, "targetCapacity", json!(100));
    default(scaling, "minimumScalingStepSize", json!(1));
    default(scaling, "maximumScalingStepSize", json!(10_000));
    default(scaling, "instanceWarmupPeriod", json!(300));
}

fn place() -> Place {
    Place {
        cluster_name: "c".to_owned(),
        cluster: known("arn:c"),
        task_definition: known("arn:t:1"),
        subnets: subnets(),
        groups: two("sg-1", "sg-2"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_stands_by_itself_has_one_form(
        bucket in account::bucket("b"),
        repository in account::ecr_repository("r"),
        logs in account::log_group("l"),
        role in account::iam_role("r", "/p/"),
        group in account::security_group("g", known("vpc-1"), Some(known("sg-9"))),
    ) {
        has_one_form(&bucket, &["/browserUploadOrigins"])?;
        has_one_form(&repository, &[])?;
        has_one_form(&logs, &[])?;
        has_one_form(&role, &["/managedPolicies"])?;
        has_one_form(&group, &["/ingress"])?;
    }

    #[test]
    fn what_balances_load_has_one_form(
        balancer in balancing::load_balancer("b", subnets(), two("sg-1", "sg-2"), known("logs"), None),
        targets in balancing::target_group("t", known("vpc-1")),
        listener in balancing::listener("b", known("arn:b")),
        https in balancing::https_listener("b", known("arn:b"), "arn:c"),
        rule in balancing::listener_rule("b", known("arn:l"), two("arn:1", "arn:2")),
    ) {
        has_one_form(&balancer, &["/subnetIds", "/securityGroupIds"])?;
        has_one_form(&targets, &[])?;
        has_one_form(&listener, &[])?;
        has_one_form(&https, &[])?;
        has_one_form(&rule, &["/pathPatterns"])?;
    }

    #[test]
    fn what_runs_containers_has_one_form(
        cluster in containers::cluster("c"),
        task in containers::task_definition("t"),
        service in containers::service("s", place()),
        scaling in containers::service_scaling("c", "s"),
        provider in containers::capacity_provider("p", known("arn:g")),
    ) {
        has_one_form(&cluster, &["/capacityProviders", "/defaultCapacityProviderStrategy"])?;
        has_one_form(&task, &["/containerDefinitions/0/environment"])?;
        let awsvpc = "/networkConfiguration/awsvpcConfiguration";
        let sets = [format!("{awsvpc}/subnets"), format!("{awsvpc}/securityGroups"), "/capacityProviderStrategy".to_owned()];
        has_one_form(&service, &sets.each_ref().map(String::as_str))?;
        has_one_form(&scaling, &["/policies", "/scheduledActions"])?;
        has_one_form(&provider, &[])?;
    }

    #[test]
    fn instances_have_one_form(
        template in containers::launch_template("t", "p", two("sg-1", "sg-2")),
        group in containers::auto_scaling_group("g", two("lt-1", "1"), subnets()),
    ) {
        has_one_form(&template, &["/securityGroupIds"])?;
        has_one_form(&group, &["/subnetIds"])?;
    }

    #[test]
    fn what_ecs_reports_with_its_defaults_has_the_form_of_what_was_asked_for(
        task in containers::task_definition("t"),
        service in containers::service("s", place()),
        provider in containers::capacity_provider("p", known("arn:g")),
    ) {
        has_the_same_form(&task, report_task_definition)?;
        has_the_same_form(&service, report_service)?;
        has_the_same_form(&provider, report_capacity_provider)?;
    }
}
