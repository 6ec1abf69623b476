//! Tasks that are there: DescribeTasks, ListTasks, StopTask.

use super::Ecs;
use super::input::{failure, invalid, last_part, read};
use super::page::{Page, page};
use super::state::State;
use super::task::Task;
use crate::api_error::ApiError;
use serde::Deserialize;
use serde_json::{Value, json};

/// What one call takes at most.
const MOST: usize = 100;
/// Why a task stops for which nobody gave a reason.
const BY_USER: &str = "Task stopped by user";

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Request {
    cluster: Option<String>,
    task: String,
    reason: Option<String>,
    tasks: Vec<String>,
    include: Vec<String>,
    container_instance: Option<String>,
    family: Option<String>,
    started_by: Option<String>,
    service_name: Option<String>,
    desired_status: Option<String>,
    launch_type: Option<String>,
    #[serde(flatten)]
    page: Page,
}

/// DescribeTasks.
pub(super) fn describe(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    let request: Request = read(body)?;
    if request.tasks.is_empty() {
        return Err(invalid("Tasks cannot be empty."));
    }
    if request.tasks.len() > MOST {
        return Err(invalid("Tasks can have at most 100 items."));
    }
    let state = ecs.lock();
    let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
    let with_tags = request.include.iter().any(|part| part == "TAGS");
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for reference in &request.tasks {
        match state.task_in(&cluster, reference) {
            Some(task) => tasks.push(task.json(ecs, &state, with_tags)),
            None => failures.push(failure(&ecs.task_arn(&cluster, last_part(reference)), "MISSING")),
        }
    }
    Ok(json!({"tasks": tasks, "failures": failures}))
}

/// ListTasks: those that are to run, unless others are asked for.
pub(super) fn list(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    let request: Request = read(body)?;
    let state = ecs.lock();
    let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
    let status = request.desired_status.as_deref().unwrap_or("RUNNING");
    if !["RUNNING", "PENDING", "STOPPED"].contains(&status) {
        return Err(invalid("Invalid desiredStatus: must be one of [RUNNING, PENDING, STOPPED]."));
    }
    let instance = request.container_instance.as_deref();
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
    page(
        "taskArns",
        state.tasks.values().filter(is_asked).map(|task| task.arn.clone()).collect(),
        &request.page,
    )
}

/// StopTask.
pub(super) fn stop(ecs: &Ecs, body: Value) -> Result<Value, ApiError> {
    let request: Request = read(body)?;
    let id = {
        let state = ecs.lock();
        let cluster = &state.cluster(request.cluster.as_deref())?.name;
        let missing = || invalid("The referenced task was not found.");
        state.task_in(cluster, &request.task).ok_or_else(missing)?.id.clone()
    };
    ecs.stop_task(&id, "UserInitiated", request.reason.as_deref().unwrap_or(BY_USER));
    let state = ecs.lock();
    Ok(json!({"task": json_of(ecs, &state, &id)}))
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
