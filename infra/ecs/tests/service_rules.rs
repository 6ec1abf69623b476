//! Each rule about services, clusters and run-task at its edges; services in `rules/services.txt`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra_ecs::cluster::ContainerInsights;
use infra_ecs::rules::{self, Findings, Rule};
use infra_ecs::service::{LaunchType, PropagateTags};
use infra_ecs::task_definition::volume::Switch;
use infra_ecs::{
    CapacityProvider, CapacityProviderStrategyItem, Cluster, ManagedScaling, RunTaskRequest, Service,
    TaskDefinition,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CASES: &str = include_str!("rules/services.txt");
/// Not about services: tested below and with target groups (`infra/resources`), or enforced by type (L01).
const ELSEWHERE: [&str; 10] = ["C11", "C16", "C17", "S24", "L01", "L02", "L03", "L04", "L05", "L08"];

/// A service and its task definition, which ECS takes, to be changed by a case.
fn base(name: &str) -> Value {
    let port = json!([{"containerPort": 80, "name": "http"}]);
    let task = |compatibility: &str, mode: &str| {
        json!({
            "family": "web", "requiresCompatibilities": [compatibility], "networkMode": mode,
            "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128, "portMappings": port}],
        })
    };
    let subnets = json!({"awsvpcConfiguration": {"subnets": ["subnet-1"]}});
    let service = |task: Value, members: Value| {
        let mut service = json!({"serviceName": "web", "clusterName": "main", "taskDefinition": "web:1"});
        service.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        json!({"service": service, "task": task})
    };
    let on_fargate = |members: Value| {
        let mut example = service(task("FARGATE", "awsvpc"), members);
        example["service"]["networkConfiguration"] = subnets.clone();
        example
    };
    match name {
        "fargate" => on_fargate(json!({"launchType": "FARGATE", "desiredCount": 2})),
        "fargate-providers" => on_fargate(json!({
            "desiredCount": 2, "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
        })),
        "connect" => on_fargate(json!({
            "launchType": "FARGATE", "desiredCount": 2, "serviceConnectConfiguration": {"enabled": true, "namespace": "local"},
        })),
        "disk" => {
            let mut example = on_fargate(json!({"launchType": "FARGATE", "desiredCount": 2}));
            example["task"]["volumes"] = json!([{"name": "disk", "configuredAtLaunch": true}]);
            example
        }
        "bridge" => service(task("EC2", "bridge"), json!({"launchType": "EC2", "desiredCount": 2})),
        "bridge-providers" => service(
            task("EC2", "bridge"),
            json!({
                "desiredCount": 2, "capacityProviderStrategy": [{"capacityProvider": "own", "weight": 1}],
            }),
        ),
        "daemon" => {
            service(task("EC2", "bridge"), json!({"launchType": "EC2", "schedulingStrategy": "DAEMON"}))
        }
        _ => panic!("there is no base `{name}`"),
    }
}

fn cases() -> impl Iterator<Item = (&'static str, Vec<&'static str>, Value)> {
    CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let mut parts = line.splitn(3, '|').map(str::trim);
        let rules = parts.next().unwrap().split(' ').filter(|rule| *rule != "ok").collect();
        let mut example = base(parts.next().unwrap());
        for change in parts.next().unwrap_or_default().split(" ; ").filter(|change| !change.is_empty()) {
            apply(&mut example, change);
        }
        (line, rules, example)
    })
}

fn apply(example: &mut Value, change: &str) {
    let (member, value) = change.split_once(" = ").unwrap_or_else(|| panic!("no `=` in `{change}`"));
    let (place, member) = if let Some(member) = member.strip_prefix("t/") {
        (&mut example["task"], member)
    } else if let Some(member) = member.strip_prefix("d/") {
        let service = &mut example["service"];
        if service.get("deploymentConfiguration").is_none() {
            service["deploymentConfiguration"] = json!({});
        }
        (&mut service["deploymentConfiguration"], member)
    } else {
        (&mut example["service"], member)
    };
    if value == "-" {
        place.as_object_mut().unwrap().remove(member);
    } else {
        place[member] = serde_json::from_str(value).unwrap_or_else(|error| panic!("`{change}`: {error}"));
    }
}

fn numbers(findings: &Findings) -> Vec<&'static str> {
    let mut numbers: Vec<_> = findings.errors.iter().map(|finding| finding.rule.number()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[test]
fn each_rule_refuses_on_one_side_of_its_edge_and_takes_the_other() {
    let mut wrong = Vec::new();
    for (line, rules, example) in cases() {
        let found = found_in(&example);
        if found != rules {
            wrong.push(format!("{line}\n    found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_example_of_each_explanation_breaks_its_rule() {
    // That of C01 is too long to be written out.
    let is_here = |rule: &&Rule| {
        let number = rule.number();
        !number.starts_with(['T', 'X']) && number != "C01" && !ELSEWHERE.contains(&number)
    };
    let wrong: Vec<_> = Rule::ALL
        .iter()
        .filter(is_here)
        .filter_map(|rule| {
            let explanation = rule.explanation().unwrap();
            let mut example = base(explanation.request);
            explanation.change.split(" ; ").for_each(|change| apply(&mut example, change));
            let found = found_in(&example);
            (!found.contains(&rule.number())).then(|| format!("{}: {found:?}", rule.number()))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn found_in(example: &Value) -> Vec<&'static str> {
    let service = Service::deserialize(&example["service"]).unwrap();
    let task = TaskDefinition::deserialize(&example["task"]).unwrap();
    let mut found = rules::service(&service);
    found.errors.extend(rules::service_and_task(&service, &task).errors);
    numbers(&found)
}

#[test]
fn every_rule_about_services_has_a_case() {
    let tested: BTreeSet<_> = cases().flat_map(|(_, rules, _)| rules).chain(ELSEWHERE).collect();
    let untested: Vec<_> = Rule::ALL
        .iter()
        .map(|rule| rule.number())
        .filter(|number| !number.starts_with(['T', 'X']) && !tested.contains(number))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn a_cluster_has_what_its_default_strategy_names() {
    let cluster = |providers: &[&str]| Cluster {
        name: "main".to_owned(),
        container_insights: ContainerInsights::Disabled,
        capacity_providers: providers.iter().map(|&name| name.to_owned()).collect(),
        default_capacity_provider_strategy: vec![CapacityProviderStrategyItem::fargate()],
    };
    assert_eq!(numbers(&rules::cluster(&cluster(&["FARGATE_SPOT"]))), ["C11"]);
    assert!(rules::cluster(&cluster(&["FARGATE", "own"])).is_ok());
}

#[test]
fn a_capacity_provider_scales_within_ecs_limits() {
    let provider = |scaling: ManagedScaling, protection, scale_in_protection| CapacityProvider {
        name: "own".to_owned(),
        auto_scaling_group_arn: "arn".into(),
        scale_in_protection,
        managed_scaling: Some(ManagedScaling { status: Some(Switch::Enabled), ..scaling }),
        managed_termination_protection: protection,
        managed_draining: None,
    };
    let scaling = |target_capacity, minimum_scaling_step_size, maximum_scaling_step_size| ManagedScaling {
        target_capacity: Some(target_capacity),
        minimum_scaling_step_size: Some(minimum_scaling_step_size),
        maximum_scaling_step_size: Some(maximum_scaling_step_size),
        ..ManagedScaling::default()
    };
    assert!(rules::capacity_provider(&provider(scaling(100, 1, 1), Some(Switch::Enabled), true)).is_ok());
    for wrong in [
        provider(scaling(101, 1, 1), None, false),
        provider(scaling(100, 0, 1), None, false),
        provider(scaling(100, 2, 1), None, false),
        provider(scaling(100, 1, 1), Some(Switch::Enabled), false),
    ] {
        assert_eq!(numbers(&rules::capacity_provider(&wrong)), ["C16"]);
    }
}

#[test]
fn run_task_starts_one_to_ten_tasks_that_belong_to_no_service() {
    let request = |count, propagate_tags| RunTaskRequest {
        count: Some(count),
        launch_type: Some(LaunchType::Fargate),
        propagate_tags,
        ..RunTaskRequest::default()
    };
    assert!(rules::run_task(&request(10, None)).is_ok());
    assert_eq!(numbers(&rules::run_task(&request(11, None))), ["C17"]);
    assert_eq!(numbers(&rules::run_task(&request(0, None))), ["C17"]);
    assert_eq!(numbers(&rules::run_task(&request(1, Some(PropagateTags::Service)))), ["S24"]);
}

#[test]
fn a_disk_of_a_run_task_is_checked_as_a_services_is() {
    let disk = |volume_type: &str| {
        json!([{"name": "disk", "managedEBSVolume": {
            "roleArn": "arn", "sizeInGiB": 20, "volumeType": volume_type,
            "terminationPolicy": {"deleteOnTermination": true},
        }}])
    };
    let request =
        |volumes: Value| RunTaskRequest::deserialize(json!({"volumeConfigurations": volumes})).unwrap();
    assert!(rules::run_task(&request(disk("gp3"))).is_ok());
    assert_eq!(numbers(&rules::run_task(&request(disk("io2")))), ["S20"]);
}
