//! A virtual cloud: tasks that do what their task definition's name says, target groups that drain, a clock that jumps.

use super::super::{
    Action, Event, Identity, LastStatus, Moment, Refusal, Service, ServiceSpec, TargetHealth, TaskStatus,
    Timings,
};
use std::collections::BTreeMap;
use std::time::Duration;

pub struct Cloud {
    pub service: Service,
    pub now: Moment,
    pub draining: Duration,
    /// What was done, and when.
    pub actions: Vec<(Moment, Action)>,
    /// The weights of rules.
    pub rules: BTreeMap<String, Vec<(String, u32)>>,
    /// Zones are given to tasks in turn; this many of the first.
    pub zones: Vec<String>,
    queue: BTreeMap<(Moment, u64), Event>,
    started: BTreeMap<String, String>,
    number: u64,
}

impl Cloud {
    pub fn new(spec: ServiceSpec, timings: Timings) -> Self {
        Self::seeded(spec, timings, 7)
    }

    pub fn seeded(spec: ServiceSpec, timings: Timings, seed: u64) -> Self {
        let identity = Identity {
            cluster: "main".to_owned(),
            name: "web".to_owned(),
            arn: "arn:test:ecs:here:1:service/main/web".to_owned(),
            arn_prefix: "arn:test:ecs:here:1".to_owned(),
        };
        let start = Moment::from_millis(1_000_000);
        let zones = spec.zones.clone();
        Self {
            service: Service::new(identity, spec, seed, timings, start),
            now: start,
            draining: Duration::from_secs(5),
            actions: Vec::new(),
            rules: BTreeMap::new(),
            zones,
            queue: BTreeMap::new(),
            started: BTreeMap::new(),
            number: 0,
        }
    }

    /// Gives the service an event now.
    pub fn give(&mut self, event: Event) -> Result<(), Refusal> {
        let actions = self.service.step(self.now, event)?;
        for action in actions {
            self.perform(action);
        }
        Ok(())
    }

    pub fn update(&mut self, spec: ServiceSpec) {
        self.give(Event::Update { spec: Box::new(spec), force: false }).unwrap();
    }

    /// Lets time pass.
    pub fn run(&mut self, wait: Duration) {
        self.run_checked(wait, |_| {});
    }

    /// Lets time pass, with a look after every step.
    pub fn run_checked(&mut self, wait: Duration, mut check: impl FnMut(&mut Self)) {
        let end = self.now + wait;
        let mut at_once = 0;
        loop {
            let queued = self.queue.first_key_value().map(|((moment, _), _)| *moment);
            let wake = self.service.next_wake();
            let Some(next) = queued.into_iter().chain(wake).min().filter(|next| *next <= end) else { break };
            at_once = if next > self.now { 0 } else { at_once + 1 };
            assert!(at_once < 20_000, "no end at {next:?}: {:#?}", self.messages());
            self.now = self.now.max(next);
            let event = match self.queue.first_entry() {
                Some(entry) if entry.key().0 <= self.now => entry.remove(),
                _ => Event::Tick,
            };
            self.give(event).unwrap();
            check(self);
        }
        self.now = end;
    }

    /// Lets time pass until something is so, for at most an hour.
    pub fn run_until(&mut self, mut is_so: impl FnMut(&Service) -> bool) {
        for _ in 0..36_000 {
            if is_so(&self.service) {
                return;
            }
            self.run(Duration::from_millis(100));
        }
        panic!("{:#?}", self.messages());
    }

    /// An event later on.
    pub fn later(&mut self, wait: Duration, event: Event) {
        self.number += 1;
        self.queue.insert((self.now + wait, self.number), event);
    }

    /// All service events so far, the oldest first, with ids replaced.
    pub fn messages(&self) -> Vec<String> {
        let mut names = BTreeMap::new();
        let events = self.service.events().iter().rev();
        events.map(|event| anonymous(&event.message, &mut names)).collect()
    }

    /// The same from a moment on, with seconds since then.
    pub fn timeline(&self, from: Moment) -> Vec<String> {
        let mut names = BTreeMap::new();
        let events = self.service.events().iter().rev().filter(|event| event.created >= from);
        let line = |created: Moment, text| format!("{} {text}", created.since(from).as_secs());
        events.map(|event| line(event.created, anonymous(&event.message, &mut names))).collect()
    }

    pub fn tasks_of(&self, task_definition: &str) -> usize {
        self.started.values().filter(|name| *name == task_definition).count()
    }

    pub fn task(&self, task_definition: &str) -> String {
        let found = self.started.iter().find(|(id, name)| {
            *name == task_definition
                && self.service.tasks().get(*id).is_some_and(|task| task.status == LastStatus::Running)
        });
        found.unwrap().0.clone()
    }

    pub fn stopped(&self) -> Vec<(String, String)> {
        let stops = self.actions.iter().filter_map(|(_, action)| match action {
            Action::StopTask { stop_code, reason, .. } => Some((stop_code.clone(), reason.clone())),
            _ => None,
        });
        stops.collect()
    }

    fn perform(&mut self, action: Action) {
        self.actions.push((self.now, action.clone()));
        match action {
            Action::StartTask { task, task_definition, zone, instance, .. } => {
                self.start(task, &task_definition, zone, instance);
            }
            Action::StopTask { task, stop_code, reason } => {
                self.status(1000, &task, TaskStatus::Stopped { stop_code, reason });
            }
            Action::Register { task, target_group, .. } => self.register(&task, &target_group),
            Action::Deregister { task, target_group } => {
                self.target(0, &task, &target_group, TargetHealth::Draining);
                let draining = u64::try_from(self.draining.as_millis()).unwrap();
                self.target(draining, &task, &target_group, TargetHealth::Gone);
            }
            Action::SetWeights { rule, weights } => drop(self.rules.insert(rule, weights)),
        }
    }

    fn start(&mut self, task: String, task_definition: &str, zone: Option<String>, instance: Option<String>) {
        let turn = self.started.len() % self.zones.len().max(1);
        let zone = zone.or_else(|| self.zones.get(turn).cloned()).unwrap_or_default();
        self.started.insert(task.clone(), task_definition.to_owned());
        if task_definition == "unplaceable" {
            let message =
                "was unable to place a task because no container instance met all of its requirements.";
            return self.later(Duration::ZERO, Event::TaskNotPlaced { task, message: message.to_owned() });
        }
        self.later(Duration::ZERO, Event::TaskPlaced { task: task.clone(), zone, instance });
        self.status(0, &task, TaskStatus::Pending);
        self.status(500, &task, TaskStatus::Activating);
        match task_definition {
            "unpullable" => {
                self.status(1000, &task, stopped("TaskFailedToStart", "CannotPullContainerError: not found"));
            }
            "hangs" => {}
            _ => self.status(1000, &task, TaskStatus::Running),
        }
        match task_definition {
            "exits" => {
                let reason = "Essential container in task exited";
                self.status(3000, &task, stopped("EssentialContainerExited", reason));
            }
            "sick" => self.container(4000, &task, false),
            "hangs" | "unpullable" => {}
            _ => self.container(4000, &task, true),
        }
    }

    fn register(&mut self, task: &str, group: &str) {
        self.target(0, task, group, TargetHealth::Initial);
        let description = "Health checks failed with these codes: [503]".to_owned();
        let health = match self.started[task].as_str() {
            "sick" => TargetHealth::Unhealthy { description },
            "exits" => return,
            _ => TargetHealth::Healthy,
        };
        self.target(3000, task, group, health);
    }

    pub fn status(&mut self, millis: u64, task: &str, status: TaskStatus) {
        self.later(Duration::from_millis(millis), Event::Task { task: task.to_owned(), status });
    }

    pub fn container(&mut self, millis: u64, task: &str, healthy: bool) {
        self.later(Duration::from_millis(millis), Event::ContainerHealth { task: task.to_owned(), healthy });
    }

    pub fn target(&mut self, millis: u64, task: &str, group: &str, health: TargetHealth) {
        let (task, target_group) = (task.to_owned(), group.to_owned());
        self.later(Duration::from_millis(millis), Event::Target { task, target_group, health });
    }
}

pub fn stopped(stop_code: &str, reason: &str) -> TaskStatus {
    TaskStatus::Stopped { stop_code: stop_code.to_owned(), reason: reason.to_owned() }
}

/// Replaces ids by T1, T2, ... and D1, D2, ... in the order in which they appear.
fn anonymous(message: &str, names: &mut BTreeMap<String, String>) -> String {
    let words = message.split_inclusive([' ', ')', '.', ',']);
    let mut text = String::new();
    for word in words {
        let id = word.trim_end_matches([' ', ')', '.', ',']);
        let id = id.trim_start_matches('(');
        let kind = match id.strip_prefix("ecs-svc/") {
            Some(_) => "D",
            None if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => "T",
            None => {
                text += word;
                continue;
            }
        };
        let number = names.values().filter(|name| name.starts_with(kind)).count() + 1;
        let name = names.entry(id.to_owned()).or_insert_with(|| format!("{kind}{number}"));
        text += &word.replace(id, name);
    }
    text
}
