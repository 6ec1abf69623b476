//! What becomes of tasks that fail their health checks: another one starts first, where there is room for it.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html>

use super::stop::Reason;
use super::{Service, Task};

impl Service {
    pub(super) fn replace_unhealthy(&mut self) {
        self.stop_replaced();
        for index in 0..self.deployments.len() {
            let id = &self.deployments[index].id;
            let is_bad =
                |task: &&Task| task.deployment == *id && task.unhealthy && task.replaced_by.is_none();
            let mut bad: Vec<&Task> = self.tasks.values().filter(is_bad).collect();
            bad.sort_by_key(|task| task.number);
            let bad: Vec<String> = bad.iter().map(|task| task.id.clone()).collect();
            if !bad.is_empty() {
                self.replace(index, &bad);
            }
        }
    }

    /// Starts tasks of the same revision in place of unhealthy ones of a deployment.
    fn replace(&mut self, index: usize, bad: &[String]) {
        let tally = self.tally();
        let wanted = tally.of(index).lasting() <= self.goal(index);
        if !wanted || !self.may_start(index) || (index > 0 && !self.may_refill(index, &tally)) {
            return;
        }
        let room = self.room(index, &tally) as usize;
        let mut started = Vec::new();
        for task in bad.iter().take(room) {
            let replacement = self.start(index, None, None);
            if let Some(task) = self.tasks.get_mut(task) {
                task.replaced_by = Some(replacement.clone());
            }
            started.push(replacement);
        }
        let mut stopped = None;
        if room == 0 && !self.is_replacing(index) {
            // One at a time. It does not count as healthy, so that no bound is against it.
            stopped = bad.first().cloned();
            if self.bounds().max_running > self.spec.desired_count || self.is_staged() {
                started.push(self.start(index, None, None));
            }
        }
        self.say_started(&started, started.len());
        self.stop(stopped.as_slice(), &Reason::Unhealthy);
    }

    /// Whether there is a task of the deployment of which nobody knows yet how it does.
    fn is_replacing(&self, index: usize) -> bool {
        let Some(deployment) = self.deployments.get(index) else { return false };
        let is_open = |task: &Task| task.is_live() && !task.healthy && !task.unhealthy;
        self.tasks.values().any(|task| task.deployment == deployment.id && is_open(task))
    }

    /// Stops unhealthy tasks whose replacements are healthy, or are no better; or that are not needed any more.
    fn stop_replaced(&mut self) {
        let enough = !self.is_staged() && self.tally().healthy >= self.spec.desired_count;
        let mut stopped = Vec::new();
        let mut spared = Vec::new();
        for task in self.tasks.values().filter(|task| task.is_live()) {
            let Some(replacement) = &task.replaced_by else { continue };
            match self.tasks.get(replacement).filter(|replacement| replacement.is_live()) {
                Some(_) if !task.unhealthy => spared.push(task.id.clone()),
                Some(new) if new.healthy || new.unhealthy || enough => {
                    stopped.push((task.number, task.id.clone()));
                }
                Some(_) => {}
                None => spared.push(task.id.clone()),
            }
        }
        for id in spared {
            if let Some(task) = self.tasks.get_mut(&id) {
                task.replaced_by = None;
                self.changed = true;
            }
        }
        stopped.sort();
        let stopped: Vec<String> = stopped.into_iter().map(|(_, id)| id).collect();
        self.stop(&stopped, &Reason::Unhealthy);
    }
}
