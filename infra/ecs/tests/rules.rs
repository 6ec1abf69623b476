//! Each rule at its edges: the table in `rules/task_definitions.txt`, and what holds for any input.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use infra_ecs::requests;
use infra_ecs::rules::{Findings, Rule};
use infra_ecs::verdict::{self, Outcome};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CASES: &str = include_str!("rules/task_definitions.txt");

/// A definition that ECS takes, to be changed by a case.
fn base(name: &str) -> Value {
    let container = json!({"name": "web", "image": "nginx"});
    let small = json!({"name": "web", "image": "nginx", "memory": 128});
    let windows = json!({"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"});
    match name {
        "fargate" => json!({
            "family": "web", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
            "cpu": "256", "memory": "512", "containerDefinitions": [container],
        }),
        "bridge" | "host" => json!({
            "family": "web", "requiresCompatibilities": ["EC2"], "networkMode": name,
            "containerDefinitions": [small],
        }),
        "windows" => json!({
            "family": "web", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
            "cpu": "1024", "memory": "2048", "runtimePlatform": windows, "containerDefinitions": [container],
        }),
        "windows-ec2" => json!({
            "family": "web", "requiresCompatibilities": ["EC2"], "runtimePlatform": windows,
            "containerDefinitions": [small],
        }),
        "external" => json!({
            "family": "web", "requiresCompatibilities": ["EXTERNAL"], "containerDefinitions": [small],
        }),
        "managed" => json!({
            "family": "web", "requiresCompatibilities": ["MANAGED_INSTANCES"], "networkMode": "awsvpc",
            "cpu": "256", "memory": "512", "containerDefinitions": [container],
        }),
        _ => panic!("there is no base `{name}`"),
    }
}

struct Case {
    line: &'static str,
    rules: Vec<&'static str>,
    definition: Value,
}

fn cases() -> Vec<Case> {
    let lines = CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(case).collect()
}

fn case(line: &'static str) -> Case {
    let mut parts = line.splitn(3, '|').map(str::trim);
    let rules = parts.next().unwrap().split(' ').filter(|rule| *rule != "ok").collect();
    let mut definition = base(parts.next().unwrap());
    for change in parts.next().unwrap_or_default().split(" ; ").filter(|change| !change.is_empty()) {
        let (member, value) = change.split_once(" = ").unwrap_or_else(|| panic!("no `=` in `{line}`"));
        let (place, member) = match member.strip_prefix("c/") {
            Some(member) => (&mut definition["containerDefinitions"][0], member),
            None => (&mut definition, member),
        };
        if value == "-" {
            place.as_object_mut().unwrap().remove(member);
        } else {
            place[member] = serde_json::from_str(value).unwrap_or_else(|error| panic!("`{line}`: {error}"));
        }
    }
    Case { line, rules, definition }
}

/// What the rules find in a definition of this base with these changes.
fn found_by(request: &str, change: &str) -> Vec<&'static str> {
    let line: &'static str = Box::leak(format!("ok | {request} | {change}").into_boxed_str());
    numbers(&requests::task_definition(&case(line).definition).unwrap())
}

#[test]
fn the_example_of_each_explanation_breaks_its_rule_alone() {
    let about_tasks = Rule::ALL.iter().filter(|rule| rule.number().starts_with(['T', 'X']));
    let wrong: Vec<_> = about_tasks
        .filter_map(|rule| {
            let explanation = rule.explanation().unwrap();
            // The explanations hold in every partition.
            let change = explanation.change.replace("PARTITION", "aws");
            let mut found = found_by(explanation.request, &change);
            found.dedup();
            (found != [rule.number()]).then(|| format!("{}: {found:?}", rule.number()))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn numbers(findings: &Findings) -> Vec<&'static str> {
    let all = findings.errors.iter().chain(&findings.warnings).chain(&findings.notes);
    let mut numbers: Vec<_> = all.map(|finding| finding.rule.number()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn each_rule_refuses_on_one_side_of_its_edge_and_takes_the_other() {
    let mut wrong = Vec::new();
    for Case { line, rules, definition } in cases() {
        let found = requests::task_definition(&definition).unwrap();
        if numbers(&found) != rules {
            wrong.push(format!("{line}\n    found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_rule_about_task_definitions_has_a_case() {
    let cases = cases();
    let tested: BTreeSet<_> = cases.iter().flat_map(|case| &case.rules).copied().collect();
    let untested: Vec<_> = Rule::ALL
        .iter()
        .map(|rule| rule.number())
        .filter(|number| number.starts_with(['T', 'X']) && !tested.contains(number))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

#[test]
fn all_errors_of_a_definition_are_reported_at_once() {
    let mut definition = base("fargate");
    definition["containerDefinitions"][0]["privileged"] = json!(true);
    definition["containerDefinitions"][0]["cpu"] = json!("1");
    definition["ephemeralStorage"] = json!({"sizeInGiB": 20});
    definition["unknown"] = json!(1);
    let found = requests::task_definition(&definition).unwrap();
    assert_eq!(numbers(&found), ["T01", "T01", "T34", "T48"]);
}

#[test]
fn a_broken_value_is_reported_once_and_not_for_what_it_lacks() {
    let mut definition = base("fargate");
    definition["cpu"] = json!(256);
    assert_eq!(numbers(&requests::task_definition(&definition).unwrap()), ["T01"]);
}

#[test]
fn a_finding_reads_with_path_problem_and_what_would_be_valid() {
    let mut definition = base("fargate");
    definition["containerDefinitions"][0]["portMappings"] = json!([{"containerPort": 80, "hostPort": 8080}]);
    let found = requests::task_definition(&definition).unwrap();
    insta::assert_snapshot!(found.refusals().join("\n"), @"T21: containerDefinitions[0].portMappings[0].hostPort: 8080 for container port 80; valid: no hostPort, or the containerPort again, in network mode awsvpc");
}

fn answer(line: &str) -> (Value, Outcome) {
    let (verdict, outcome) = verdict::answer(line.as_bytes()).unwrap();
    (serde_json::from_slice(&verdict).unwrap(), outcome)
}

#[test]
fn a_strategy_is_answered_with_counts() {
    let line = r#"{"id":1,"desired":10,"strategy":[{"capacityProvider":"FARGATE","base":2,"weight":1},{"capacityProvider":"FARGATE_SPOT","weight":3}]}"#;
    let (verdict, outcome) = answer(line);
    let expected = json!({"id": 1, "ok": true, "errors": [], "warnings": [], "counts": {"FARGATE": 4, "FARGATE_SPOT": 6}});
    assert_eq!((verdict, outcome), (expected, Outcome::Taken));
}

#[test]
fn a_service_is_answered_with_what_a_rolling_update_may_do() {
    let line = r#"{"id":"a","service":{"desiredCount":3,"minimumHealthyPercent":50,"maximumPercent":125}}"#;
    let (verdict, outcome) = answer(line);
    let expected = json!({
        "id": "a", "ok": true, "errors": [], "warnings": [], "minRunning": 2, "maxRunning": 3, "canProgress": true,
    });
    assert_eq!((verdict, outcome), (expected, Outcome::Taken));
}

#[test]
fn omitted_percentages_are_100_and_200() {
    let (verdict, _) = answer(r#"{"id":1,"service":{"desiredCount":4}}"#);
    assert_eq!((&verdict["minRunning"], &verdict["maxRunning"]), (&json!(4), &json!(8)));
}

#[test]
fn strategies_and_services_are_refused_by_their_rules() {
    let cases = [
        ("C02", r#""desired":1,"strategy":[{"capacityProvider":"a","weight":1001}]"#),
        (
            "C04",
            r#""desired":1,"strategy":[{"capacityProvider":"a","base":1,"weight":1},{"capacityProvider":"b","base":1}]"#,
        ),
        ("C05", r#""desired":1,"strategy":[{"capacityProvider":"a"},{"capacityProvider":"b"}]"#),
        (
            "C06",
            r#""desired":1,"strategy":[{"capacityProvider":"a","weight":1},{"capacityProvider":"FARGATE"}]"#,
        ),
        ("C12", r#""desired":1,"strategy":[{"capacityProvider":"ecs-own","weight":1}]"#),
        ("T01", r#""desired":"1","strategy":[{"capacityProvider":"a","weight":1}]"#),
        ("D06", r#""service":{"desiredCount":1,"minimumHealthyPercent":101}"#),
        ("D07", r#""service":{"desiredCount":1,"maximumPercent":99}"#),
        ("D08", r#""service":{"desiredCount":1,"minimumHealthyPercent":100,"maximumPercent":100}"#),
        (
            "S21",
            r#""service":{"desiredCount":1,"minimumHealthyPercent":0,"maximumPercent":100,"availabilityZoneRebalancing":"ENABLED"}"#,
        ),
        ("T01", r#""service":{"desiredCount":1,"launchType":"EC2"}"#),
    ];
    for (rule, members) in cases {
        let (verdict, outcome) = answer(&format!(r#"{{"id":1,{members}}}"#));
        assert_eq!(
            (verdict["errors"][0]["rule"].as_str(), outcome),
            (Some(rule), Outcome::Refused),
            "{verdict}"
        );
    }
}

#[test]
fn a_line_that_is_no_json_gets_a_verdict_too() {
    assert_eq!(answer(r#"{"id":1,"definition":"#).1, Outcome::NoJson);
    assert_eq!(answer("[]").1, Outcome::Refused);
    assert_eq!(answer(r#"{"id":1}"#).1, Outcome::Refused);
}

const NAMES: &[&str] =
    &["family", "containerDefinitions", "name", "cpu", "portMappings", "containerPort", "volumes", "options"];

/// Any JSON, with ECS's own names often enough to get deep into a definition.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(&["FARGATE", "awsvpc", "256", "awslogs", "CMD"][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let name =
            prop_oneof![prop::sample::select(NAMES).prop_map(str::to_owned), ".{0,6}".prop_map(String::from)];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(name, inner, 0..6).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_gets_a_verdict(json in any_json()) {
        let found = requests::task_definition(&json).unwrap();
        // No JSON made at random is a task definition.
        prop_assert!(!found.is_ok());
    }

    #[test]
    fn any_line_gets_one_line(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let (verdict, _) = verdict::answer(&line).unwrap();
        prop_assert!(serde_json::from_slice::<Value>(&verdict).is_ok() && !verdict.contains(&b'\n'));
    }

    #[test]
    fn a_value_of_any_kind_at_any_member_gets_a_verdict(index: prop::sample::Index, json in any_json()) {
        let cases = cases();
        let definition = &index.get(&cases).definition;
        for path in paths(definition, String::new()) {
            let mut broken = definition.clone();
            *broken.pointer_mut(&path).unwrap() = json.clone();
            requests::task_definition(&broken).unwrap();
        }
    }
}

/// A pointer to every value within a value.
fn paths(json: &Value, here: String) -> Vec<String> {
    let within: Vec<String> = match json {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| paths(item, format!("{here}/{index}")))
            .collect(),
        Value::Object(members) => {
            members.iter().flat_map(|(name, member)| paths(member, format!("{here}/{name}"))).collect()
        }
        _ => Vec::new(),
    };
    std::iter::once(here).chain(within).collect()
}
