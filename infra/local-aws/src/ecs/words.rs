//! What ECS says where a rule refuses.

use crate::api_error::ApiError;
use infra_ecs::rules::{Finding, Findings};
use serde_json::Value;

/// The first refusal of the rules that hold for a request, in ECS's own words where these are known.
pub(super) fn refuse(
    findings: &Findings,
    request: &Value,
    error: fn(String) -> ApiError,
) -> Result<(), ApiError> {
    let Some(finding) = findings.errors.first() else { return Ok(()) };
    let known = WORDS.iter().find(|(rule, part, _)| {
        let says = finding.problem.contains(part) || finding.path.contains(part);
        finding.rule.number() == *rule && says
    });
    let path = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
    Err(error(match known {
        Some((.., words)) => words.replace("{container}", container(finding, request)),
        None => format!("{path}{}", finding.message()),
    }))
}

/// The name of the container that a finding is about.
fn container<'a>(finding: &Finding, request: &'a Value) -> &'a str {
    let index = finding.path.strip_prefix("containerDefinitions[").and_then(|it| it.split_once(']'));
    let index: usize = index.and_then(|(index, _)| index.parse().ok()).unwrap_or_default();
    request["containerDefinitions"][index]["name"].as_str().unwrap_or_default()
}

/// A rule, a part of the problem or of the path where a rule has several, and what ECS says.
const WORDS: &[(&str, &str, &str)] = &[
    ("T03", "", "Family contains invalid characters."),
    ("T04", "0 containers", "Container list cannot be empty."),
    ("T04", "", "Too many containers."),
    ("T05", "has no name", "Container.name should not be null or empty."),
    ("T05", "not a valid", "Container.name contains invalid characters."),
    ("T06", "white space", "Container.image contains invalid characters."),
    ("T06", "", "Container.image should not be null or empty."),
    ("T07", "", "Task definition doesn't have any essential container."),
    ("T08", "", "Fargate only supports network mode \u{2018}awsvpc\u{2019}."),
    ("T09", "cpu", "Fargate requires that 'cpu' be defined at the task level."),
    ("T09", "memory", "Fargate requires that 'memory' be defined at the task level."),
    ("T10", "", "No Fargate configuration exists for given values."),
    (
        "T13",
        "cpu",
        "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        "T13",
        "memory",
        "Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    ),
    (
        "T18",
        "",
        "Invalid setting for container '{container}'. At least one of 'memory' or 'memoryReservation' must be specified.",
    ),
    ("T21", "", "When networkMode=awsvpc, the host ports and container ports in port mappings must match."),
    ("T22", "", "When networkMode=host, the host ports and container ports in port mappings must match."),
    ("T24", "containerPort", "Invalid 'containerPort' setting for container '{container}'."),
    ("T30", "", "hostname is not supported on container when networkMode=awsvpc."),
    ("T31", "", "DNS servers are not supported on container when networkMode=awsvpc."),
    ("T32", "", "Extra hosts are not supported on container when networkMode=awsvpc."),
    (
        "T52",
        "awslogs",
        "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    ),
    ("T52", "ECR", "Fargate requires task definition to have execution role ARN to support ECR images."),
    (
        "T52",
        "secrets",
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    ),
    ("T68", "empty list", "Tags can not be empty."),
    (
        "C06",
        "",
        "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again.",
    ),
    (
        "C10",
        "capacity provider strategy",
        "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
    ),
    ("C16", "protection", super::capacity_providers::NO_PROTECTION),
    ("S07", "no network", "Network Configuration must be provided when networkMode 'awsvpc' is specified."),
    (
        "S07",
        "other than",
        "Network Configuration is not valid for the given networkMode of this task definition.",
    ),
];
