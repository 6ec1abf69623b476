//! What can be read of a service: deployments, service deployments, revisions, tasks and events.

use super::words::{
    DeploymentStatus, HookStatus, LastStatus, MonitorStatus, RolloutState, ServiceDeploymentStatus,
};
use super::{Moment, ServiceSpec, Stage, TargetHealth};
use crate::service::HookAction;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a service is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The cluster's name.
    pub cluster: String,
    /// The service's name.
    pub name: String,
    /// The service's ARN.
    pub arn: String,
    /// What ARNs of ECS begin with, up to the account: no colon at its end.
    pub arn_prefix: String,
}

/// A request that ECS refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// Such as `ConflictException`; of UpdateTaskProtection the `reason` of a failure.
    pub code: String,
    /// In ECS's words where they are known.
    pub message: String,
}

/// A deployment as DescribeServices lists it.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// `ecs-svc/` and 19 digits.
    pub id: String,
    /// Which of them counts.
    pub status: DeploymentStatus,
    /// The ARN of the service revision that it deploys.
    pub revision: String,
    /// What it deploys.
    pub spec: ServiceSpec,
    /// So many tasks it is to have.
    pub desired_count: u32,
    /// So many are starting.
    pub pending_count: u32,
    /// So many run.
    pub running_count: u32,
    /// So many failed, one after another.
    pub failed_tasks: u32,
    /// How far it is.
    pub rollout_state: RolloutState,
    /// Why, in ECS's words.
    pub rollout_state_reason: String,
    /// When it was made.
    pub created: Moment,
    /// When it was changed.
    pub updated: Moment,
    pub(super) throttle: super::throttle::Throttle,
}

/// A revision's part in a service deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RevisionCounts {
    /// The revision's ARN.
    pub arn: String,
    /// So many tasks it is to have.
    pub requested: u32,
    /// So many run.
    pub running: u32,
    /// So many are starting.
    pub pending: u32,
    /// Percent of the test traffic; none of a rolling deployment.
    pub test_weight: Option<f64>,
    /// Percent of the production traffic; none of a rolling deployment.
    pub production_weight: Option<f64>,
}

/// A hook that has been reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookDetail {
    /// `ecs-pause-` and 43 characters.
    pub id: String,
    /// The stage that it holds.
    pub stage: Stage,
    /// How far it is.
    pub status: HookStatus,
    /// Until when it waits.
    pub expires: Moment,
    /// What happens then.
    pub timeout_action: HookAction,
}

/// A rollback that has begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollback {
    /// Why.
    pub reason: String,
    /// When.
    pub started: Moment,
    /// The ARN of the revision that comes back; none if there is no candidate.
    pub revision: Option<String>,
}

/// What a circuit breaker has counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerView {
    /// What it does.
    pub status: MonitorStatus,
    /// Failed tasks.
    pub failure_count: u32,
    /// So many are too many.
    pub threshold: u32,
}

/// What the alarms say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlarmsView {
    /// What they do.
    pub status: MonitorStatus,
    /// All that are watched.
    pub names: Vec<String>,
    /// Those that gave the deployment up.
    pub triggered: Vec<String>,
}

/// A service deployment.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html>
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceDeployment {
    /// Its ARN.
    pub arn: String,
    /// The deployment that it is, `ecs-svc/N`.
    pub deployment: String,
    /// When it was asked for.
    pub created: Moment,
    /// When it began.
    pub started: Option<Moment>,
    /// When it ended.
    pub finished: Option<Moment>,
    /// When it was stopped.
    pub stopped: Option<Moment>,
    /// When it was changed.
    pub updated: Moment,
    /// The revisions that had tasks when it began.
    pub sources: Vec<RevisionCounts>,
    /// The revision that it deploys.
    pub target: RevisionCounts,
    /// How far it is.
    pub status: ServiceDeploymentStatus,
    /// Why, in ECS's words.
    pub status_reason: Option<String>,
    /// The stage; none of a rolling deployment.
    pub stage: Option<Stage>,
    /// All stages that it has entered, some more than once.
    pub(super) entered: Vec<Stage>,
    /// All hooks that have been reached, in that order.
    pub hooks: Vec<HookDetail>,
    /// The rollback, if there is one.
    pub rollback: Option<Rollback>,
    /// The circuit breaker.
    pub circuit_breaker: BreakerView,
    /// The alarms.
    pub alarms: AlarmsView,
    /// What the service was to be when it began: its deployment configuration.
    pub spec: ServiceSpec,
}

/// A service revision: never changed.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html>
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub spec: ServiceSpec,
    /// When it was made.
    pub created: Moment,
    /// The target group that each of the spec's load balancers uses, in their order.
    pub target_groups: Vec<String>,
}

/// A task that has not stopped.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The ARN of its service revision.
    pub revision: String,
    /// The deployment that owns it, `ecs-svc/N`.
    pub deployment: String,
    /// The availability zone, once it is placed.
    pub zone: Option<String>,
    /// The instance's ARN.
    pub instance: Option<String>,
    /// How it is.
    pub status: LastStatus,
    /// Whether it counts as healthy.
    pub healthy: bool,
    /// When it was asked for.
    pub created: Moment,
    /// When it ran.
    pub started: Option<Moment>,
    /// Until when it is protected from scale-in and deployments.
    pub protected_until: Option<Moment>,
    /// The states of its targets, by target group.
    pub targets: BTreeMap<String, TargetHealth>,
    /// Counts up with each task of the service.
    pub(super) number: u64,
    pub(super) of: Arc<Revision>,
    pub(super) container_health: Option<bool>,
    pub(super) was_healthy: bool,
    /// It fails its health checks, and its grace period is over.
    pub(super) unhealthy: bool,
    pub(super) failure_counted: bool,
    /// The task that has been started in its place.
    pub(super) replaced_by: Option<String>,
    /// Why it is being stopped: stop code and reason.
    pub(super) stop: Option<(String, String)>,
    pub(super) deregistering: bool,
}

impl Task {
    /// Whether it is not being stopped.
    pub(super) fn is_live(&self) -> bool {
        self.stop.is_none()
    }

    pub(super) fn is_protected(&self, now: Moment) -> bool {
        self.protected_until.is_some_and(|until| now < until)
    }
}

/// A service event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceEvent {
    /// A UUID.
    pub id: String,
    /// When.
    pub created: Moment,
    /// In ECS's words.
    pub message: String,
}
