//! Tasks and targets that do what they are told, on a clock that jumps.

use super::clock::Clock;
use super::names::Names;
use super::{Fault, Simulation, Step, TaskCounts, TrafficShares};
use crate::rollout::deployment::count;
use crate::rollout::{
    Action, Event, Identity, LastStatus, Moment, Service, ServiceDeployment, TargetHealth, TaskStatus,
    Timings,
};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// Where there is no circuit breaker, ECS starts failing tasks again without an end: so often it is shown, if that takes no longer
/// than this beside the tasks' own time.
const ROUNDS: u32 = 4;
const LONGEST: Duration = Duration::from_secs(3600);

/// A service and all around it.
pub(super) struct World<'a> {
    simulation: &'a Simulation,
    service: Service,
    clock: Clock,
    /// The deployment that is replaced; none at first.
    old: Option<String>,
    names: Names,
    /// How many tasks each deployment has started.
    started: HashMap<String, u32>,
    /// Tasks of the new revision, if something is wrong with it.
    faulty: BTreeSet<String>,
    /// The newest event that has been shown.
    said: Option<String>,
    /// How many stages have been shown.
    entered: usize,
}

impl<'a> World<'a> {
    /// A service whose first deployment has not begun, or is complete.
    pub(super) fn new(simulation: &'a Simulation, timings: Timings) -> Self {
        let identity = Identity {
            cluster: "main".to_owned(),
            name: "web".to_owned(),
            arn: String::new(),
            arn_prefix: "arn".to_owned(),
        };
        let clock = Clock::new();
        let mut world = Self {
            simulation,
            service: Service::new(identity, simulation.spec(), 0, timings, clock.now),
            clock,
            old: None,
            names: Names::default(),
            started: HashMap::new(),
            faulty: BTreeSet::new(),
            said: None,
            entered: 0,
        };
        if !simulation.first {
            world.name_newest("old");
            world.old = world.newest_id();
            while world.advance() {}
        }
        world
    }

    /// Carries the new revision's deployment out.
    pub(super) fn deploy(&mut self) -> Vec<Step> {
        let began = self.clock.now;
        self.said = self.service.events().front().map(|event| event.id.clone());
        let begin = match self.simulation.first {
            true => Event::Tick,
            false => Event::Update { spec: Box::new(self.simulation.spec()), force: true },
        };
        self.give(vec![begin]);
        let mut steps: Vec<Step> = Vec::new();
        loop {
            let step = self.step(began);
            match steps.last_mut() {
                Some(last) if last.seconds == step.seconds => last.merge(step),
                Some(last) if step.shows_nothing_new(last) => {}
                _ => steps.push(step),
            }
            if self.goes_on_like_this(began) || !self.advance() {
                return steps;
            }
        }
    }

    pub(super) fn deployment(&self) -> Option<&ServiceDeployment> {
        self.service.service_deployments().first()
    }

    /// The deployment has not ended, and waits for nothing.
    pub(super) fn is_blocked(&self) -> bool {
        self.service.current_service_deployment().is_some() && self.next().is_none()
    }

    fn goes_on_like_this(&self, since: Moment) -> bool {
        let Simulation { desired_count, pace, circuit_breaker, fault, .. } = self.simulation;
        if circuit_breaker.enable || fault.is_none() {
            return false;
        }
        let most = desired_count.saturating_mul(ROUNDS);
        self.deployment().is_some_and(|it| it.circuit_breaker.failure_count >= most.max(1))
            || self.clock.now.since(since) >= LONGEST + (pace.start + pace.health) * ROUNDS
    }

    /// Lets time pass until something happens; nothing does when the deployment has ended.
    fn advance(&mut self) -> bool {
        let Some(next) = self.next().filter(|_| self.service.current_service_deployment().is_some()) else {
            return false;
        };
        let events = self.clock.jump(next);
        self.give(events);
        true
    }

    fn next(&self) -> Option<Moment> {
        self.clock.next().into_iter().chain(self.service.next_wake()).min()
    }

    fn give(&mut self, events: Vec<Event>) {
        // None of these events can be refused.
        let actions = self.service.step_with_all(self.clock.now, events).unwrap_or_default();
        if self.newest_id() != self.old {
            self.name_newest("new");
        }
        for action in actions {
            self.perform(action);
        }
    }

    fn newest_id(&self) -> Option<String> {
        self.deployment().map(|newest| newest.deployment.clone())
    }

    fn name_newest(&mut self, age: &str) {
        if let Some(id) = self.newest_id() {
            self.names.deployment(&id, age);
        }
    }

    fn perform(&mut self, action: Action) {
        let pace = self.simulation.pace;
        match action {
            Action::StartTask { task, started_by, .. } => self.start(task, &started_by),
            Action::StopTask { task, stop_code, reason } => {
                self.clock.later(Duration::ZERO, stopped(task, &stop_code, &reason));
            }
            Action::Register { task, target_group, .. } => {
                let description = "Health checks failed with these codes: [503]".to_owned();
                let health = match self.simulation.fault.filter(|_| self.faulty.contains(&task)) {
                    None => TargetHealth::Healthy,
                    Some(Fault::Health) => TargetHealth::Unhealthy { description },
                    Some(Fault::Exit | Fault::Image) => return,
                };
                self.clock.later(pace.health, Event::Target { task, target_group, health });
            }
            Action::Deregister { task, target_group } => {
                self.clock
                    .later(pace.draining, Event::Target { task, target_group, health: TargetHealth::Gone });
            }
            Action::SetWeights { .. } => {}
        }
    }

    fn start(&mut self, task: String, deployment: &str) {
        let number = self.started.entry(deployment.to_owned()).or_default();
        *number += 1;
        self.names.task(&task, deployment, *number);
        let start = self.simulation.pace.start;
        let fault = self.simulation.fault.filter(|_| self.old.as_deref() != Some(deployment));
        if fault.is_some() {
            self.faulty.insert(task.clone());
        }
        if fault == Some(Fault::Image) {
            let reason = "CannotPullContainerError: failed to resolve ref web:latest: not found";
            return self.clock.later(start, stopped(task, "TaskFailedToStart", reason));
        }
        if fault == Some(Fault::Exit) {
            let exited =
                stopped(task.clone(), "EssentialContainerExited", "Essential container in task exited");
            self.clock.later(start + Duration::from_secs(1), exited);
        }
        self.clock.later(start, Event::Task { task, status: TaskStatus::Running });
    }

    /// How the service is now, and what is new.
    fn step(&mut self, began: Moment) -> Step {
        let events = self.service.events().iter().take_while(|event| Some(&event.id) != self.said.as_ref());
        let mut events: Vec<String> = events.map(|event| self.names.put_into(&event.message)).collect();
        events.reverse();
        self.said = self.service.events().front().map(|event| event.id.clone());
        let deployment = self.deployment();
        let stages: Vec<_> =
            deployment.iter().flat_map(|it| it.entered.iter().skip(self.entered).copied()).collect();
        let share = deployment.and_then(|it| it.target.production_weight);
        let failed_tasks = deployment.map_or(0, |it| it.circuit_breaker.failure_count);
        self.entered += stages.len();
        Step {
            seconds: self.clock.now.since(began).as_secs(),
            old: self.counts(|deployment| self.old.as_deref() == Some(deployment)),
            new: self.counts(|deployment| self.old.as_deref() != Some(deployment)),
            failed_tasks,
            stages,
            traffic: share.map(|new| TrafficShares { old: self.rest(new), new }),
            events,
        }
    }

    fn counts(&self, is_of: impl Fn(&str) -> bool) -> TaskCounts {
        let of = |is_counted: fn(LastStatus) -> bool| {
            let tasks = self.service.tasks().values();
            count(tasks.filter(|task| is_counted(task.status) && is_of(&task.deployment)))
        };
        TaskCounts {
            running: of(|status| status == LastStatus::Running),
            pending: of(|status| status < LastStatus::Running),
        }
    }

    /// What is left to the old revision, in tenths of a percent.
    fn rest(&self, new: f64) -> f64 {
        if self.old.is_some() { (1000.0 - new * 10.0).round() / 10.0 } else { 0.0 }
    }
}

impl Step {
    fn shows_nothing_new(&self, last: &Self) -> bool {
        let counts = |step: &Self| (step.old, step.new, step.failed_tasks, step.traffic);
        self.stages.is_empty() && self.events.is_empty() && counts(self) == counts(last)
    }

    /// Takes in what happened in the same second.
    fn merge(&mut self, mut next: Self) {
        self.stages.append(&mut next.stages);
        self.events.append(&mut next.events);
        let (stages, events) = (std::mem::take(&mut self.stages), std::mem::take(&mut self.events));
        *self = Self { stages, events, ..next };
    }
}

fn stopped(task: String, stop_code: &str, reason: &str) -> Event {
    let (stop_code, reason) = (stop_code.to_owned(), reason.to_owned());
    Event::Task { task, status: TaskStatus::Stopped { stop_code, reason } }
}
