//! How deployments begin, are superseded and end.

use super::breaker::threshold;
use super::progress::Progress;
use super::throttle::Throttle;
use super::{
    AlarmsView, BreakerView, Deployment, DeploymentStatus, HookStatus, Moment, MonitorStatus, Refusal,
    Revision, RevisionCounts, RolloutState, Service, ServiceDeployment, ServiceDeploymentStatus, ServiceSpec,
    ServiceStatus, Stage, Strategy,
};
use std::sync::Arc;

impl Service {
    /// Another revision, or the same one again, in a deployment of its own.
    pub(super) fn begin_deployment(&mut self) {
        self.supersede("Service deployment stopped because of a newer service deployment.");
        self.end_rebalancing();
        let id = self.ids.deployment();
        let source = self.source();
        let target = self.new_revision(source.as_deref());
        let sources = self.sources();
        for old in &mut self.deployments {
            old.status = DeploymentStatus::Active;
            old.desired_count =
                count(self.tasks.values().filter(|task| task.deployment == old.id && task.healthy));
        }
        self.deployments.insert(0, Deployment::new(id.clone(), &target, self.now));
        let stage = match self.spec.strategy {
            Strategy::Rolling => None,
            _ if self.must_reconcile(source.as_deref()) => Some(Stage::ReconcileService),
            _ => Some(Stage::PreScaleUp),
        };
        let deployment = self.new_service_deployment(id, &target, sources, stage);
        self.service_deployments.insert(0, deployment);
        self.progress = Some(Progress::new(source, target, self.next_task, self.alarms.clone(), self.now));
        self.steady_since = None;
        if let Some(stage) = stage {
            self.enter(stage);
        }
    }

    fn new_service_deployment(
        &mut self,
        deployment: String,
        target: &Revision,
        sources: Vec<RevisionCounts>,
        stage: Option<Stage>,
    ) -> ServiceDeployment {
        let spec = self.spec.clone();
        let id = self.ids.service_deployment();
        let watches =
            |watches: bool| if watches { MonitorStatus::Monitoring } else { MonitorStatus::Disabled };
        let weight = |percent: f64| stage.map(|_| percent);
        let requested = spec.desired_count;
        ServiceDeployment {
            arn: self.arn_of("service-deployment", &id),
            deployment,
            created: self.now,
            started: Some(self.now),
            finished: None,
            stopped: None,
            updated: self.now,
            sources,
            target: RevisionCounts {
                arn: target.arn.clone(),
                requested,
                test_weight: weight(0.0),
                production_weight: weight(0.0),
                ..RevisionCounts::default()
            },
            status: ServiceDeploymentStatus::InProgress,
            status_reason: None,
            stage,
            entered: Vec::new(),
            hooks: Vec::new(),
            rollback: None,
            circuit_breaker: BreakerView {
                status: watches(spec.circuit_breaker.enable),
                failure_count: 0,
                threshold: threshold(&spec.circuit_breaker, requested),
            },
            alarms: AlarmsView {
                status: watches(spec.alarms.enable),
                names: spec.alarms.alarm_names.clone(),
                triggered: Vec::new(),
            },
            spec,
        }
    }

    /// The deployment under way ends without its goal.
    fn supersede(&mut self, reason: &str) {
        if self.progress.take().is_some() {
            self.end_service_deployment(ServiceDeploymentStatus::Stopped, Some(reason.to_owned()));
        }
    }

    /// The service deployment under way has this end.
    pub(super) fn end_service_deployment(&mut self, status: ServiceDeploymentStatus, reason: Option<String>) {
        let now = self.now;
        let Some(deployment) = self.service_deployments.first_mut() else { return };
        deployment.status = status;
        deployment.status_reason = reason;
        deployment.updated = now;
        deployment.finished = Some(now);
        deployment.stopped = (status == ServiceDeploymentStatus::Stopped).then_some(now);
        for hook in deployment.hooks.iter_mut().filter(|hook| hook.status == HookStatus::AwaitingAction) {
            hook.status = HookStatus::Failed;
        }
        for status in [&mut deployment.circuit_breaker.status, &mut deployment.alarms.status] {
            if *status == MonitorStatus::Monitoring {
                *status = MonitorStatus::MonitoringComplete;
            }
        }
        self.changed = true;
    }

    /// The PRIMARY deployment has reached its goal.
    pub(super) fn complete(&mut self) {
        let restored = self.progress.take().is_some_and(|progress| progress.restoring);
        let Some(primary) = self.deployments.first_mut() else { return };
        primary.rollout_state = RolloutState::Completed;
        primary.rollout_state_reason = format!("ECS deployment {} completed.", primary.id);
        primary.updated = self.now;
        let id = primary.id.clone();
        let reason = self.service_deployments.first().and_then(|deployment| deployment.status_reason.clone());
        let status = if restored {
            ServiceDeploymentStatus::RollbackSuccessful
        } else {
            ServiceDeploymentStatus::Successful
        };
        self.end_service_deployment(status, reason.filter(|_| restored));
        self.say_of(&id, "deployment completed.");
    }

    /// UpdateService.
    pub(super) fn update(&mut self, spec: ServiceSpec, force: bool) -> Result<(), Refusal> {
        if self.status != ServiceStatus::Active {
            return Err(Refusal::new("ServiceNotActiveException", "Service was not ACTIVE."));
        }
        let old = std::mem::replace(&mut self.spec, spec);
        let new = &self.spec;
        let same = old.task_definition == new.task_definition
            && old.load_balancers == new.load_balancers
            && old.rest_of_revision == new.rest_of_revision;
        if force || !same {
            self.begin_deployment();
        }
        Ok(())
    }

    /// DeleteService.
    pub(super) fn delete(&mut self) {
        if self.status == ServiceStatus::Active {
            self.supersede("Service deployment stopped because the service was deleted.");
            self.status = ServiceStatus::Draining;
            self.rebalance = None;
            self.steady_since = None;
        }
    }

    /// The deployment that serves now, whose tasks a staged one does not touch: the last that completed, but if only others have
    /// healthy tasks the newest of these.
    fn source(&self) -> Option<String> {
        let serves =
            |old: &&Deployment| self.tasks.values().any(|task| task.healthy && task.deployment == old.id);
        let completed = self.candidate(0).and_then(|index| self.deployments.get(index));
        let serving = completed.filter(serves).or_else(|| self.deployments.iter().find(serves));
        serving.or(completed).map(|old| old.id.clone())
    }

    /// Which deployment, from this one on, a rollback would restore: the last that completed.
    pub(super) fn candidate(&self, from: usize) -> Option<usize> {
        let completed = |index: &usize| self.deployments[*index].rollout_state == RolloutState::Completed;
        (from..self.deployments.len()).find(completed)
    }

    fn must_reconcile(&self, source: Option<&str>) -> bool {
        self.deployments.iter().skip(1).any(|old| {
            Some(old.id.as_str()) != source && self.tasks.values().any(|task| task.deployment == old.id)
        })
    }

    fn new_revision(&mut self, source: Option<&str>) -> Arc<Revision> {
        let serving = source.and_then(|id| self.deployments.iter().find(|old| old.id == id));
        let serving =
            serving.and_then(|old| self.revisions.iter().find(|revision| revision.arn == old.revision));
        let groups = super::traffic::target_groups(&self.spec, serving.map(AsRef::as_ref));
        let digits = self.ids.digits();
        let revision = Arc::new(Revision {
            arn: self.arn_of("service-revision", &digits),
            spec: self.spec.clone(),
            created: self.now,
            target_groups: groups,
        });
        self.revisions.push(Arc::clone(&revision));
        revision
    }

    fn sources(&self) -> Vec<RevisionCounts> {
        let staged = self.spec.strategy != Strategy::Rolling;
        let with_tasks =
            self.deployments.iter().filter(|old| self.tasks.values().any(|task| task.deployment == old.id));
        let weight = |share: f64| staged.then_some(share);
        let source = self.source();
        with_tasks
            .map(|old| {
                let share = if Some(&old.id) == source.as_ref() { 100.0 } else { 0.0 };
                RevisionCounts {
                    arn: old.revision.clone(),
                    test_weight: weight(0.0),
                    production_weight: weight(share),
                    ..RevisionCounts::default()
                }
            })
            .collect()
    }

    fn arn_of(&self, kind: &str, id: &str) -> String {
        let Self { identity, .. } = self;
        format!("{}:{kind}/{}/{}/{id}", identity.arn_prefix, identity.cluster, identity.name)
    }
}

impl Deployment {
    fn new(id: String, target: &Revision, now: Moment) -> Self {
        Self {
            status: DeploymentStatus::Primary,
            revision: target.arn.clone(),
            spec: target.spec.clone(),
            desired_count: target.spec.desired_count,
            pending_count: 0,
            running_count: 0,
            failed_tasks: 0,
            rollout_state: RolloutState::InProgress,
            rollout_state_reason: format!("ECS deployment {id} in progress."),
            created: now,
            updated: now,
            throttle: Throttle::default(),
            id,
        }
    }
}

impl Refusal {
    pub(super) fn new(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned() }
    }
}

/// How many there are.
pub(super) fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
