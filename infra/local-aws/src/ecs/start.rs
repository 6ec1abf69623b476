//! Starts and stops tasks.

use super::Ecs;
use super::placement::place;
use super::task::{News, Task};
use super::{NotPlaced, Placed, TaskRequest};
use crate::tasks::{TaskNews, TaskToRun};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::mpsc;

/// So many tasks of a cluster may wait for capacity.
const MOST_WAITING: usize = 500;

/// Places and starts a task; one of a capacity provider with managed scaling may wait for an instance.
pub(super) fn start(ecs: &Arc<Ecs>, request: TaskRequest, news: News) -> Result<Placed, NotPlaced> {
    let refused = |event: &str| NotPlaced { failures: Vec::new(), event: event.to_owned() };
    let id = request.id.clone();
    let placed = {
        let mut state = ecs.lock();
        let revision = state.revision(&request.task_definition).cloned();
        let revision = revision
            .ok_or_else(|| refused("was unable to place a task. Reason: TaskDefinition not found."))?;
        let arn = ecs.task_arn(&request.cluster, &id);
        let tags = serde_json::from_value(request.tags.clone()).unwrap_or_default();
        let mut task = Task::new(arn.clone(), request, revision, news);
        if let Err(not_placed) = place(ecs, &state, &mut task) {
            let waits =
                task.provider().and_then(|name| state.providers.get(name)).is_some_and(|it| it.is_scaled());
            if !waits {
                return Err(not_placed);
            }
            if state.alive_in(&task.request.cluster).filter(|it| it.is_waiting()).count() >= MOST_WAITING {
                return Err(refused(
                    "was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.",
                ));
            }
        }
        let placed = task.placed();
        state.tags.insert(arn, tags);
        state.tasks.insert(id.clone(), task);
        placed
    };
    if placed.is_some() {
        launch(ecs, &id);
    }
    Ok(placed.unwrap_or(Placed { zone: String::new(), instance: None }))
}

/// Hands a task that has its place to the runtime.
pub(super) fn launch(ecs: &Arc<Ecs>, id: &str) {
    let to_run = {
        let mut state = ecs.lock();
        let Some(task) = state.tasks.get_mut(id).filter(|task| task.is_alive()) else { return };
        if !task.own_network() {
            task.last_status = "PENDING";
        }
        task.times.insert("pullStartedAt", SystemTime::now());
        TaskToRun {
            id: task.id.clone(),
            arn: task.arn.clone(),
            cluster: task.request.cluster.clone(),
            cluster_arn: ecs.cluster_arn(&task.request.cluster),
            group: task.request.group.clone(),
            task_definition: task.definition.clone(),
            revision: task.revision.number,
            launch_type: if task.on_fargate() { "FARGATE" } else { "EC2" }.to_owned(),
            zone: task.zone.clone().unwrap_or_default(),
            overrides: task.request.overrides.clone(),
            enable_execute_command: task.request.enable_execute_command,
        }
    };
    let (sender, mut receiver) = mpsc::unbounded_channel();
    ecs.runtime.start(to_run, sender);
    // Who had it stopped before the runtime knew it meant it all the same.
    let stopped =
        ecs.lock().tasks.get(id).filter(|it| it.desired_status == "STOPPED").and_then(Task::stopped_by);
    if let Some((stop_code, reason)) = stopped {
        ecs.runtime.stop(id, &stop_code, &reason);
    }
    let ecs = ecs.clone();
    tokio::spawn(async move {
        while let Some((id, news)) = receiver.recv().await {
            ecs.hear(&id, news);
        }
    });
}

/// Has a task stopped; one that waits for an instance is stopped at once.
pub(super) fn stop(ecs: &Ecs, id: &str, stop_code: &str, reason: &str) {
    let was_launched = {
        let mut state = ecs.lock();
        let Some(task) = state.tasks.get_mut(id).filter(|task| task.is_alive()) else { return };
        task.stopping("STOPPING", stop_code, reason);
        !task.is_waiting()
    };
    if was_launched {
        ecs.runtime.stop(id, stop_code, reason);
    } else {
        end(ecs, id, stop_code, reason);
    }
}

/// A task that was never launched ends.
pub(super) fn end(ecs: &Ecs, id: &str, stop_code: &str, reason: &str) {
    ecs.hear(id, TaskNews::Stopped { stop_code: stop_code.to_owned(), reason: reason.to_owned() });
}
