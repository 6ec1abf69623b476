//! What becomes known of a task, taken into its record.

use super::Ecs;
use super::task::Task;
use crate::tasks::TaskNews;
use std::time::SystemTime;

impl Task {
    /// Takes over what the runtime says.
    pub fn hear(&mut self, news: &TaskNews) {
        let now = SystemTime::now();
        self.version += 1;
        match news {
            TaskNews::Activating => {
                self.times.insert("pullStoppedAt", now);
                self.moves_on("ACTIVATING");
            }
            TaskNews::Address(address) => {
                self.address = Some(*address);
                self.times.entry("connectivityAt").or_insert(now);
                if self.last_status == "PROVISIONING" {
                    self.last_status = "PENDING";
                }
            }
            TaskNews::Container(state) => {
                let known = self.containers.iter_mut().find(|it| it.state.name == state.name);
                if let Some(container) = known {
                    container.state = state.clone();
                }
                let essential = |name: &str| {
                    let mut containers = self.definition.container_definitions.iter();
                    containers.any(|it| it.name() == name && it.is_essential())
                };
                if state.last_status == "STOPPED" && essential(&state.name) {
                    self.times.entry("executionStoppedAt").or_insert(now);
                }
            }
            TaskNews::Running => {
                self.times.insert("startedAt", now);
                self.times.entry("connectivityAt").or_insert(now);
                self.moves_on("RUNNING");
            }
            TaskNews::Health(health) => self.health = *health,
            TaskNews::Stopped { stop_code, reason } => self.end(stop_code, reason),
        }
    }

    /// It is being stopped.
    pub fn stopping(&mut self, last_status: &'static str, stop_code: &str, reason: &str) {
        self.version += 1;
        self.desired_status = "STOPPED";
        self.times.entry("stoppingAt").or_insert_with(SystemTime::now);
        self.stop_code.get_or_insert_with(|| stop_code.to_owned());
        self.stopped_reason.get_or_insert_with(|| reason.to_owned());
        self.last_status = last_status;
    }

    /// It has stopped.
    pub fn end(&mut self, stop_code: &str, reason: &str) {
        let now = SystemTime::now();
        (self.last_status, self.desired_status) = ("STOPPED", "STOPPED");
        for moment in ["stoppingAt", "executionStoppedAt", "stoppedAt"] {
            self.times.entry(moment).or_insert(now);
        }
        (self.stop_code, self.stopped_reason) = (Some(stop_code.to_owned()), Some(reason.to_owned()));
        for container in &mut self.containers {
            container.state.last_status = "STOPPED".to_owned();
        }
    }

    /// A task that is being stopped does not start any more.
    fn moves_on(&mut self, status: &'static str) {
        if self.desired_status == "RUNNING" {
            self.last_status = status;
        }
    }
}

impl Ecs {
    /// The record first, then whoever else wants to know.
    pub(super) fn hear(&self, id: &str, news: TaskNews) {
        let sender = {
            let mut state = self.lock();
            let Some(task) = state.tasks.get_mut(id).filter(|task| task.is_alive()) else { return };
            task.hear(&news);
            let ended = !task.is_alive();
            if ended { task.news.take() } else { task.news.clone() }
        };
        if let Some(sender) = sender {
            // Nobody may be listening any more.
            let _ = sender.send((id.to_owned(), news));
        }
    }
}
