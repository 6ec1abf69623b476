//! How ECS rolls a service out: a state machine without a clock, without I/O and without chance but its seed.
//!
//! [`Service::step`] takes an [`Event`] and the time and answers [`Action`]s. `cargo xtask simulate` runs it on a virtual
//! clock with ideal tasks, the local AWS on the real one with real containers.

mod action;
mod bounds;
mod breaker;
mod daemon;
mod deployment;
mod event;
mod events;
mod failure;
mod finish;
mod health;
mod hooks;
mod ids;
mod moment;
mod pass;
mod progress;
mod replace;
mod simulate;
mod spec;
mod stage;
mod stages;
mod state;
mod stop;
mod tally;
mod throttle;
mod traffic;
mod wake;
mod words;
mod zones;

#[cfg(test)]
mod tests;

pub use action::Action;
pub use bounds::{Bounds, least_maximum_percent, most_minimum_healthy_percent};
pub use event::{Event, TargetHealth, TaskStatus};
pub use moment::Moment;
pub use simulate::{
    Fault, Outcome, Pace, Simulated, Simulation, Step, TaskCounts, TrafficShares, ZoneOutage, ZoneStep,
    ZonesAfter,
};
pub use spec::{Hook, LoadBalancer, ServiceSpec, Strategy, Timings};
pub use stage::Stage;
pub use state::{
    AlarmsView, BreakerView, Deployment, HookDetail, Identity, Refusal, Revision, RevisionCounts, Rollback,
    ServiceDeployment, ServiceEvent, Task,
};
pub use words::{
    DeploymentStatus, HookStatus, LastStatus, MonitorStatus, RolloutState, ServiceDeploymentStatus,
    ServiceStatus,
};

use ids::Ids;
use progress::Progress;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use zones::Balance;

/// A service and all that ECS's scheduler knows of it.
#[derive(Clone, Debug)]
pub struct Service {
    identity: Identity,
    timings: Timings,
    ids: Ids,
    now: Moment,
    spec: ServiceSpec,
    status: ServiceStatus,
    /// The PRIMARY one first.
    deployments: Vec<Deployment>,
    /// The newest first.
    service_deployments: Vec<ServiceDeployment>,
    revisions: Vec<Arc<Revision>>,
    tasks: BTreeMap<String, Task>,
    events: VecDeque<ServiceEvent>,
    actions: Vec<Action>,
    /// What drives the service deployment that is under way.
    progress: Option<Progress>,
    instances: BTreeSet<String>,
    alarms: BTreeSet<String>,
    next_task: u64,
    /// The task that evens the zones out, and its zone.
    rebalance: Option<(String, String)>,
    balance: Balance,
    said_protected: u32,
    steady_since: Option<Moment>,
    next_pass: Moment,
    /// A look at the service is due.
    dirty: bool,
    /// The look that is under way has changed something.
    changed: bool,
}

/// Looks that follow one another at once; what then still changes waits for the next step.
const MOST_LOOKS: usize = 32;

impl Service {
    /// A service that has just been created. Its first deployment is there; it starts its tasks with the first step, which is due
    /// at once.
    pub fn new(identity: Identity, spec: ServiceSpec, seed: u64, timings: Timings, now: Moment) -> Self {
        let mut service = Self {
            identity,
            timings,
            ids: Ids::new(seed),
            now,
            spec,
            status: ServiceStatus::Active,
            deployments: Vec::new(),
            service_deployments: Vec::new(),
            revisions: Vec::new(),
            tasks: BTreeMap::new(),
            events: VecDeque::new(),
            actions: Vec::new(),
            progress: None,
            instances: BTreeSet::new(),
            alarms: BTreeSet::new(),
            next_task: 0,
            rebalance: None,
            balance: Balance::default(),
            said_protected: 0,
            steady_since: None,
            next_pass: now,
            dirty: true,
            changed: false,
        };
        service.begin_deployment();
        service
    }

    /// A new service whose first deployment is not ended by these alarms, which are on already.
    pub fn despite_alarms(mut self, names: Vec<String>) -> Self {
        self.alarms = names.into_iter().collect();
        if let Some(progress) = &mut self.progress {
            progress.ignored_alarms = self.alarms.clone();
        }
        self
    }

    /// Takes in what happened and answers what to do. Time does not go back: an earlier moment counts as the latest.
    ///
    /// # Errors
    /// What ECS refuses of `Update`, `StopDeployment`, `ContinueDeployment` and `Protection`. No other event fails.
    pub fn step(&mut self, now: Moment, event: Event) -> Result<Vec<Action>, Refusal> {
        self.step_with_all(now, vec![event])
    }

    /// The same for all that happens at one moment: nothing is decided before the last of it is known.
    ///
    /// # Errors
    /// As [`Service::step`]; what comes after a refused event is not taken in.
    pub fn step_with_all(&mut self, now: Moment, events: Vec<Event>) -> Result<Vec<Action>, Refusal> {
        let wakes = self.next_wake().is_some_and(|wake| wake <= now);
        let decides = wakes || events.iter().any(|event| !event.is_notice());
        self.now = self.now.max(now);
        for event in events {
            self.take_in(event)?;
        }
        if decides {
            self.look();
        }
        Ok(std::mem::take(&mut self.actions))
    }

    fn take_in(&mut self, event: Event) -> Result<(), Refusal> {
        match event {
            Event::Tick => {}
            Event::Update { spec, force } => self.update(*spec, force)?,
            Event::Delete => self.delete(),
            Event::StopDeployment { deployment, abort } => self.stop_deployment(&deployment, abort)?,
            Event::ContinueDeployment { deployment, hook, roll_back } => {
                self.continue_deployment(&deployment, &hook, roll_back)?;
            }
            Event::RuleNotChanged { message } => self.rule_not_changed(message),
            Event::Alarms(names) => self.alarms = names.into_iter().collect(),
            Event::Instances(arns) => self.instances = arns.into_iter().collect(),
            Event::TaskPlaced { task, zone, instance } => self.task_placed(&task, zone, instance),
            Event::TaskNotPlaced { task, message } => self.task_not_placed(&task, &message),
            Event::Task { task, status } => self.task_status(&task, status),
            Event::ContainerHealth { task, healthy } => self.container_health(&task, healthy),
            Event::Target { task, target_group, health } => self.target_health(&task, &target_group, health),
            Event::TargetNotRegistered { task, target_group, message } => {
                self.say(&format!(
                    "failed to register targets in target-group {target_group} with (error {message})"
                ));
                // It is replaced, as one that fails its checks.
                self.target_health(&task, &target_group, TargetHealth::Unhealthy { description: message });
            }
            Event::Protection { task, until } => self.protect(&task, until)?,
        }
        Ok(())
    }

    fn look(&mut self) {
        if self.now < self.next_pass {
            self.dirty = true;
            return;
        }
        let looks = if self.timings.pass.is_zero() { MOST_LOOKS } else { 1 };
        for _ in 0..looks {
            self.changed = false;
            if self.status != ServiceStatus::Inactive {
                self.pass();
            }
            if !self.changed {
                break;
            }
        }
        self.dirty = self.changed;
        self.next_pass = self.now + self.timings.pass;
    }

    /// What it is called.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What it is to be.
    pub fn spec(&self) -> &ServiceSpec {
        &self.spec
    }

    /// Whether it is there.
    pub fn status(&self) -> ServiceStatus {
        self.status
    }

    /// Its deployments, the PRIMARY one first.
    pub fn deployments(&self) -> &[Deployment] {
        &self.deployments
    }

    /// Its service deployments, the newest first.
    pub fn service_deployments(&self) -> &[ServiceDeployment] {
        &self.service_deployments
    }

    /// The service deployment that is under way.
    pub fn current_service_deployment(&self) -> Option<&ServiceDeployment> {
        self.service_deployments.first().filter(|deployment| !deployment.status.is_terminal())
    }

    /// Its revisions, the oldest first.
    pub fn revisions(&self) -> &[Arc<Revision>] {
        &self.revisions
    }

    /// Its tasks that have not stopped, by id.
    pub fn tasks(&self) -> &BTreeMap<String, Task> {
        &self.tasks
    }

    /// What it did, the newest first; at most 100.
    pub fn events(&self) -> &VecDeque<ServiceEvent> {
        &self.events
    }

    /// So many tasks it is to have.
    pub fn desired_count(&self) -> u32 {
        self.spec.desired_count
    }

    /// So many run.
    pub fn running_count(&self) -> u32 {
        self.count(|task| task.status == LastStatus::Running)
    }

    /// So many are starting.
    pub fn pending_count(&self) -> u32 {
        self.count(|task| task.status < LastStatus::Running)
    }

    /// Whether it has reached its steady state and nothing has happened since.
    pub fn is_steady(&self) -> bool {
        self.steady_since.is_some()
    }

    fn count(&self, is_counted: impl Fn(&Task) -> bool) -> u32 {
        deployment::count(self.tasks.values().filter(|task| is_counted(task)))
    }
}
