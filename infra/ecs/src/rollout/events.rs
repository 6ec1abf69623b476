//! Service events in ECS's words, as public records of real services have them.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>. Its examples differ in
//! their first words from what services say.

use super::{Service, ServiceEvent};
use std::collections::BTreeMap;

/// ECS keeps so many.
const MOST: usize = 100;
/// So many tasks are named in one event: as many as are started in one call.
const NAMED: usize = 10;

impl Service {
    /// `(service X) ...`.
    pub(super) fn say(&mut self, rest: &str) {
        self.log(format!("(service {}) {rest}", self.identity.name));
    }

    /// `(service X) (deployment ecs-svc/N) ...`.
    pub(super) fn say_of(&mut self, deployment: &str, rest: &str) {
        self.say(&format!("(deployment {deployment}) {rest}"));
    }

    pub(super) fn say_started(&mut self, tasks: &[String], replaced: usize) {
        for (index, named) in tasks.chunks(NAMED).enumerate() {
            let mut text = format!("has started {} tasks: {}.", named.len(), list(named));
            if index == 0 && replaced > 0 {
                text += &format!(" Amazon ECS replaced {replaced} tasks due to an unhealthy status.");
            }
            self.say(&text);
        }
    }

    /// Of tasks that are about to be stopped: those that ran are named.
    pub(super) fn say_stopped(&mut self, running: &[String], pending: usize) {
        for named in running.chunks(NAMED) {
            self.say(&format!("has stopped {} running tasks: {}.", named.len(), list(named)));
        }
        if pending > 0 {
            self.say(&format!("stopped {pending} pending tasks."));
        }
    }

    /// How many targets were registered (or deregistered) in which group.
    pub(super) fn say_targets(&mut self, what: &str, groups: &BTreeMap<String, usize>) {
        for (group, count) in groups {
            self.say(&format!("{what} {count} targets in (target-group {group})"));
        }
    }

    /// How many tasks of which deployment drain.
    pub(super) fn say_draining(&mut self, deployments: &BTreeMap<String, usize>) {
        for (deployment, count) in deployments {
            self.log(format!(
                "(service {}, taskSet {deployment}) has begun draining connections on {count} tasks.",
                self.identity.name
            ));
        }
    }

    fn log(&mut self, message: String) {
        let id = self.ids.uuid();
        self.events.push_front(ServiceEvent { id, created: self.now, message });
        self.events.truncate(MOST);
    }
}

fn list(tasks: &[String]) -> String {
    tasks.iter().map(|task| format!("(task {task})")).collect::<Vec<_>>().join(" ")
}
