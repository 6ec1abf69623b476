//! ExecuteCommand, which needs a session of Systems Manager.

use super::Ecs;
use super::input::{invalid, read};
use crate::api_error::ApiError;
use serde::Deserialize;
use serde_json::Value;

const NOT_ENABLED: &str = "The execute command failed because execute command was not enabled when the task was run or the \
     execute command agent isn't running. Wait and try again or run a new task with execute command enabled and try again.";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    cluster: Option<String>,
    task: String,
    container: Option<String>,
}

/// ExecuteCommand: there is no Session Manager to connect to.
pub(super) fn execute(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    let request: Request = read(body)?;
    let state = ecs.lock();
    let cluster = &state.cluster(request.cluster.as_deref())?.name;
    let missing = || invalid("The referenced task was not found.");
    let task = state.task_in(cluster, &request.task).filter(|task| task.is_alive()).ok_or_else(missing)?;
    let has = |name: &String| task.containers.iter().any(|container| container.state.name == *name);
    if request.container.as_ref().is_some_and(|name| !has(name)) {
        return Err(invalid("The specified container was not found in the task."));
    }
    if !task.request.enable_execute_command || task.last_status != "RUNNING" {
        return Err(invalid(NOT_ENABLED));
    }
    let message = "The execute command failed due to an internal error. Try again later.";
    Err(ApiError::new("TargetNotConnectedException", message))
}
