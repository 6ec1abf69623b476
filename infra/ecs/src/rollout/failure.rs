//! How a deployment is given up: rolled back, or left as it is.

use super::{
    Deployment, DeploymentStatus, Refusal, Rollback, RolloutState, Service, ServiceDeploymentStatus,
    ServiceSpec, Stage,
};

/// Why a deployment is given up.
pub(super) enum Cause {
    /// Too many tasks failed.
    Breaker,
    /// An alarm went off.
    Alarms,
    /// A listener rule could not be changed.
    Networking(String),
    /// A pause was answered with a rollback.
    HookRefused(Stage),
    /// Nobody answered a pause.
    HookTimedOut(Stage),
    /// A stage took longer than ECS gives it.
    StageTimedOut(Stage),
    /// StopServiceDeployment asked for a rollback.
    Stopped,
    /// StopServiceDeployment asked for an end without one.
    Aborted,
}

const NO_CANDIDATE: &str = "No rollback candidate was found to run the rollback.";

impl Cause {
    /// The service deployment's `statusReason`. Of the last three ECS's words are not known.
    fn status_reason(&self) -> String {
        let why = match self {
            Self::Breaker => "the circuit breaker threshold was exceeded.".to_owned(),
            Self::Alarms => "of one or more active alarms.".to_owned(),
            Self::Networking(message) => format!("of invalid networking configuration. {message}"),
            Self::HookRefused(stage) => format!("{stage} lifecycle hook(s) failed."),
            Self::HookTimedOut(stage) => format!("{stage} pause hook timed out."),
            Self::StageTimedOut(stage) => format!("{stage} timed out."),
            Self::Stopped => "StopServiceDeployment was called.".to_owned(),
            Self::Aborted => {
                return "Service deployment stopped because StopServiceDeployment was called.".to_owned();
            }
        };
        format!("Service deployment rolled back because {why}")
    }

    /// The event's text after `deployment failed: `, also the deployment's `rolloutStateReason`.
    fn short(&self) -> String {
        match self {
            Self::Breaker => "tasks failed to start.".to_owned(),
            Self::Alarms => "alarm detected.".to_owned(),
            _ => self.status_reason(),
        }
    }

    /// What begins the deployments' `rolloutStateReason`.
    const fn mechanism(&self) -> &'static str {
        match self {
            Self::Breaker => "ECS deployment circuit breaker",
            Self::Alarms => "ECS deployment alarm",
            _ => "ECS deployment failed",
        }
    }
}

impl Service {
    /// Gives the deployment under way up.
    pub(super) fn fail(&mut self, cause: &Cause) {
        let now = self.now;
        let Some(primary) = self.deployments.first_mut() else { return };
        primary.rollout_state = RolloutState::Failed;
        primary.rollout_state_reason = format!("{}: {}", cause.mechanism(), cause.short());
        primary.updated = now;
        let (id, reason) = (primary.id.clone(), primary.rollout_state_reason.clone());
        self.say_of(&id, &format!("deployment failed: {}", cause.short()));
        let rolls_back = match cause {
            Cause::Breaker => self.spec.circuit_breaker.rollback,
            Cause::Alarms => self.spec.alarms.rollback,
            Cause::Aborted => false,
            _ => true,
        };
        match self.rollback_candidate() {
            _ if !rolls_back => {
                self.progress = None;
                self.end_service_deployment(ServiceDeploymentStatus::Stopped, Some(reason));
            }
            None => {
                self.progress = None;
                self.end_service_deployment(
                    ServiceDeploymentStatus::RollbackFailed,
                    Some(NO_CANDIDATE.to_owned()),
                );
                self.note_rollback(cause, None);
            }
            Some(candidate) => self.roll_back(candidate, cause),
        }
        self.changed = true;
    }

    /// Without its traffic a deployment that goes forward is given up.
    pub(super) fn rule_not_changed(&mut self, message: String) {
        if self.stage().is_some_and(|stage| stage != Stage::CleanUp) {
            self.fail(&Cause::Networking(message));
        }
    }

    /// Which deployment comes back: of a staged one that which still serves beside it, else the last that completed.
    fn rollback_candidate(&self) -> Option<usize> {
        let Some(progress) = self.progress.as_ref().filter(|progress| progress.staged) else {
            return self.candidate(1);
        };
        let is_source = |old: &Deployment| Some(&old.id) == progress.source.as_ref();
        let source = self.deployments.iter().position(is_source)?;
        (self.deployments[source].rollout_state != RolloutState::Failed).then_some(source)
    }

    /// Makes an earlier deployment, under its old id, the PRIMARY one again.
    fn roll_back(&mut self, candidate: usize, cause: &Cause) {
        let now = self.now;
        let mut restored = self.deployments.remove(candidate);
        restored.status = DeploymentStatus::Primary;
        restored.rollout_state = RolloutState::InProgress;
        let back = format!("rolling back to deploymentId {}.", restored.id);
        restored.rollout_state_reason = format!("{}: {back}", cause.mechanism());
        restored.updated = now;
        self.say(&format!("rolling back to deployment {}.", restored.id));
        self.note_rollback(cause, Some(restored.revision.clone()));
        let staged = self.progress.as_ref().is_some_and(|progress| progress.staged);
        if let Some(failed) = self.deployments.first_mut() {
            failed.status = DeploymentStatus::Active;
            let healthy = self.tasks.values().filter(|task| task.deployment == failed.id && task.healthy);
            failed.desired_count = if staged { 0 } else { super::deployment::count(healthy) };
        }
        // The service is again what it was, in all that a revision is.
        let ServiceSpec {
            task_definition, load_balancers, rest_of_revision, has_container_health_check, ..
        } = restored.spec.clone();
        self.spec = ServiceSpec {
            task_definition,
            load_balancers,
            rest_of_revision,
            has_container_health_check,
            ..self.spec.clone()
        };
        self.deployments.insert(0, restored);
        self.shift_back();
        if let Some(progress) = &mut self.progress {
            progress.restoring = true;
            progress.ready_since = None;
        }
        if let Some(deployment) = self.service_deployments.first_mut() {
            deployment.status = ServiceDeploymentStatus::RollbackInProgress;
            deployment.status_reason = Some(cause.status_reason());
            deployment.updated = now;
            deployment.stage = deployment.stage.map(|_| Stage::CleanUp);
            deployment.entered.extend(deployment.stage);
            for hook in &mut deployment.hooks {
                hook.end();
            }
        }
    }

    /// The source still runs in full: it gets all traffic at once.
    fn shift_back(&mut self) {
        let Some(progress) = self.progress.as_ref().filter(|progress| progress.staged) else { return };
        let (production, test) = (progress.shifted > 0, progress.test_shifted);
        if production {
            self.shift_production(0);
        }
        if test {
            self.shift_test(0);
        }
    }

    fn note_rollback(&mut self, cause: &Cause, revision: Option<String>) {
        if let Some(deployment) = self.service_deployments.first_mut() {
            deployment.rollback =
                Some(Rollback { reason: cause.status_reason(), started: self.now, revision });
        }
    }

    /// StopServiceDeployment.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html>
    pub(super) fn stop_deployment(&mut self, arn: &str, abort: bool) -> Result<(), Refusal> {
        let Some(deployment) = self.service_deployments.iter_mut().find(|deployment| deployment.arn == arn)
        else {
            return Err(not_found());
        };
        if deployment.status.is_terminal() {
            let message = "The service deployment is in a terminal state and can't be stopped.";
            return Err(Refusal::new("ConflictException", message));
        }
        if self.progress.as_ref().is_none_or(|progress| progress.restoring) {
            // What was asked for is under way.
            return Ok(());
        }
        if deployment.stage == Some(Stage::CleanUp) {
            // Too late for a rollback without a deployment: it ends well.
            deployment.status = ServiceDeploymentStatus::RollbackRequested;
            return Ok(());
        }
        self.fail(&if abort { Cause::Aborted } else { Cause::Stopped });
        Ok(())
    }
}

pub(super) fn not_found() -> Refusal {
    Refusal::new("ServiceDeploymentNotFoundException", "The service deployment does not exist.")
}
