//! How a deployment ends.

use super::{Observation, Paused, Stop};
use serde::{Deserialize, Serialize};

/// How a deployment has ended, or that it waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// The new revision has taken over.
    Succeeded,
    /// It was given up, and nothing came back.
    Failed {
        /// Why.
        reason: String,
    },
    /// The revision before runs again.
    RolledBack {
        /// Why.
        reason: String,
    },
    /// A newer deployment has taken its place.
    Superseded,
    /// It was stopped on request.
    Stopped {
        /// Whether the revision before runs again.
        rolled_back: bool,
        /// What ECS says of it.
        reason: String,
    },
    /// It waits at a stage until somebody answers.
    Paused(Paused),
}

impl Outcome {
    /// The outcome of what one look shows; nothing while it is under way, or where ECS has no service deployment.
    pub(super) fn of(observation: &Observation, stop: Option<&Stop>) -> Option<Self> {
        let deployment = observation.deployment.as_ref()?;
        let reason = || {
            let reasons = [deployment.reason.as_deref(), observation.failed.as_deref()];
            let reason = reasons.into_iter().flatten().find(|reason| !reason.is_empty());
            reason.unwrap_or("ECS gives no reason").to_owned()
        };
        let by_user = stop == Some(&Stop::User);
        match deployment.status.as_str() {
            "SUCCESSFUL" => Some(Self::Succeeded),
            "ROLLBACK_SUCCESSFUL" if by_user => Some(Self::Stopped { rolled_back: true, reason: reason() }),
            "ROLLBACK_SUCCESSFUL" => Some(Self::RolledBack { reason: reason() }),
            "ROLLBACK_FAILED" if by_user => Some(Self::Stopped { rolled_back: false, reason: reason() }),
            "ROLLBACK_FAILED" => Some(Self::Failed { reason: reason() }),
            "STOPPED" if observation.superseded => Some(Self::Superseded),
            "STOPPED" if observation.failed.is_some() && !by_user => Some(Self::Failed { reason: reason() }),
            "STOPPED" => Some(Self::Stopped { rolled_back: false, reason: reason() }),
            _ => deployment.paused.clone().map(Self::Paused),
        }
    }

    /// Whether the new revision runs and gets all requests.
    pub fn is_success(&self) -> bool {
        *self == Self::Succeeded
    }
}
