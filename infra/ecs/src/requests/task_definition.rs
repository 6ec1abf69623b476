//! What ECS would say to `aws ecs register-task-definition --cli-input-json`.

use super::skeleton;
use crate::reader::{Form, read};
use crate::rules::{self, Finding, Findings, Minds, Path, Rule};
use crate::task_definition::TaskDefinition;
use serde_json::{Error, Map, Value, json};
use std::io::Write;

/// What ECS takes as a task definition at most.
pub const MOST_BYTES: usize = 64 * 1024;

/// Members that ECS has in answers about a task definition and not in the request.
const FORM: Form = Form {
    answers: &[
        "taskDefinitionArn",
        "revision",
        "status",
        "requiresAttributes",
        "compatibilities",
        "registeredAt",
        "registeredBy",
        "deregisteredAt",
        "deleteRequestedAt",
        "deletedAt",
    ],
    own: false,
};
const FILLED_IN: &str =
    "to be filled in before it is sent, as amazon-ecs-render-task-definition does: ECS needs it";
const FAMILY_ELSEWHERE: &str = "no family: the command line (--family) or the deploy tool gives it";
/// What containers alone don't say of their task.
const OF_THE_TASK: [&str; 6] =
    ["cpu", "memory", "executionRoleArn", "networkMode", "volumes", "requiresCompatibilities"];

/// What ECS would say to a task definition: a request, or the whole answer of `describe-task-definition`.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn definition(json: &Value) -> Result<Findings, Error> {
    match json.get("taskDefinition") {
        Some(inner) if inner.is_object() => answer(inner, json.get("tags")),
        _ => task_definition(json),
    }
}

/// What ECS would say to the definition in an answer, once its tools have dropped what only answers have.
fn answer(inner: &Value, tags: Option<&Value>) -> Result<Findings, Error> {
    let mut members = inner.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| !FORM.answers.contains(&name.as_str()));
    let says_nothing = |value: &&Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    // The tags stand beside the definition in an answer.
    if members.get("tags").as_ref().is_some_and(says_nothing) {
        members.remove("tags");
    }
    if let Some(tags) = tags.filter(|tags| !says_nothing(tags)) {
        members.insert("tags".to_owned(), tags.clone());
    }
    let mut findings = task_definition(&Value::Object(members))?;
    let problem = "the whole answer of describe-task-definition: what only answers have is left out; aws-cli takes the \
                   definition within it alone";
    findings.note(Rule::T01, &Path::Root, problem, Minds::AwsCli);
    Ok(findings)
}

/// What ECS would say to a list of containers, as `--container-definitions` and Terraform take it, or to one.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn containers(list: &Value) -> Result<Findings, Error> {
    let list = if list.is_object() { json!([list]) } else { list.clone() };
    let json = json!({"family": "containers", "containerDefinitions": list});
    let (definition, mut findings) = read::<TaskDefinition>(&json, FORM)?;
    for member in OF_THE_TASK {
        findings.unknown(&Path::Root.member(member));
    }
    let rules = all_rules(&json, &definition);
    findings.extend_where_sound(rules);
    let problem = "containers without their task: rules about both are skipped";
    findings.note(Rule::T01, &Path::Root, problem, Minds::Check);
    Ok(findings)
}

/// What ECS would say to `aws ecs register-task-definition --cli-input-json`.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn task_definition(json: &Value) -> Result<Findings, Error> {
    if skeleton::is_skeleton(json) {
        return Ok(skeleton::findings());
    }
    let (definition, mut findings) = read::<TaskDefinition>(json, FORM)?;
    findings.extend_where_sound(all_rules(json, &definition));
    if json.is_object() && json.get("family").is_none() {
        findings.errors.retain(|finding| finding.path != "family");
        findings.note(Rule::T03, &Path::Root.member("family"), FAMILY_ELSEWHERE, Minds::Ecs);
    }
    let mut counter = Counter(0);
    serde_json::to_writer(&mut counter, json)?;
    let Counter(bytes) = counter;
    if bytes > MOST_BYTES {
        findings.add(Rule::T01, &Path::Root, format!("{bytes} bytes, and ECS takes at most {MOST_BYTES}"));
    }
    Ok(findings)
}

fn all_rules(json: &Value, definition: &TaskDefinition) -> Findings {
    let mut findings = rules::task_definition(definition);
    what_the_types_do_not_keep(json, &mut findings);
    findings.soften(|finding| finding.rule == Rule::T06 && has_no_image(json, finding), FILLED_IN);
    // AWS's own collector for OpenTelemetry is registered with `["/healthcheck"]`, against the documentation.
    let path = ".healthCheck.command";
    findings
        .doubt(|it| it.rule == Rule::T56 && it.path.ends_with(path) && it.problem.starts_with("the command"));
    findings
}

/// Whether a finding is about a container that has no image yet, rather than a wrong one.
fn has_no_image(json: &Value, finding: &Finding) -> bool {
    let containers = json.get("containerDefinitions").and_then(Value::as_array).into_iter().flatten();
    let is_left_out = |container: &Value| match container.get("image") {
        None | Some(Value::Null) => true,
        Some(image) => image.as_str() == Some(""),
    };
    let path = Path::Root.member("containerDefinitions");
    let mut left_out = containers.enumerate().filter(|(_, container)| is_left_out(container));
    left_out.any(|(index, _)| path.item(index).member("image").to_string() == finding.path)
}

/// Counts bytes instead of keeping them.
struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// In the types, no list and an empty one are the same, and so are no role and an empty text.
fn what_the_types_do_not_keep(json: &Value, findings: &mut Findings) {
    let is_empty = |member: &str| json.get(member).and_then(Value::as_array).is_some_and(Vec::is_empty);
    if is_empty("tags") {
        let problem = "an empty list, to which ECS says \"Tags can not be empty\": leave the member out";
        findings.add(Rule::T68, &Path::Root.member("tags"), problem);
    }
    for member in ["taskRoleArn", "executionRoleArn"] {
        if json.get(member).and_then(Value::as_str) == Some("") {
            findings.add(Rule::X09, &Path::Root.member(member), "an empty text: leave the member out");
        }
    }
    let path = Path::Root.member("containerDefinitions");
    match json.get("containerDefinitions") {
        None | Some(Value::Null) => {
            findings.errors.retain(|finding| finding.rule != Rule::T04);
            findings.add(Rule::T01, &path, "a list of containers is required");
        }
        Some(containers) => health_checks(containers, &path, findings),
    }
}

fn health_checks(containers: &Value, path: &Path<'_>, findings: &mut Findings) {
    for (index, container) in containers.as_array().into_iter().flatten().enumerate() {
        let check = container.get("healthCheck").and_then(Value::as_object);
        let has_command = |check: &Map<String, Value>| check.get("command").is_some_and(|it| !it.is_null());
        if check.is_some_and(|check| !has_command(check)) {
            let (item, within) = (path.item(index), "healthCheck");
            let check = item.member(within);
            let path = check.member("command");
            let place = path.to_string();
            findings.errors.retain(|finding| finding.rule != Rule::T56 || finding.path != place);
            findings.add(Rule::T01, &path, "a command is required");
        }
    }
}
