//! What is known of tasks: where they are, how far they are, whether they are healthy.

use super::{
    Action, LastStatus, Moment, Refusal, RolloutState, Service, TargetHealth, Task, TaskStatus, Timings,
};
use std::collections::BTreeMap;

impl Service {
    pub(super) fn task_placed(&mut self, id: &str, zone: String, instance: Option<String>) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.zone = Some(zone);
            task.instance = instance;
        }
    }

    pub(super) fn task_not_placed(&mut self, id: &str, message: &str) {
        let Some(task) = self.tasks.remove(id) else { return };
        if !task.is_live() {
            return;
        }
        self.rebalancing_failed(&task);
        self.hold_back(&task.deployment, message);
        // Later it may only be a lack of room for one more.
        if !self.progress.as_ref().is_some_and(|progress| progress.has_run) {
            self.count_failure(&task.deployment);
        }
    }

    pub(super) fn task_status(&mut self, id: &str, status: TaskStatus) {
        let status = match status {
            TaskStatus::Provisioning => LastStatus::Provisioning,
            TaskStatus::Pending => LastStatus::Pending,
            TaskStatus::Activating => LastStatus::Activating,
            TaskStatus::Running => LastStatus::Running,
            TaskStatus::Stopped { stop_code, reason } => return self.task_stopped(id, &stop_code, &reason),
        };
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.is_live() && task.status < status) else {
            return;
        };
        task.status = status;
        if status != LastStatus::Running {
            return;
        }
        task.started = Some(self.now);
        let deployment =
            self.deployments.iter_mut().enumerate().find(|(_, owner)| owner.id == task.deployment);
        if let Some((index, deployment)) = deployment {
            deployment.throttle = super::throttle::Throttle::default();
            if let Some(progress) =
                self.progress.as_mut().filter(|progress| index == 0 && !progress.restoring)
            {
                progress.has_run = true;
            }
        }
    }

    fn task_stopped(&mut self, id: &str, stop_code: &str, reason: &str) {
        let Some(task) = self.tasks.remove(id) else { return };
        if !task.deregistering && !task.targets.is_empty() {
            self.deregister(&[&task]);
        }
        if !task.is_live() {
            return;
        }
        self.steady_since = None;
        self.rebalancing_failed(&task);
        if stop_code == "UserInitiated" {
            return;
        }
        if task.started.is_none() {
            let end = if reason.ends_with('.') { "" } else { "." };
            self.hold_back(&task.deployment, &format!("was unable to place a task. Reason: {reason}{end}"));
        }
        if !task.was_healthy && !task.failure_counted {
            self.count_failure(&task.deployment);
        }
    }

    /// A task of this deployment could not start: the next ones wait.
    fn hold_back(&mut self, deployment: &str, message: &str) {
        let (now, timings) = (self.now, self.timings);
        let Some(owner) = self.deployments.iter_mut().find(|owner| owner.id == deployment) else { return };
        let first = !owner.throttle.holds(now);
        let says_so = owner.throttle.fail(now, &timings);
        if first {
            self.say(message);
        }
        if says_so {
            self.say("is unable to consistently start tasks successfully.");
        }
    }

    pub(super) fn container_health(&mut self, id: &str, healthy: bool) {
        if let Some(task) = self.tasks.get_mut(id) {
            task.container_health = Some(healthy);
        }
    }

    pub(super) fn target_health(&mut self, id: &str, group: &str, health: TargetHealth) {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.targets.contains_key(group)) else {
            return;
        };
        if health != TargetHealth::Gone {
            task.targets.insert(group.to_owned(), health);
            return;
        }
        task.targets.remove(group);
        if let Some((stop_code, reason)) = task.stop.clone().filter(|_| task.targets.is_empty()) {
            task.status = LastStatus::Stopping;
            self.actions.push(Action::StopTask { task: id.to_owned(), stop_code, reason });
        }
    }

    pub(super) fn protect(&mut self, id: &str, until: Option<Moment>) -> Result<(), Refusal> {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.is_live()) else {
            return Err(Refusal::new("TASK_NOT_VALID", "The task is not valid for task protection."));
        };
        let is_old = self.deployments.first().is_some_and(|primary| {
            primary.id != task.deployment && primary.rollout_state == RolloutState::InProgress
        });
        if is_old && until.is_some() && task.is_protected(self.now) {
            let message = "Protected tasks block the service's deployment: protection can't be prolonged.";
            return Err(Refusal::new("DEPLOYMENT_BLOCKED", message));
        }
        task.protected_until = until;
        Ok(())
    }

    /// Which tasks are healthy, and which have failed their checks for good.
    pub(super) fn note_health(&mut self) {
        let (now, timings, grace) = (self.now, self.timings, self.spec.grace_period);
        let (mut recovered, mut failed) = (Vec::new(), Vec::new());
        for task in self.tasks.values_mut() {
            let was = (task.healthy, task.unhealthy);
            task.healthy = is_healthy(task, now, &timings);
            task.unhealthy = fails_checks(task) && task.started.is_some_and(|started| started + grace <= now);
            self.changed |= was != (task.healthy, task.unhealthy);
            if task.healthy && !task.was_healthy {
                task.was_healthy = true;
                recovered.push(task.deployment.clone());
            }
            if task.unhealthy && !task.failure_counted {
                task.failure_counted = true;
                failed.push(task.deployment.clone());
            }
        }
        for deployment in recovered {
            self.count_success(&deployment);
        }
        for deployment in failed {
            self.count_failure(&deployment);
        }
    }

    /// Registers tasks that run in their target groups.
    pub(super) fn register(&mut self) {
        let mut registered = BTreeMap::new();
        for task in
            self.tasks.values_mut().filter(|task| task.is_live() && task.status == LastStatus::Running)
        {
            for (balancer, group) in task.of.spec.load_balancers.iter().zip(&task.of.target_groups) {
                if task.targets.contains_key(group) {
                    continue;
                }
                task.targets.insert(group.clone(), TargetHealth::Initial);
                *registered.entry(group.clone()).or_insert(0) += 1;
                self.actions.push(Action::Register {
                    task: task.id.clone(),
                    target_group: group.clone(),
                    container: balancer.container.clone(),
                    container_port: balancer.container_port,
                });
            }
        }
        self.changed |= !registered.is_empty();
        self.say_targets("registered", &registered);
    }
}

/// A running task is healthy when all that checks it says so: its load balancers, its containers' own checks; without any, when
/// it has run for a while.
fn is_healthy(task: &Task, now: Moment, timings: &Timings) -> bool {
    if !task.is_live() || task.status != LastStatus::Running {
        return false;
    }
    let is_checked = task.of.spec.has_container_health_check;
    if !is_checked && task.of.target_groups.is_empty() {
        return healthy_at(task, timings).is_some_and(|healthy| healthy <= now);
    }
    // Nobody checks targets of a group that no rule forwards to.
    let passes =
        |group| matches!(task.targets.get(group), Some(TargetHealth::Healthy | TargetHealth::Unused));
    (!is_checked || task.container_health == Some(true)) && task.of.target_groups.iter().all(passes)
}

/// When a task that nobody checks counts as healthy.
pub(super) fn healthy_at(task: &Task, timings: &Timings) -> Option<Moment> {
    let checked = task.of.spec.has_container_health_check || !task.of.target_groups.is_empty();
    task.started.filter(|_| !checked).map(|started| started + timings.healthy_after)
}

/// Whether a check of a live task fails.
pub(super) fn fails_checks(task: &Task) -> bool {
    let fails = |health: &TargetHealth| matches!(health, TargetHealth::Unhealthy { .. });
    let unfit = task.of.spec.has_container_health_check && task.container_health == Some(false);
    task.is_live() && (unfit || task.targets.values().any(fails))
}
