//! Tasks that are there: DescribeTasks, ListTasks, StopTask.

use super::Ecs;
use super::input::{Request, described, invalid, last_part};
use super::page::page;
use super::state::State;
use super::task::Task;
use crate::api_error::ApiError;
use serde_json::{Value, json};

/// What one call takes at most.
const MOST: usize = 100;
/// Why a task stops for which nobody gave a reason.
const BY_USER: &str = "Task stopped by user";
const NOT_ENABLED: &str = "The execute command failed because execute command was not enabled when the task was run or the \
     execute command agent isn't running. Wait and try again or run a new task with execute command enabled and try again.";
/// Where the way into a container of this machine is.
const NO_SESSIONS: &str = "The execute command failed: a local AWS has no Session Manager. `cargo xtask exec APP --local` and \
     `docker exec` run commands in its containers.";

/// DescribeTasks.
pub(super) fn describe(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    if request.tasks.is_empty() {
        return Err(invalid("Tasks cannot be empty."));
    }
    if request.tasks.len() > MOST {
        return Err(invalid("Tasks can have at most 100 items."));
    }
    let state = ecs.lock();
    let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
    let find = |task: &str| Some(state.task_in(&cluster, task)?.json(ecs, &state, request.includes("TAGS")));
    Ok(described("tasks", &request.tasks, find, |id| ecs.task_arn(&cluster, id)))
}

/// ListTasks: those that are to run, unless others are asked for.
pub(super) fn list(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let state = ecs.lock();
    let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
    let status = request.desired_status.as_deref().unwrap_or("RUNNING");
    if !["RUNNING", "PENDING", "STOPPED"].contains(&status) {
        return Err(invalid("Invalid desiredStatus: must be one of [RUNNING, PENDING, STOPPED]."));
    }
    let instance = Some(request.container_instance.as_str()).filter(|it| !it.is_empty());
    if instance.is_some_and(|it| state.instance_in(&cluster, it).is_none()) {
        return Err(invalid("The specified container instance cannot be found."));
    }
    let group = request.service_name.as_deref().map(|service| format!("service:{}", last_part(service)));
    if group.is_some() && (request.started_by.is_some() || request.family.is_some()) {
        return Err(invalid("serviceName cannot be combined with startedBy or family."));
    }
    let is_asked = |task: &&Task| {
        let launch_type = if task.on_fargate() { "FARGATE" } else { "EC2" };
        task.request.cluster == cluster
            && task.desired_status == status
            && instance.is_none_or(|it| task.instance.as_deref() == Some(last_part(it)))
            && request.family.as_ref().is_none_or(|family| task.definition.family == *family)
            && group.as_ref().is_none_or(|group| task.request.group == *group)
            && (request.started_by.is_none() || request.started_by == task.request.started_by)
            && request.launch_type.as_ref().is_none_or(|asked| asked == launch_type)
    };
    page("taskArns", state.tasks.values().filter(is_asked).map(|task| task.arn.clone()).collect(), &request)
}

/// StopTask.
pub(super) fn stop(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let id = {
        let state = ecs.lock();
        let cluster = &state.cluster(request.cluster.as_deref())?.name;
        state.task_in(cluster, &request.task).ok_or_else(not_found)?.id.clone()
    };
    ecs.stop_task(&id, "UserInitiated", request.reason.as_deref().unwrap_or(BY_USER));
    let state = ecs.lock();
    Ok(json!({"task": json_of(ecs, &state, &id)}))
}

/// ExecuteCommand: there is no Session Manager to connect to.
pub(super) fn execute_command(ecs: &Ecs, request: Request) -> Result<Value, ApiError> {
    let state = ecs.lock();
    let cluster = &state.cluster(request.cluster.as_deref())?.name;
    let task = state.task_in(cluster, &request.task).filter(|task| task.is_alive()).ok_or_else(not_found)?;
    let has = |name: &String| task.containers.iter().any(|container| container.state.name == *name);
    if request.container.as_ref().is_some_and(|name| !has(name)) {
        return Err(invalid("The specified container was not found in the task."));
    }
    if !task.request.enable_execute_command || task.last_status != "RUNNING" {
        return Err(invalid(NOT_ENABLED));
    }
    Err(ApiError::new("TargetNotConnectedException", NO_SESSIONS))
}

fn not_found() -> ApiError {
    invalid("The referenced task was not found.")
}

/// A task as DescribeTasks has it, with its tags.
pub(super) fn json_of(ecs: &Ecs, state: &State, id: &str) -> Value {
    state.tasks.get(id).map(|task| task.json(ecs, state, true)).unwrap_or_default()
}

impl Ecs {
    /// The ARN of a task of a cluster.
    pub fn task_arn(&self, cluster: &str, id: &str) -> String {
        self.account.arn("ecs", &format!("task/{cluster}/{id}"))
    }
}
