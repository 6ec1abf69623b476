//! What one look at a service shows, in plain values.

use crate::diagnosis::{StoppedTask, UnhealthyTarget};
use serde::{Deserialize, Serialize};

/// One look at a service while one of its deployments is followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observation {
    /// The revision that the deployment brings: `demo-web:7`.
    pub revision: String,
    /// The service deployment, where ECS has one: it keeps none of services that are older than these are.
    pub deployment: Option<ServiceDeploymentSeen>,
    /// Whether a newer deployment has taken its place.
    pub superseded: bool,
    /// Whether ECS has given it up: the deployment's rollout state is FAILED, with this reason.
    pub failed: Option<String>,
    /// Whether ECS has completed it.
    pub completed: bool,
    /// Tasks.
    pub counts: Counts,
    /// Targets, with a load balancer.
    pub health: Option<Health>,
    /// The service's events since the deployment began, the oldest first.
    pub messages: Vec<Message>,
    /// Tasks of the revision that were not seen to have stopped before.
    pub stopped: Vec<StoppedTask>,
    /// Targets of the revision that are not healthy.
    pub unhealthy: Vec<UnhealthyTarget>,
}

/// How far a service deployment is.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html>
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceDeploymentSeen {
    /// `IN_PROGRESS`, `SUCCESSFUL`, ...
    pub status: String,
    /// Why, in ECS's words.
    pub reason: Option<String>,
    /// `SCALE_UP`, `BAKE_TIME`, ...; a rolling deployment has none.
    pub stage: Option<String>,
    /// The share of the production traffic that the new revision is to get, in percent.
    pub traffic_percent: Option<f64>,
    /// The pause hook that waits for an answer.
    pub paused: Option<Paused>,
    /// How many tasks have failed, as the circuit breaker counts.
    pub failures: i32,
    /// The revision that comes back.
    pub back_to: Option<String>,
}

/// A pause hook that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    /// By this it is answered.
    pub hook_id: String,
    /// Where.
    pub stage: String,
    /// What happens when nobody answers: `CONTINUE` or `ROLLBACK`.
    pub at_timeout: String,
}

/// How many tasks there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many the new revision is to have.
    pub desired: i32,
    /// How many of it run.
    pub running: i32,
    /// How many of it are on their way.
    pub pending: i32,
    /// How many of it have failed.
    pub failed: i32,
    /// How many of other revisions run.
    pub old: i32,
}

/// How many targets are healthy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Of these, so many.
    pub healthy: usize,
    /// So many are registered and do not leave.
    pub registered: usize,
}

/// An event of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// When, in seconds since 1970.
    pub at: f64,
    /// What ECS says.
    pub text: String,
}
