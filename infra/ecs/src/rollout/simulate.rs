//! The scheduler on a virtual clock: what an update will do, step by step, without AWS and without tasks.

use super::{Action, Event, Identity, Moment, Service, ServiceSpec, TargetHealth, TaskStatus, Timings};
use crate::simulation::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How a service is after something changed.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedStep {
    /// Since the update.
    pub at: Duration,
    /// The old revision's tasks that start or run.
    pub old: u32,
    /// The new revision's.
    pub new: u32,
    /// The stage; none of a rolling deployment.
    pub stage: Option<Stage>,
    /// The new revision's percent of the production traffic; none of a rolling deployment.
    pub production_percent: Option<f64>,
    /// The service events since the step before.
    pub events: Vec<String>,
}

/// What is started runs after this, and is healthy (or has exited) after this again; targets drain for as long.
const PACE: Duration = Duration::from_secs(10);
/// Longer than any deployment with ECS's longest waits but for those of pauses.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Updates a steady service to another revision, whose tasks are healthy soon or, if it fails, exit soon. Ends with the service
/// deployment, or after a week.
pub fn simulate(spec: ServiceSpec, fails: bool) -> Vec<SimulatedStep> {
    let identity = Identity {
        cluster: "simulated".to_owned(),
        name: "simulated".to_owned(),
        arn: String::new(),
        arn_prefix: "arn".to_owned(),
    };
    let start = Moment::from_millis(0);
    let service = Service::new(identity, spec.clone(), 0, Timings::prompt(), start);
    let mut world = World {
        service,
        now: start,
        queue: BTreeMap::new(),
        number: 0,
        failing: BTreeSet::new(),
        fails: None,
    };
    world.run(LONGEST, &mut |_| {});
    let began = world.now;
    world.fails = fails.then(|| world.service.deployments().first().map(|old| old.id.clone())).flatten();
    let old = world.service.deployments().first().map(|old| old.id.clone()).unwrap_or_default();
    let mut steps: Vec<SimulatedStep> = vec![];
    let mut said: BTreeSet<String> = world.service.events().iter().map(|event| event.id.clone()).collect();
    let mut look = |world: &World| {
        let step = world.step(&old, began, &mut said);
        let same =
            |last: &SimulatedStep| SimulatedStep { at: step.at, events: Vec::new(), ..last.clone() } == step;
        if !steps.last().is_some_and(same) {
            steps.push(step);
        }
    };
    look(&world);
    world.give(Event::Update { spec: Box::new(spec), force: true });
    look(&world);
    world.run(LONGEST, &mut look);
    steps
}

/// Tasks and targets that do what they are told.
struct World {
    service: Service,
    now: Moment,
    queue: BTreeMap<(Moment, u64), Event>,
    number: u64,
    /// Tasks that exit.
    failing: BTreeSet<String>,
    /// All tasks but those of this deployment exit.
    fails: Option<String>,
}

impl World {
    /// Until the service deployment has ended.
    fn run(&mut self, longest: Duration, look: &mut impl FnMut(&Self)) {
        let end = self.now + longest;
        while self.service.current_service_deployment().is_some() {
            let queued = self.queue.first_key_value().map(|((moment, _), _)| *moment);
            let next = queued.into_iter().chain(self.service.next_wake()).min();
            let Some(next) = next.filter(|next| *next <= end) else { return };
            self.now = self.now.max(next);
            let due = self.queue.first_entry().filter(|entry| entry.key().0 <= self.now);
            let event = due.map_or(Event::Tick, |entry| entry.remove());
            self.give(event);
            look(self);
        }
    }

    fn give(&mut self, event: Event) {
        // None of these events can be refused.
        for action in self.service.step(self.now, event).unwrap_or_default() {
            self.perform(action);
        }
    }

    fn perform(&mut self, action: Action) {
        let target =
            |task: String, target_group: String, health| Event::Target { task, target_group, health };
        match action {
            Action::StartTask { task, started_by, .. } => {
                let status = |status| Event::Task { task: task.clone(), status };
                self.later(PACE, status(TaskStatus::Running));
                if self.fails.as_ref().is_some_and(|good| *good != started_by) {
                    self.failing.insert(task.clone());
                    let (stop_code, reason) =
                        ("EssentialContainerExited", "Essential container in task exited");
                    let (stop_code, reason) = (stop_code.to_owned(), reason.to_owned());
                    self.later(2 * PACE, status(TaskStatus::Stopped { stop_code, reason }));
                } else {
                    self.later(2 * PACE, Event::ContainerHealth { task, healthy: true });
                }
            }
            Action::StopTask { task, stop_code, reason } => {
                self.later(PACE, Event::Task { task, status: TaskStatus::Stopped { stop_code, reason } });
            }
            Action::Register { task, target_group, .. } if !self.failing.contains(&task) => {
                self.later(PACE, target(task, target_group, TargetHealth::Healthy));
            }
            Action::Deregister { task, target_group } => {
                self.later(PACE, target(task, target_group, TargetHealth::Gone));
            }
            Action::Register { .. } | Action::SetWeights { .. } => {}
        }
    }

    fn later(&mut self, wait: Duration, event: Event) {
        self.number += 1;
        self.queue.insert((self.now + wait, self.number), event);
    }

    fn step(&self, old: &str, began: Moment, said: &mut BTreeSet<String>) -> SimulatedStep {
        let live = || self.service.tasks().values().filter(|task| task.is_live());
        let count =
            |is_old: bool| super::deployment::count(live().filter(|task| (task.deployment == old) == is_old));
        let newest = self.service.service_deployments().first();
        let events = self.service.events().iter().filter(|event| said.insert(event.id.clone()));
        let mut events: Vec<String> = events.map(|event| event.message.clone()).collect();
        events.reverse();
        SimulatedStep {
            at: self.now.since(began),
            old: count(true),
            new: count(false),
            stage: newest.and_then(|deployment| deployment.stage),
            production_percent: newest.and_then(|deployment| deployment.target.production_weight),
            events,
        }
    }
}
