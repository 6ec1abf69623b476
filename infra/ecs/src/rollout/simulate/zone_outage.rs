//! An availability zone is lost and comes back: where a service's tasks run meanwhile and afterwards.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html>

use super::clock::Clock;
use super::names::Names;
use super::{Fault, Pace, Simulation, TaskCounts};
use crate::rollout::deployment::count;
use crate::rollout::{
    Action, Event, Identity, LastStatus, Moment, Service, Strategy, TargetHealth, TaskStatus, Timings,
};
use crate::service::CircuitBreaker;
use serde::Serialize;
use std::time::Duration;

/// A zone that is lost, and the service that has tasks in it.
#[derive(Clone, Debug, PartialEq)]
pub struct ZoneOutage {
    /// How many tasks the service wants.
    pub desired_count: u32,
    /// In how many zones they may run.
    pub zones: u8,
    /// How long the first of them is away.
    pub lasts: Duration,
    /// Whether the service evens its tasks out.
    pub rebalances: bool,
    /// How fast tasks are.
    pub pace: Pace,
}

/// How the service is after something changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ZoneStep {
    /// Since the zone was lost.
    pub seconds: u64,
    /// The tasks in each zone, in the order of their letters.
    pub zones: Vec<TaskCounts>,
    /// The service events since the step before, with `web-1` for a task's id.
    pub events: Vec<String>,
}

/// What became of the service.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ZonesAfter {
    /// All changes, each at another second.
    pub steps: Vec<ZoneStep>,
    /// The fewest tasks that ran at a time.
    pub fewest_running: u32,
    /// Whether no zone has two tasks more than another in the end.
    pub balanced: bool,
}

impl ZoneOutage {
    /// Carries it out until the zone is back and nothing changes any more.
    pub fn run(&self) -> ZonesAfter {
        let mut world = World::new(self);
        world.until(Moment::from_millis(0), |world| !world.service.is_steady());
        world.begins();
        let began = world.clock.now;
        let back = began + self.lasts;
        let mut steps = vec![world.step(began)];
        while world.advance(back) {
            let step = world.step(began);
            match steps.last_mut() {
                Some(last) if last.seconds == step.seconds => {
                    last.events.extend(step.events);
                    last.zones = step.zones;
                }
                Some(last) if step.events.is_empty() && last.zones == step.zones => {}
                _ => steps.push(step),
            }
        }
        let running = |step: &ZoneStep| step.zones.iter().map(|zone| zone.running).sum();
        let last: Vec<u32> =
            steps.last().iter().flat_map(|step| step.zones.iter().map(|it| it.running)).collect();
        let spread = last.iter().max().unwrap_or(&0) - last.iter().min().unwrap_or(&0);
        ZonesAfter {
            fewest_running: steps.iter().map(running).min().unwrap_or_default(),
            balanced: spread < 2,
            steps,
        }
    }

    /// Letters, as zones end in.
    fn letters(&self) -> Vec<String> {
        (b'a'..).take(self.zones.into()).map(|letter| char::from(letter).to_string()).collect()
    }

    /// The service as a rollout has it, with zones.
    fn simulation(&self) -> Simulation {
        Simulation {
            desired_count: self.desired_count,
            minimum_healthy_percent: 100,
            maximum_percent: 200,
            strategy: Strategy::Rolling,
            circuit_breaker: CircuitBreaker::default(),
            first: true,
            fault: None::<Fault>,
            pace: self.pace,
        }
    }
}

/// The service, and the zones around it.
struct World<'a> {
    outage: &'a ZoneOutage,
    service: Service,
    clock: Clock,
    zones: Vec<String>,
    /// Whether the first zone is away.
    lost: bool,
    names: Names,
    started: u32,
    said: Option<String>,
}

impl<'a> World<'a> {
    fn new(outage: &'a ZoneOutage) -> Self {
        let (clock, zones) = (Clock::new(), outage.letters());
        let mut spec = outage.simulation().spec();
        (spec.rebalances_zones, spec.zones) = (outage.rebalances, zones.clone());
        let identity = Identity {
            cluster: "main".to_owned(),
            name: "web".to_owned(),
            arn: String::new(),
            arn_prefix: "arn".to_owned(),
        };
        let service = Service::new(identity, spec, 0, Timings::prompt(), clock.now);
        let names = Names::default();
        let mut world = Self { outage, service, clock, zones, lost: false, names, started: 0, said: None };
        world.give(vec![Event::Tick]);
        world
    }

    /// Lets time pass as long as something holds.
    fn until(&mut self, back: Moment, holds: impl Fn(&Self) -> bool) {
        while holds(self) && self.advance(back) {}
    }

    /// The zone's tasks are gone at once.
    fn begins(&mut self) {
        self.said = self.service.events().front().map(|event| event.id.clone());
        self.lost = true;
        let first = self.zones.first().cloned();
        let gone = self.service.tasks().values().filter(|task| task.zone == first && task.is_live());
        let gone: Vec<_> = gone
            .map(|task| {
                let stop_code = "EssentialContainerExited".to_owned();
                let reason = "Host terminated".to_owned();
                Event::Task { task: task.id.clone(), status: TaskStatus::Stopped { stop_code, reason } }
            })
            .collect();
        self.give(gone);
    }

    /// Lets time pass until something happens; nothing does once the zone is back and all is as it should be.
    fn advance(&mut self, back: Moment) -> bool {
        let returns = self.lost.then_some(back);
        let wake = self.service.next_wake().filter(|_| self.lost || !self.is_settled());
        let Some(next) = self.clock.next().into_iter().chain(wake).chain(returns).min() else { return false };
        let events = self.clock.jump(next);
        self.lost &= self.clock.now < back;
        self.give(events);
        true
    }

    fn is_settled(&self) -> bool {
        self.service.is_steady() && (self.spread() < 2 || !self.outage.rebalances)
    }

    fn spread(&self) -> u32 {
        let counts = self.zones.iter().map(|zone| self.live(zone));
        counts.clone().max().unwrap_or_default() - counts.min().unwrap_or_default()
    }

    fn live(&self, zone: &str) -> u32 {
        count(
            self.service.tasks().values().filter(|task| task.is_live() && task.zone.as_deref() == Some(zone)),
        )
    }

    fn give(&mut self, events: Vec<Event>) {
        // None of these events can be refused.
        let actions = self.service.step_with_all(self.clock.now, events).unwrap_or_default();
        for action in actions {
            // The next task goes elsewhere once this one has its place.
            if let Some(placed) = self.perform(action) {
                self.give(vec![placed]);
            }
        }
    }

    /// What is known at once: where a task has its place, or that it has none.
    fn perform(&mut self, action: Action) -> Option<Event> {
        let pace = self.outage.pace;
        match action {
            Action::StartTask { task, zone, started_by, .. } => {
                return Some(self.start(task, zone, &started_by));
            }
            Action::StopTask { task, stop_code, reason } => {
                let status = TaskStatus::Stopped { stop_code, reason };
                self.clock.later(Duration::ZERO, Event::Task { task, status });
            }
            Action::Register { task, target_group, .. } => {
                let health = TargetHealth::Healthy;
                self.clock.later(pace.health, Event::Target { task, target_group, health });
            }
            Action::Deregister { task, target_group } => {
                let health = TargetHealth::Gone;
                self.clock.later(pace.draining, Event::Target { task, target_group, health });
            }
            Action::SetWeights { .. } => {}
        }
        None
    }

    /// A task goes where it has to, or where fewest are.
    fn start(&mut self, task: String, wanted: Option<String>, deployment: &str) -> Event {
        self.started += 1;
        self.names.deployment(deployment, "web");
        self.names.task(&task, deployment, self.started);
        let open = &self.zones[usize::from(self.lost)..];
        let zone = match wanted {
            Some(zone) => open.contains(&zone).then_some(zone),
            None => open.iter().min_by_key(|zone| self.live(zone)).cloned(),
        };
        let Some(zone) = zone else {
            let message =
                "was unable to place a task because no capacity is available in the zone.".to_owned();
            return Event::TaskNotPlaced { task, message };
        };
        let running = Event::Task { task: task.clone(), status: TaskStatus::Running };
        self.clock.later(self.outage.pace.start, running);
        Event::TaskPlaced { task, zone, instance: None }
    }

    fn step(&mut self, began: Moment) -> ZoneStep {
        let events = self.service.events().iter().take_while(|event| Some(&event.id) != self.said.as_ref());
        let mut events: Vec<String> = events.map(|event| self.names.put_into(&event.message)).collect();
        events.reverse();
        self.said = self.service.events().front().map(|event| event.id.clone());
        let zones = self.zones.iter().map(|zone| self.counts(zone)).collect();
        ZoneStep { seconds: self.clock.now.since(began).as_secs(), zones, events }
    }

    fn counts(&self, zone: &str) -> TaskCounts {
        let of = |is_counted: fn(LastStatus) -> bool| {
            let tasks = self.service.tasks().values().filter(|task| task.zone.as_deref() == Some(zone));
            count(tasks.filter(|task| is_counted(task.status)))
        };
        TaskCounts {
            running: of(|status| status == LastStatus::Running),
            pending: of(|status| status < LastStatus::Running),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outage(desired_count: u32, zones: u8, rebalances: bool) -> ZoneOutage {
        let seconds = Duration::from_secs;
        let pace = Pace { start: seconds(20), health: seconds(10), draining: seconds(30) };
        ZoneOutage { desired_count, zones, lasts: seconds(600), rebalances, pace }
    }

    proptest! {
        #[test]
        fn a_service_is_balanced_again_if_it_rebalances(desired in 1_u32..20, zones in 2_u8..=6) {
            let after = outage(desired, zones, true).run();
            prop_assert!(after.balanced, "{after:#?}");
            let running: u32 = after.steps.last().unwrap().zones.iter().map(|zone| zone.running).sum();
            prop_assert_eq!(running, desired);
        }
    }

    #[test]
    fn without_rebalancing_the_tasks_stay_where_they_went() {
        let after = outage(4, 2, false).run();
        let running: Vec<_> = after.steps.last().unwrap().zones.iter().map(|zone| zone.running).collect();
        assert_eq!((running, after.balanced, after.fewest_running), (vec![0, 4], false, 2));
    }
}
