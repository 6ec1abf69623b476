//! Tasks that scale-in and deployments leave alone for a while.

use crate::api_error::ApiError;
use crate::ecs::Ecs;
use crate::ecs::input::{failure, invalid, last_part, seconds, without_nulls};
use infra_ecs::rollout::{Event, Moment};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// A protection lasts two hours where nothing is said, and two days at most.
const MINUTES: i64 = 120;
const MOST_MINUTES: i64 = 2880;
const MOST_TASKS: usize = 10;

/// Which tasks are protected, and until when.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html>
pub fn get(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let (mut protected, mut failures) = (Vec::new(), Vec::new());
    for actor in ecs.services.of(&cluster) {
        let asked = tasks(&body)?;
        let state = actor.state();
        let its = state.rollout.tasks().values();
        let its = its.filter(|task| asked.is_empty() || asked.iter().any(|it| last_part(it) == task.id));
        protected.extend(its.map(|task| protection(ecs, &cluster, &task.id, task.protected_until)));
    }
    for reference in tasks(&body)? {
        let arn = task_arn(ecs, &cluster, reference);
        if !protected.iter().any(|it| it["taskArn"] == arn) {
            failures.push(failure(&arn, "TASK_NOT_VALID"));
        }
    }
    Ok(json!({ "protectedTasks": protected, "failures": failures }))
}

/// Protects tasks of services, or ends that.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html>
pub async fn update(ecs: &Arc<Ecs>, body: Value) -> Result<Value, ApiError> {
    let cluster = ecs.cluster_named(body["cluster"].as_str())?;
    let enabled =
        body["protectionEnabled"].as_bool().ok_or_else(|| invalid("protectionEnabled cannot be empty."))?;
    let minutes = body["expiresInMinutes"].as_i64().unwrap_or(MINUTES);
    if !(1..=MOST_MINUTES).contains(&minutes) {
        return Err(invalid(format!("Invalid expiresInMinutes: must be between 1 and {MOST_MINUTES}.")));
    }
    let until = ecs.clock.now() + Duration::from_secs(minutes.unsigned_abs() * 60);
    let until = enabled.then_some(until);
    let (mut protected, mut failures) = (Vec::new(), Vec::new());
    for reference in tasks(&body)? {
        let (id, arn) = (last_part(reference).to_owned(), task_arn(ecs, &cluster, reference));
        let mut actors = ecs.services.of(&cluster).into_iter();
        let actor = actors.find(|actor| actor.state().rollout.tasks().contains_key(&id));
        let Some(actor) = actor else {
            failures.push(failure(&arn, "TASK_NOT_VALID"));
            continue;
        };
        match actor.ask(Event::Protection { task: id.clone(), until }, None).await {
            Ok(()) => protected.push(protection(ecs, &cluster, &id, until)),
            Err(refusal) => {
                failures.push(json!({ "arn": arn, "reason": refusal.code, "detail": refusal.message }));
            }
        }
    }
    Ok(json!({ "protectedTasks": protected, "failures": failures }))
}

fn tasks(body: &Value) -> Result<Vec<&str>, ApiError> {
    let tasks: Vec<_> = body["tasks"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if tasks.len() > MOST_TASKS {
        return Err(invalid(format!("Tasks list cannot contain more than {MOST_TASKS} items.")));
    }
    Ok(tasks)
}

fn task_arn(ecs: &Ecs, cluster: &str, reference: &str) -> String {
    ecs.account.arn("ecs", &format!("task/{cluster}/{}", last_part(reference)))
}

fn protection(ecs: &Ecs, cluster: &str, id: &str, until: Option<Moment>) -> Value {
    without_nulls(json!({
        "taskArn": task_arn(ecs, cluster, id),
        "protectionEnabled": until.is_some(),
        "expirationDate": until.map(|until| seconds(ecs.clock.real(until))),
    }))
}
