//! What ECS would say to a service: `create-service`, `update-service`, or what `describe-services` answers.

use super::{demanded, skeleton};
use crate::reader::{Form, read};
use crate::rules::{self, Findings, Minds, Path, Rule};
use crate::service::Service;
use serde_json::{Error, Map, Value};

/// Members that ECS has in answers about a service and not in requests.
const FORM: Form = Form {
    answers: &[
        "serviceArn",
        "clusterArn",
        "status",
        "runningCount",
        "pendingCount",
        "deployments",
        "taskSets",
        "roleArn",
        "events",
        "createdAt",
        "createdBy",
        "platformFamily",
        "currentServiceDeployment",
        "currentServiceRevisions",
        "resourceManagementType",
    ],
    own: false,
};
/// Members that `create-service` takes and `update-service` does not.
const ONLY_AT_FIRST: [&str; 6] =
    ["clientToken", "launchType", "role", "schedulingStrategy", "serviceName", "tags"];
/// What the program writes beside ECS's own members.
const OF_THE_PROGRAM: [&str; 3] = ["clusterName", "initialDesiredCount", "failedDeployment"];
/// What is read where a value is given elsewhere.
const ELSEWHERE: &str = "given-elsewhere";

/// What ECS would say to a service.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn service(json: &Value) -> Result<Findings, Error> {
    let Some(given) = json.as_object() else { return Ok(read::<Service>(json, FORM)?.1) };
    if skeleton::is_skeleton(json) {
        return Ok(skeleton::findings());
    }
    let mut members = given.clone();
    let is_answer = members.contains_key("serviceArn");
    let mut notes = Findings::default();
    only_of_requests(&mut members, &mut notes);
    // A daemon service's answer has a count, and a request may not.
    if is_answer && members.get("schedulingStrategy").and_then(Value::as_str) == Some("DAEMON") {
        members.remove("desiredCount");
    }
    stand_ins(&mut members, &mut notes);
    let (service, mut findings) = read::<Service>(&Value::Object(members), FORM)?;
    let mut rules = rules::service(&service);
    let namespace = "serviceConnectConfiguration.namespace";
    rules.soften(|finding| finding.path == namespace, "ECS takes the cluster's, which must have one");
    findings.extend_where_sound(rules);
    findings.extend_where_sound(notes);
    demanded::of_service(json, &mut findings);
    Ok(findings)
}

/// What ECS would say to a service that it answered, once its tools have dropped what only answers have.
pub(super) fn answered(json: &Value) -> Result<Findings, Error> {
    let mut members = json.as_object().cloned().unwrap_or_default();
    // Whether it is an answer is seen by its ARN, which nobody minds within one.
    if members.get("schedulingStrategy").and_then(Value::as_str) == Some("DAEMON") {
        members.remove("desiredCount");
    }
    members.retain(|name, _| !FORM.answers.contains(&name.as_str()));
    let mut findings = service(&Value::Object(members))?;
    let problem = "from an answer of ECS: what only answers have is left out; aws-cli takes requests alone";
    findings.note(Rule::T01, &Path::Root, problem, Minds::AwsCli);
    Ok(findings)
}

/// Reports and drops what ECS does not take of a service, or not of one that is there already.
fn only_of_requests(members: &mut Map<String, Value>, notes: &mut Findings) {
    for name in OF_THE_PROGRAM {
        if members.remove(name).is_some() {
            let problem = "unknown member: aws-cli refuses it, ECS ignores it";
            notes.warn(Rule::T01, &Path::Root.member(name), problem, Minds::AwsCli);
        }
    }
    if members.get("service").is_some_and(Value::is_string) && !members.contains_key("serviceName") {
        for name in ONLY_AT_FIRST.iter().filter(|name| members.contains_key(**name)) {
            let problem = "update-service does not take it: aws-cli refuses it, ECS ignores it";
            notes.warn(Rule::T01, &Path::Root.member(name), problem, Minds::AwsCli);
        }
    }
}

/// Reads something harmless where a deploy tool or the command line has what the file has not.
fn stand_ins(members: &mut Map<String, Value>, notes: &mut Findings) {
    members.insert("clusterName".to_owned(), Value::from(""));
    let is_left_out = |members: &Map<String, Value>, name: &str| members.get(name).is_none_or(Value::is_null);
    if is_left_out(members, "serviceName") {
        let name = members.get("service").filter(|name| name.is_string()).cloned();
        if name.is_none() {
            let problem = "no name: the command line or the deploy tool gives it";
            notes.note(Rule::S01, &Path::Root.member("serviceName"), problem, Minds::Ecs);
        }
        let is_arn = name.as_ref().and_then(Value::as_str).is_some_and(|name| name.starts_with("arn:"));
        let name = name.filter(|_| !is_arn).unwrap_or_else(|| Value::from(ELSEWHERE));
        members.insert("serviceName".to_owned(), name);
    }
    let controller =
        members.get("deploymentController").and_then(|it| it.get("type")).and_then(Value::as_str);
    if is_left_out(members, "taskDefinition") && controller != Some("EXTERNAL") {
        if !members.contains_key("service") {
            let problem = "no task definition: the command line or the deploy tool gives it";
            notes.note(Rule::S02, &Path::Root.member("taskDefinition"), problem, Minds::Ecs);
        }
        members.insert("taskDefinition".to_owned(), Value::from(ELSEWHERE));
    }
}
