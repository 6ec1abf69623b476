//! How ECS rolls a service out: a state machine without a clock, without I/O and without chance but its seed.
//!
//! [`Service::step`] takes an [`Event`] and the time and answers [`Action`]s. `cargo xtask simulate` runs it on a virtual
//! clock with ideal tasks, the local AWS on the real one with real containers.

mod action;
mod event;
mod ids;
mod moment;
mod spec;
mod state;
mod throttle;
mod words;

pub use action::Action;
pub use event::{Event, TargetHealth, TaskStatus};
pub use moment::Moment;
pub use spec::{Hook, LoadBalancer, ServiceSpec, Strategy, Timings};
pub use state::{
    AlarmsView, BreakerView, Deployment, HookDetail, Identity, Refusal, Revision, RevisionCounts, Rollback,
    ServiceDeployment, ServiceEvent, Task,
};
pub use words::{
    DeploymentStatus, HookStatus, LastStatus, MonitorStatus, RolloutState, ServiceDeploymentStatus,
    ServiceStatus,
};

use ids::Ids;
use std::collections::{BTreeMap, VecDeque};

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
    revisions: Vec<Revision>,
    tasks: BTreeMap<String, Task>,
    events: VecDeque<ServiceEvent>,
    actions: Vec<Action>,
}

impl Service {
    /// A service that has just been created; its first deployment begins with the first step, which is due at once.
    pub fn new(identity: Identity, spec: ServiceSpec, seed: u64, timings: Timings, now: Moment) -> Self {
        Self {
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
        }
    }

    /// Takes in what happened and answers what to do.
    ///
    /// # Errors
    /// What ECS refuses of `Update`, `StopDeployment`, `ContinueDeployment` and `Protection`. No other event fails.
    pub fn step(&mut self, now: Moment, _event: Event) -> Result<Vec<Action>, Refusal> {
        self.now = self.now.max(now);
        Ok(std::mem::take(&mut self.actions))
    }

    /// When a [`Event::Tick`] has something to do.
    pub fn next_wake(&self) -> Option<Moment> {
        None
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
    pub fn revisions(&self) -> &[Revision] {
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
        false
    }

    fn count(&self, is_counted: impl Fn(&Task) -> bool) -> u32 {
        u32::try_from(self.tasks.values().filter(|task| is_counted(task)).count()).unwrap_or(u32::MAX)
    }
}
