//! What people have in their files, and what is said of it: the tables in `files/`.

use infra_ecs::requests::{self, Kind, Part};
use infra_ecs::rules::{Findings, Minds};
use infra_ecs::verdict::{self, Outcome};
use serde_json::{Value, json};

const TASK_DEFINITIONS: &str = include_str!("files/task_definitions.jsonl");
const DOCUMENTS: &str = include_str!("files/documents.jsonl");

fn cases(table: &'static str) -> impl Iterator<Item = Value> {
    table.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
}

/// `accept` may have notes.
fn said(findings: &Findings) -> &'static str {
    match (findings.errors.is_empty(), findings.warnings.is_empty(), findings.notes.is_empty()) {
        (false, ..) => "refuse",
        (true, false, _) => "warn",
        (true, true, false) => "note",
        (true, true, true) => "accept",
    }
}

fn is_as_expected(findings: &Findings, expected: &Value) -> bool {
    let said = said(findings);
    said == expected || (expected == "accept" && said == "note")
}

#[test]
fn task_definitions_are_taken_as_their_owners_deploy_them() {
    let mut wrong = Vec::new();
    for case in cases(TASK_DEFINITIONS) {
        let findings = requests::definition(&case["definition"]).unwrap();
        if !is_as_expected(&findings, &case["expected"]) {
            wrong.push(format!("{} should be {}: {findings:?}", case["id"], case["expected"]));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn lines_get_the_same_verdicts_and_strictness_refuses_warnings() {
    for case in cases(TASK_DEFINITIONS) {
        let line = json!({"id": case["id"], "definition": case["definition"]}).to_string();
        let (strict, expected) = match case["expected"].as_str().unwrap() {
            "refuse" => (Outcome::Refused, Outcome::Refused),
            "warn" => (Outcome::Refused, Outcome::Taken),
            _ => (Outcome::Taken, Outcome::Taken),
        };
        assert_eq!(verdict::answer(line.as_bytes()).unwrap().1, expected, "{case}");
        assert_eq!(
            verdict::answer_as(line.as_bytes(), verdict::How { strict: true, allow_unknown: false })
                .unwrap()
                .1,
            strict,
            "strict: {case}"
        );
    }
}

#[test]
fn members_that_aws_may_have_added_since_are_notes_where_that_is_said() {
    let definition = json!({
        "family": "web", "gravity": 1,
        "containerDefinitions": [{"name": "web", "image": "nginx", "memory": 128, "memroy": 1}],
    });
    let mut findings = requests::definition(&definition).unwrap();
    assert_eq!(said(&findings), "warn");
    findings.allow_unknown();
    assert_eq!(said(&findings), "note");
    let notes: Vec<_> = findings.notes.iter().map(|note| note.problem.as_str()).collect();
    assert!(notes.iter().all(|note| note.contains("it is sent as it is")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("is `memory` meant?")), "{notes:?}");
}

#[test]
fn documents_are_known_by_their_members() {
    let mut wrong = Vec::new();
    for case in cases(DOCUMENTS) {
        let known_as = match requests::parts(&case["document"]) {
            Err(no_request) => format!("none: {no_request}"),
            Ok(parts) => {
                let part = |part: &Part<'_>| format!("{:?} {}", part.kind, said(&part.check().unwrap()));
                parts.iter().map(part).collect::<Vec<_>>().join(", ")
            }
        };
        let expected = case["expected"].as_str().unwrap();
        if !known_as.starts_with(expected) || (expected != known_as && !expected.starts_with("none: ")) {
            wrong.push(format!("should be `{expected}`, not `{known_as}`: {}", case["document"]));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_way_to_a_value_begins_at_the_top_of_the_document() {
    let (json, list) = (json!({}), json!([]));
    let answer = json!({"taskDefinition": {}});
    let part = |kind, place: &str, json| Part { kind, place: place.to_owned(), json };
    for (part, path, way) in [
        (part(Kind::TaskDefinition, "", &json), "containerDefinitions[0].cpu", "containerDefinitions[0].cpu"),
        (part(Kind::TaskDefinition, "", &answer), "cpu", "taskDefinition.cpu"),
        (part(Kind::TaskDefinition, "[1]", &answer), "cpu", "[1].taskDefinition.cpu"),
        (part(Kind::Containers, "", &list), "containerDefinitions[0].cpu", "[0].cpu"),
        (part(Kind::Containers, "", &answer), "containerDefinitions[0].cpu", "cpu"),
        (part(Kind::AnsweredService, "services[2]", &json), "launchType", "services[2].launchType"),
        (part(Kind::RunTask, "", &json), "", ""),
    ] {
        assert_eq!(part.way_to(path), way);
    }
}

#[test]
fn each_finding_says_who_minds() {
    let definition = json!({
        "family": "shop", "revision": 1, "pidMode": null, "cpu": "${CPU}",
        "containerDefinitions": [{"name": "app", "image": "nginx", "memory": 2, "enviroment": []}],
    });
    let findings = requests::definition(&definition).unwrap();
    let all = |findings: &[infra_ecs::rules::Finding]| {
        findings.iter().map(|it| (it.path.clone(), it.minds)).collect::<Vec<_>>()
    };
    let memory = "containerDefinitions[0].memory".to_owned();
    assert_eq!(all(&findings.errors), [(memory, Minds::Ecs)]);
    assert_eq!(
        all(&findings.warnings),
        [
            ("containerDefinitions[0].enviroment".to_owned(), Minds::AwsCli),
            ("revision".to_owned(), Minds::AwsCli)
        ]
    );
    assert_eq!(
        all(&findings.notes),
        [("cpu".to_owned(), Minds::Check), ("pidMode".to_owned(), Minds::AwsCli)]
    );
}

#[test]
fn what_stands_in_many_places_is_reported_once() {
    let container = json!({"name": "app", "image": "nginx", "memory": 128, "command": null, "links": null, "user": null, "dnsServers": null});
    let findings =
        requests::definition(&json!({"family": "shop", "containerDefinitions": [container]})).unwrap();
    let [note] = findings.notes.as_slice() else { panic!("{findings:?}") };
    insta::assert_snapshot!(format!("{}: {}", note.path, note.problem), @"containerDefinitions[0].command: null, which ECS takes as left out, as deploy tools do; aws-cli refuses it; so are containerDefinitions[0].dnsServers, containerDefinitions[0].links and 1 more");
}

#[test]
fn any_request_can_be_a_line() {
    let answer = |request: Value| {
        verdict::answer(json!({"id": 1, "request": request}).to_string().as_bytes()).unwrap()
    };
    let service =
        json!({"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 1, "launchType": "FARGATE"});
    assert_eq!(answer(service).1, Outcome::Taken);
    assert_eq!(answer(json!({"taskDefinition": "web:1", "count": 11})).1, Outcome::Refused);
    assert_eq!(answer(json!({"apiVersion": "v1", "kind": "Pod"})).1, Outcome::Refused);
}
