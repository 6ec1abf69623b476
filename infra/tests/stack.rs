//! What the program generates: both task definitions in full, and the graph as a list.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra::apps::ALL;
use infra::registry::ImageTags;
use infra::settings::UploadSettings;
use infra::{Destination, Program, ProgramError, Settings, StackName};
use infra_ecs::rules::Findings;
use infra_engine::ResourceId;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn program(stack: &str, overrides: &[&str]) -> Result<Program, ProgramError> {
    let destination = Destination { account_id: "123456789012".to_owned(), region: "ap-south-1".to_owned() };
    let tags = ImageTags::from([
        ("web", "src-0000000000000001".to_owned()),
        ("php", "src-0000000000000002".to_owned()),
    ]);
    let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
    let stack: StackName = stack.parse().unwrap();
    infra::program(&stack, &Settings::with_overrides(&overrides).unwrap(), &destination, &tags)
}

fn desired(program: &Program, kind: &str, logical_name: &str) -> Value {
    let index = program.stack.index_of(&ResourceId::new(kind, logical_name)).unwrap();
    program.stack.nodes()[index].desired.clone()
}

#[test]
fn the_rust_apps_task_definition() {
    let definitions = infra::render::task_definitions(&program("cloudfolks", &[]).unwrap());
    insta::assert_json_snapshot!(definitions["web"]);
}

#[test]
fn the_php_apps_task_definition() {
    let definitions = infra::render::task_definitions(&program("cloudfolks", &[]).unwrap());
    insta::assert_json_snapshot!(definitions["php"]);
}

#[test]
fn the_rust_apps_service() {
    let services = infra::render::services(&program("cloudfolks", &[]).unwrap());
    insta::assert_json_snapshot!(services["web"]);
}

#[test]
fn the_php_apps_service() {
    let services = infra::render::services(&program("cloudfolks", &[]).unwrap());
    insta::assert_json_snapshot!(services["php"]);
}

#[test]
fn ecs_takes_the_task_definitions_that_are_generated() {
    for (name, definition) in infra::render::task_definitions(&program("cloudfolks", &[]).unwrap()) {
        let findings = infra_ecs::requests::task_definition(&definition).unwrap();
        // What other resources give stands there as a placeholder, which is noted.
        let Findings { errors, warnings, .. } = findings;
        assert!(errors.is_empty() && warnings.is_empty(), "{name}: {errors:?} {warnings:?}");
    }
}

#[test]
fn tasks_can_be_stopped_before_new_ones_start() {
    let at_most_100 = ["web.minimum_healthy_percent=50", "web.maximum_percent=100"];
    let error = program("cloudfolks", &at_most_100).unwrap_err().to_string();
    assert!(error.contains("S21"), "{error}");
    let without = [at_most_100[0], at_most_100[1], "web.availability_zone_rebalancing=false"];
    let services = infra::render::services(&program("cloudfolks", &without).unwrap());
    assert_eq!(services["web"]["availabilityZoneRebalancing"], "DISABLED");
}

#[test]
fn what_ecs_would_refuse_is_refused_with_every_rule_at_once() {
    let overrides =
        ["web.stop_timeout_seconds=600", "web.maximum_percent=90", "php.minimum_healthy_percent=101"];
    let error = program("cloudfolks", &overrides).unwrap_err().to_string();
    for rule in
        ["T57: containerDefinitions[0].stopTimeout", "D07: deploymentConfiguration", "D06: deployment"]
    {
        assert!(error.contains(rule), "{error}");
    }
}

#[test]
fn the_resources_and_what_they_are_created_after() {
    let program = program("cloudfolks", &[]).unwrap();
    let nodes = program.stack.nodes();
    let lines: Vec<String> = nodes
        .iter()
        .map(|node| {
            let after: Vec<String> =
                node.dependencies.iter().map(|&index| nodes[index].id.to_string()).collect();
            format!("{} = {} <- {}", node.id, node.name, after.join(", "))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn tasks_take_connections_from_the_load_balancer_alone() {
    let program = program("cloudfolks", &[]).unwrap();
    let ingress = &desired(&program, "security-group", "tasks")["ingress"];
    let sources: Vec<&Value> = ingress.as_array().unwrap().iter().map(|rule| &rule["from"]).collect();
    assert!(sources.iter().all(|from| from.get("securityGroup").is_some()), "{ingress}");
}

#[test]
fn nothing_opens_ssh() {
    let program = program("cloudfolks", &[]).unwrap();
    let groups = program.stack.nodes().iter().filter(|node| node.id.kind == "security-group");
    for rule in groups.flat_map(|group| group.desired["ingress"].as_array().unwrap().clone()) {
        let ports = rule["fromPort"].as_u64().unwrap()..=rule["toPort"].as_u64().unwrap();
        assert!(!ports.contains(&22), "{rule}");
    }
}

#[test]
fn a_task_size_that_fargate_does_not_have_is_refused_with_the_rule() {
    let error = program("cloudfolks", &["web.memory_mib=1024"]).unwrap_err();
    let text = format!("{error}");
    assert!(text.contains("task-definition/web") && text.contains("T10: memory"), "{text}");
}

#[test]
fn two_stacks_share_no_name() {
    let (one, two) = (program("cloudfolks", &[]).unwrap(), program("demo", &[]).unwrap());
    for (a, b) in one.stack.nodes().iter().zip(two.stack.nodes()) {
        assert!(
            a.name != b.name || ["default-vpc", "instance-subnets"].contains(&a.id.kind.as_str()),
            "{} and {} are both {}",
            a.id,
            b.id,
            a.name
        );
    }
}

#[test]
fn upload_limits_that_are_set_reach_every_app_and_no_others_do() {
    let limits = |overrides: &[&str], app: &str| {
        let definitions = infra::render::task_definitions(&program("demo", overrides).unwrap());
        let variables =
            definitions[app]["containerDefinitions"][0]["environment"].as_array().unwrap().clone();
        let limits = variables.iter().filter(|it| it["name"].as_str().unwrap().starts_with("MAX_"));
        limits.map(|it| format!("{}={}", it["name"], it["value"]).replace('"', "")).collect::<Vec<_>>()
    };
    for app in ALL {
        assert!(limits(&[], app.name).is_empty());
        let set = ["uploads.max_files=5", "uploads.max_file_bytes=5368709120"];
        assert_eq!(limits(&set, app.name), ["MAX_FILES=5", "MAX_FILE_BYTES=5368709120"]);
    }
}

#[test]
fn every_upload_limit_is_known_to_both_apps_and_in_their_contract() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text =
        |paths: &[&str]| paths.iter().map(|path| fs::read_to_string(root.join(path)).unwrap()).collect();
    let [rust, php, contract]: [String; 3] = [
        text(&["app/intake/src/limits.rs", "app/src/config.rs"]),
        text(&["php-app/src/Config.php"]),
        text(&["docs/app-contract.md"]),
    ];
    let Value::Object(limits) = serde_json::to_value(UploadSettings::default()).unwrap() else { panic!() };
    assert!(limits.len() >= 4);
    for name in limits.keys() {
        let variable = name.to_uppercase();
        assert!(rust.contains(&format!("\"{variable}\"")), "the Rust app does not read {variable}");
        assert!(php.contains(&format!("'{variable}'")), "the PHP app does not read {variable}");
        let in_contract = format!("| `{variable}` (`uploads.{name}`) |");
        assert!(contract.contains(&in_contract), "docs/app-contract.md does not have {in_contract}");
    }
}
