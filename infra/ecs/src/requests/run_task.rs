//! What ECS would say to `aws ecs run-task --cli-input-json`.

use super::skeleton;
use crate::reader::{Form, read};
use crate::rules::{self, Findings, Minds, Path, Rule};
use crate::run_task::RunTaskRequest;
use serde_json::{Error, Value};

/// What ECS would say to a run-task request.
///
/// # Errors
/// Never: the JSON is read into types that take anything.
pub fn run_task(json: &Value) -> Result<Findings, Error> {
    if skeleton::is_skeleton(json) {
        return Ok(skeleton::findings());
    }
    let (request, mut findings) = read::<RunTaskRequest>(json, Form::default())?;
    findings.extend_where_sound(rules::run_task(&request));
    if request.task_definition.is_none() {
        let problem = "no task definition: the command line gives it, or ECS refuses the call";
        findings.note(Rule::S02, &Path::Root.member("taskDefinition"), problem, Minds::Ecs);
    }
    Ok(findings)
}
