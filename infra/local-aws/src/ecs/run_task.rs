//! RunTask and StartTask: tasks that no service keeps running.

use super::input::{Request, failure, invalid, last_part, read};
use super::state::{State, hex};
use super::tags::checked;
use super::task_definitions::Revision;
use super::tasks::json_of;
use super::words::refuse;
use super::{Ecs, TaskRequest};
use crate::api_error::ApiError;
use infra_ecs::placement::{Share, place};
use infra_ecs::tag::Tag;
use infra_ecs::{CapacityProviderStrategyItem, RunTaskRequest, requests, rules};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::SystemTime;

const MOST: usize = 10;

/// RunTask.
pub(super) async fn run(ecs: &Arc<Ecs>, body: Map<String, Value>) -> Result<Value, ApiError> {
    let request: Request = read(body.clone())?;
    let body = Value::Object(body);
    let (cluster, revision) = resources(ecs, &request)?;
    check(&body, &revision)?;
    if let Some(answer) = repeated(&ecs.lock(), &request, &body)? {
        return Ok(answer);
    }
    let strategy =
        ecs.strategy(&cluster, request.launch_type.as_deref(), &request.capacity_provider_strategy)?;
    let tags = tags(ecs, &request, &cluster, &revision)?;
    runs_there(&request, &strategy, &revision)?;
    ecs.look().await?;
    let on_instances = strategy.is_empty() && request.launch_type.as_deref() != Some("FARGATE");
    let has_instances =
        ecs.lock().instances.values().any(|it| it.cluster == cluster && it.status == "ACTIVE");
    if on_instances && !has_instances {
        return Err(invalid("No Container Instances were found in your cluster."));
    }
    let count = request.count.unwrap_or(1);
    let shares: Vec<Share> = strategy.iter().map(Share::from).collect();
    let shares = shares.iter().zip(place(count, &shares));
    let mut providers =
        shares.flat_map(|(share, tasks)| std::iter::repeat_n(&share.capacity_provider, tasks as usize));
    let mut answer = json!({"tasks": [], "failures": []});
    for _ in 0..count {
        let mut task = task(&request, &cluster, &revision, &tags);
        task.capacity_provider = providers.next().cloned();
        start_one(ecs, task, &mut answer);
    }
    if let Some(token) = request.client_token {
        ecs.lock().tokens.insert(token, (body, answer.clone(), SystemTime::now()));
    }
    Ok(answer)
}

/// StartTask: on instances that the caller chooses.
pub(super) async fn start(ecs: &Arc<Ecs>, mut body: Map<String, Value>) -> Result<Value, ApiError> {
    let request: Request = read(body.clone())?;
    if !(1..=MOST).contains(&request.container_instances.len()) {
        return Err(invalid("Container instances must have between 1 and 10 items."));
    }
    let (cluster, revision) = resources(ecs, &request)?;
    body.remove("containerInstances");
    check(&Value::Object(body), &revision)?;
    let tags = tags(ecs, &request, &cluster, &revision)?;
    ecs.look().await?;
    let mut answer = json!({"tasks": [], "failures": []});
    for reference in &request.container_instances {
        let known = ecs.lock().instance_in(&cluster, reference).map(|it| (it.arn(ecs), it.status));
        let missing =
            || ecs.account.arn("ecs", &format!("container-instance/{cluster}/{}", last_part(reference)));
        match known {
            None => add(&mut answer["failures"], failure(&missing(), "MISSING")),
            Some((arn, "INACTIVE")) => add(&mut answer["failures"], failure(&arn, "INACTIVE")),
            Some((arn, _)) => {
                let task = TaskRequest { instance: Some(arn), ..task(&request, &cluster, &revision, &tags) };
                start_one(ecs, task, &mut answer);
            }
        }
    }
    Ok(answer)
}

/// Starts a task, and adds it or why it has no place to the answer.
fn start_one(ecs: &Arc<Ecs>, task: TaskRequest, answer: &mut Value) {
    let id = task.id.clone();
    match ecs.start_task(task, None) {
        Ok(_) => add(&mut answer["tasks"], json_of(ecs, &ecs.lock(), &id)),
        Err(it) if it.failures.is_empty() => add(&mut answer["failures"], json!({"reason": it.event})),
        Err(it) => it.failures.into_iter().for_each(|failure| add(&mut answer["failures"], failure)),
    }
}

fn add(list: &mut Value, item: Value) {
    if let Some(list) = list.as_array_mut() {
        list.push(item);
    }
}

fn resources(ecs: &Ecs, request: &Request) -> Result<(String, Arc<Revision>), ApiError> {
    let state = ecs.lock();
    let cluster = state.cluster(request.cluster.as_deref())?.name.clone();
    if request.task_definition.is_empty() {
        return Err(invalid("TaskDefinition cannot be empty."));
    }
    Ok((cluster, state.active_revision(&request.task_definition)?.clone()))
}

/// What the rules refuse of a request, alone and with its task definition.
fn check(body: &Value, revision: &Revision) -> Result<(), ApiError> {
    let unreadable = |error: serde_json::Error| invalid(error.to_string());
    refuse(&requests::run_task(body).map_err(unreadable)?, body, invalid)?;
    let request: RunTaskRequest = serde_json::from_value(body.clone()).map_err(unreadable)?;
    refuse(&rules::run_task(&request), body, invalid)?;
    refuse(&rules::run_task_and_task(&request, &revision.definition), body, invalid)
}

/// Whether the definition runs where the tasks are to run.
fn runs_there(
    request: &Request,
    strategy: &[CapacityProviderStrategyItem],
    revision: &Revision,
) -> Result<(), ApiError> {
    let fargate = strategy.first().is_some_and(CapacityProviderStrategyItem::is_fargate);
    let launch_type = match request.launch_type.as_deref() {
        Some(launch_type) => launch_type,
        None if fargate => "FARGATE",
        None => "EC2",
    };
    if revision.runs_on(launch_type) {
        Ok(())
    } else {
        Err(invalid(format!("Task definition does not support launch_type {launch_type}.")))
    }
}

/// The answer to the same request before; another one with its token is refused.
fn repeated(state: &State, request: &Request, body: &Value) -> Result<Option<Value>, ApiError> {
    let Some((before, answer, _)) = request.client_token.as_ref().and_then(|token| state.tokens.get(token))
    else {
        return Ok(None);
    };
    if before == body {
        return Ok(Some(answer.clone()));
    }
    let message = "The request could not be processed because of conflict in the clientToken.";
    Err(ApiError::new("ConflictException", message))
}

/// A task's own tags, its definition's where they are propagated, and ECS's own.
fn tags(ecs: &Ecs, request: &Request, cluster: &str, revision: &Revision) -> Result<Vec<Tag>, ApiError> {
    let mut tags = checked(request.tags.clone())?;
    let mut add = |more: Vec<Tag>| {
        let new =
            more.into_iter().filter(|tag| !tags.iter().any(|own| own.key == tag.key)).collect::<Vec<_>>();
        tags.extend(new);
    };
    if request.propagate_tags.as_deref() == Some("TASK_DEFINITION") {
        add(ecs.lock().tags.get(&revision.arn).cloned().unwrap_or_default());
    }
    if request.enable_ecs_managed_tags {
        add(vec![Tag { key: Some("aws:ecs:clusterName".to_owned()), value: Some(cluster.to_owned()) }]);
    }
    Ok(tags)
}

fn task(request: &Request, cluster: &str, revision: &Revision, tags: &[Tag]) -> TaskRequest {
    let group = request.group.clone();
    TaskRequest {
        id: hex(32),
        cluster: cluster.to_owned(),
        task_definition: revision.arn.clone(),
        launch_type: request.launch_type.clone(),
        capacity_provider: None,
        network: request.network_configuration.clone(),
        placement_constraints: request.placement_constraints.clone(),
        placement_strategy: request.placement_strategy.clone(),
        group: group.unwrap_or_else(|| format!("family:{}", revision.definition.family)),
        started_by: request.started_by.clone(),
        overrides: request.overrides.clone(),
        tags: json!(tags),
        enable_execute_command: request.enable_execute_command,
        platform_version: request.platform_version.clone(),
        zone: None,
        instance: None,
    }
}
