//! How tasks are stopped: out of their target groups first, then the task itself.

use super::{Action, LastStatus, Service, TargetHealth, Task};
use std::collections::BTreeMap;

/// Why the scheduler stops a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// There are too many, or a newer revision takes its place.
    Scaling,
    /// It fails its health checks.
    Unhealthy,
    /// Its zone has too many.
    Rebalancing,
}

impl Service {
    /// Decides that these tasks stop, and says so. What is registered waits until its targets have drained.
    pub(super) fn stop(&mut self, ids: &[String], reason: &Reason) {
        let driver = self.deployments.first().map(|primary| primary.id.clone()).unwrap_or_default();
        let (mut running, mut pending) = (Vec::new(), 0);
        for id in ids {
            let Some(task) = self.tasks.get_mut(id).filter(|task| task.is_live()) else { continue };
            let (said, why) = match reason {
                Reason::Unhealthy => unhealthy(task),
                _ => (None, format!("Scaling activity initiated by (deployment {driver})")),
            };
            let stop = ("ServiceSchedulerInitiated".to_owned(), why);
            let ran = task.status == LastStatus::Running;
            task.healthy = false;
            task.unhealthy = false;
            task.status =
                if task.targets.is_empty() { LastStatus::Stopping } else { LastStatus::Deactivating };
            if task.targets.is_empty() {
                let (stop_code, reason) = stop.clone();
                self.actions.push(Action::StopTask { task: id.clone(), stop_code, reason });
            }
            task.stop = Some(stop);
            if ran {
                running.push(id.clone());
            } else {
                pending += 1;
            }
            if let Some(said) = said {
                self.say(&said);
            }
        }
        if pending > 0 || !running.is_empty() {
            self.steady_since = None;
            self.changed = true;
        }
        if *reason == Reason::Rebalancing {
            for id in &running {
                self.say(&format!("has stopped 1 running tasks in AZ due to AZ rebalancing: (task {id})."));
            }
        } else {
            self.say_stopped(&running, pending);
        }
    }

    /// Deregisters the targets of tasks that are to stop.
    pub(super) fn deregister_stopping(&mut self) {
        let due = |task: &Task| !task.is_live() && !task.deregistering && !task.targets.is_empty();
        let mut due: Vec<Task> = self.tasks.values().filter(|task| due(task)).cloned().collect();
        due.sort_by_key(|task| task.number);
        self.deregister(&due.iter().collect::<Vec<_>>());
        for task in due {
            if let Some(task) = self.tasks.get_mut(&task.id) {
                task.deregistering = true;
            }
        }
    }

    pub(super) fn deregister(&mut self, tasks: &[&Task]) {
        let (mut groups, mut deployments) = (BTreeMap::new(), BTreeMap::new());
        for task in tasks {
            *deployments.entry(task.deployment.clone()).or_insert(0) += 1;
            for group in task.targets.keys() {
                *groups.entry(group.clone()).or_insert(0) += 1;
                self.actions.push(Action::Deregister { task: task.id.clone(), target_group: group.clone() });
            }
        }
        self.changed |= !tasks.is_empty();
        self.say_targets("deregistered", &groups);
        self.say_draining(&deployments);
    }
}

/// What is said of an unhealthy task after `(service X) `, and why it is stopped.
fn unhealthy(task: &Task) -> (Option<String>, String) {
    let balancers = task.of.spec.load_balancers.iter().zip(&task.of.target_groups);
    for (balancer, group) in balancers {
        if let Some(TargetHealth::Unhealthy { description }) = task.targets.get(group) {
            let (id, port) = (&task.id, balancer.container_port);
            let said = format!(
                "(task {id}) (port {port}) is unhealthy in (target-group {group}) due to (reason {description})."
            );
            return (Some(said), format!("Task failed ELB health checks in (target-group {group})"));
        }
    }
    let said = format!("(task {}) failed container health checks.", task.id);
    (Some(said), "Task failed container health checks".to_owned())
}
