//! Services: their API, and an actor for each.

mod actor;
mod capacity;
mod create;
mod delete;
mod deployments;
mod describe;
mod protection;
mod spec;
mod targets;
mod update;

use super::Ecs;
use super::input::{last_part, members};
use crate::api_error::ApiError;
use crate::load_balancer::HealthChange;
use actor::Actor;
use infra_ecs::rollout::{Event, ServiceStatus, TargetHealth};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use targets::{Registered, Targets};

/// By cluster and name.
type Actors = BTreeMap<(String, String), Arc<Actor>>;

/// The services of the account.
#[derive(Default)]
pub struct Services {
    actors: Mutex<Actors>,
    targets: Targets,
}

/// A service as the autoscaler sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalable {
    /// How many tasks it is to have.
    pub desired_count: u32,
    /// How many run.
    pub running_count: u32,
    /// Whether a deployment is under way: no scale-in then.
    pub deploying: bool,
    /// The ids of its running tasks.
    pub tasks: Vec<String>,
    /// The ARNs of its target groups.
    pub target_groups: Vec<String>,
}

/// A call of the API that is about services.
///
/// # Errors
/// What ECS refuses.
pub async fn call(ecs: &Arc<Ecs>, operation: &str, body: Value) -> Result<Value, ApiError> {
    let body = Value::Object(members(body)?);
    match operation {
        "CreateService" => create::create(ecs, body).await,
        "UpdateService" => update::update(ecs, body).await,
        "DeleteService" => delete::delete(ecs, body).await,
        "DescribeServices" => describe::services(ecs, body),
        "ListServices" => describe::list(ecs, body),
        "ListServicesByNamespace" => describe::list_by_namespace(body),
        "DescribeServiceDeployments" => deployments::describe(ecs, body),
        "ListServiceDeployments" => deployments::list(ecs, body),
        "StopServiceDeployment" => deployments::stop(ecs, body).await,
        "ContinueServiceDeployment" => deployments::resume(ecs, body).await,
        "DescribeServiceRevisions" => deployments::revisions(ecs, body),
        "GetTaskProtection" => protection::get(ecs, body),
        "UpdateTaskProtection" => protection::update(ecs, body).await,
        other => {
            Err(ApiError::new("UnknownOperationException", format!("The operation {other} is not known.")))
        }
    }
}

impl Services {
    /// How many services of a cluster are active, and how many of these and of those that drain are on Fargate:
    /// `(active, active on Fargate, draining, draining on Fargate)`.
    pub fn counts(&self, cluster: &str) -> (usize, usize, usize, usize) {
        let mut counts = (0, 0, 0, 0);
        for actor in self.of(cluster) {
            let state = actor.state();
            let on_fargate = usize::from(capacity::is_on_fargate(&state.request));
            match state.rollout.status() {
                ServiceStatus::Active => counts = (counts.0 + 1, counts.1 + on_fargate, counts.2, counts.3),
                ServiceStatus::Draining => counts = (counts.0, counts.1, counts.2 + 1, counts.3 + on_fargate),
                ServiceStatus::Inactive => {}
            }
        }
        counts
    }

    /// The ARNs of a cluster's services that are not inactive.
    pub fn arns(&self, cluster: &str) -> Vec<String> {
        let there = |actor: &Arc<Actor>| actor.state().rollout.status() != ServiceStatus::Inactive;
        self.of(cluster)
            .into_iter()
            .filter(there)
            .map(|actor| actor.state().rollout.identity().arn.clone())
            .collect()
    }

    /// The capacity providers in the strategies of a cluster's services.
    pub fn capacity_providers(&self, cluster: &str) -> Vec<String> {
        let mut names = Vec::new();
        for actor in self.of(cluster) {
            let state = actor.state();
            if state.rollout.status() != ServiceStatus::Inactive {
                let strategy = state.request["capacityProviderStrategy"].as_array().into_iter().flatten();
                let its = strategy.filter_map(|item| item["capacityProvider"].as_str());
                names.extend(its.map(str::to_owned));
            }
        }
        names
    }

    /// Daemons learn on which instances they may run.
    pub fn tell_daemons(&self, ecs: &Ecs) {
        let all: Vec<_> = self.all().values().cloned().collect();
        for actor in all.iter().filter(|actor| actor.state().rollout.spec().daemon) {
            actor.report(Event::Instances(ecs.active_instances(&actor.cluster)));
        }
    }

    /// Whether a deployment under way is given up when an alarm goes off.
    pub fn watch_alarms(&self) -> bool {
        self.all().values().any(|actor| actor.watches_alarms())
    }

    /// Those of such deployments learn which alarms are on.
    pub fn say_alarms(&self, names: &[String]) {
        let all: Vec<_> = self.all().values().cloned().collect();
        for actor in all.iter().filter(|actor| actor.watches_alarms()) {
            actor.report(Event::Alarms(names.to_vec()));
        }
    }

    /// A service by name or ARN.
    fn find(&self, cluster: &str, reference: &str) -> Option<Arc<Actor>> {
        self.all().get(&(cluster.to_owned(), last_part(reference).to_owned())).cloned()
    }

    /// A service that is active, by name or ARN.
    fn active(&self, cluster: &str, reference: &str) -> Result<Arc<Actor>, ApiError> {
        let actor = self.find(cluster, reference);
        let actor = actor.ok_or_else(|| ApiError::new("ServiceNotFoundException", "Service not found."))?;
        match actor.state().rollout.status() {
            ServiceStatus::Active => {}
            _ => return Err(ApiError::new("ServiceNotActiveException", "Service was not ACTIVE.")),
        }
        Ok(actor)
    }

    fn of(&self, cluster: &str) -> Vec<Arc<Actor>> {
        self.all().iter().filter(|((of, _), _)| of == cluster).map(|(_, actor)| actor.clone()).collect()
    }

    fn all(&self) -> MutexGuard<'_, Actors> {
        self.actors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ecs {
    /// Tells services how their targets are, again and again. No change from the call on is missed.
    pub fn watch_targets(self: Arc<Self>) -> impl Future<Output = ()> + Send {
        let mut changes = self.load_balancers.watch();
        async move {
            while let Some(change) = changes.recv().await {
                self.target_changed(change);
            }
        }
    }

    fn target_changed(&self, change: HealthChange) {
        let HealthChange { target_group, target, health } = change;
        let registered = Registered { target_group: target_group.clone(), target };
        let Some(owner) = self.services.targets.owner(&registered) else { return };
        if health == TargetHealth::Gone {
            self.services.targets.forget(&registered);
        }
        if let Some(actor) = self.services.find(&owner.cluster, &owner.service) {
            actor.report(Event::Target { task: owner.task, target_group, health });
        }
    }

    /// What stands for a service in Application Auto Scaling.
    pub fn scalable(&self, cluster: &str, service: &str) -> Option<Scalable> {
        let actor = self.services.active(cluster, service).ok()?;
        let state = actor.state();
        let rollout = &state.rollout;
        let running = rollout.tasks().values().filter(|task| task.started.is_some());
        Some(Scalable {
            desired_count: rollout.desired_count(),
            running_count: rollout.running_count(),
            deploying: rollout.current_service_deployment().is_some(),
            tasks: running.map(|task| task.id.clone()).collect(),
            target_groups: rollout.revisions().last().map(|it| it.target_groups.clone()).unwrap_or_default(),
        })
    }

    /// Sets a service's desired count.
    ///
    /// # Errors
    /// There is no such service.
    pub fn set_desired_count(&self, cluster: &str, service: &str, count: u32) -> Result<(), ApiError> {
        let actor = self.services.active(cluster, service)?;
        let (mut request, mut spec) = {
            let state = actor.state();
            (state.request.clone(), state.rollout.spec().clone())
        };
        request["desiredCount"] = count.into();
        spec.desired_count = count;
        actor.change(Event::Update { spec: Box::new(spec), force: false }, request);
        Ok(())
    }
}
