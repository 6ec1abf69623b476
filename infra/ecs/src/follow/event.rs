//! What is worth saying of a rollout: for people it is drawn, for programs each is an object.

use super::{Counts, Health, Message, Observation, Outcome, Paused};
use crate::diagnosis::{Cause, StoppedTask};
use serde::Serialize;

/// One thing worth saying.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Report {
    /// How far it is, where that has changed.
    Status(Status),
    /// ECS says something.
    Message(Message),
    /// A task has died.
    Death(Death),
    /// Why something goes wrong where no task has died.
    Cause(Cause),
    /// It has ended, or waits for somebody.
    Ended(Outcome),
    /// ECS is asked to stop the deployment and to go back.
    Stopping {
        /// The revision.
        revision: String,
        /// Why.
        why: String,
    },
}

/// How far a deployment is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Status {
    /// The revision that it brings: `demo-web:7`.
    pub revision: String,
    /// `IN_PROGRESS`, `ROLLBACK_IN_PROGRESS`, ...
    pub state: String,
    /// Its stage, where it has stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Tasks.
    pub tasks: Counts,
    /// Targets, with a load balancer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Health>,
    /// The share of the traffic that the new revision gets, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_percent: Option<f64>,
    /// The hook that waits for an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
}

/// A task that has died, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Death {
    /// The task.
    pub task: StoppedTask,
    /// Why, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The how manieth death of this cause it is; the first is 1.
    pub times: usize,
}

impl Status {
    /// What one look shows of it.
    pub fn of(observation: &Observation) -> Self {
        let deployment = observation.deployment.as_ref();
        let without = if observation.completed { "COMPLETED" } else { "IN_PROGRESS" };
        let state = deployment.map_or(without, |deployment| &deployment.status);
        Self {
            revision: observation.revision.clone(),
            state: if observation.failed.is_some() { "FAILED" } else { state }.to_owned(),
            stage: deployment.and_then(|deployment| deployment.stage.clone()),
            tasks: observation.counts,
            targets: observation.health,
            traffic_percent: deployment.and_then(|deployment| deployment.traffic_percent),
            paused: deployment.and_then(|deployment| deployment.paused.clone()),
        }
    }
}
