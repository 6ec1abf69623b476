//! How following a rollout ends otherwise than well, each with an exit code of its own.

use super::in_words;
use infra_ecs::diagnosis::Cause;
use infra_ecs::follow::Outcome;
use infra_engine::Failure;

/// Why it is no longer followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It has ended, or waits for somebody.
    Ended(Outcome),
    /// It was still under way at the deadline.
    TimedOut,
    /// The user did not want to wait any longer.
    Detached,
}

/// The end of a rollout as an error: what it says is the cause, where one is known.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{why}")]
pub struct RolloutEnd {
    /// How it ended.
    pub end: End,
    why: String,
}

impl End {
    /// The failure that a command ends with.
    pub fn failure(self, revision: &str, cause: Option<&Cause>, now: &str) -> Failure {
        let (what, next) = match &self {
            Self::Ended(outcome) => in_words_of(outcome, revision),
            Self::TimedOut => (format!("{revision} has not taken over in time"), ATTACH.to_owned()),
            Self::Detached => (format!("{revision} goes on being deployed by ECS alone"), ATTACH.to_owned()),
        };
        // What somebody wished has no cause that is to be mended.
        let is_wished = matches!(
            self,
            Self::Detached | Self::Ended(Outcome::Paused(_) | Outcome::Stopped { .. } | Outcome::Superseded)
        );
        let cause = cause.filter(|_| !is_wished);
        let cause_and_now = cause.map(|cause| cause.what.as_str()).into_iter().chain([now]);
        let why = cause_and_now.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        let next = cause.map_or(next, |cause| cause.next.clone());
        Failure::caused_by(what, RolloutEnd { end: self, why }).hint(next)
    }
}

const ATTACH: &str = "`cargo xtask wait` waits for it again, `cargo xtask status` shows how far it is";

fn in_words_of(outcome: &Outcome, revision: &str) -> (String, String) {
    match outcome {
        Outcome::Succeeded => (format!("{revision} has taken over"), String::new()),
        Outcome::Failed { reason } => (
            format!("ECS gave up deploying {revision}: {reason}"),
            "mend the cause above and deploy again".to_owned(),
        ),
        Outcome::RolledBack { reason } => (
            format!("{revision} was rolled back, the revision before runs: {reason}"),
            "mend the cause above and deploy again".to_owned(),
        ),
        Outcome::Superseded => (
            format!("{revision} was superseded: another deployment of the service has taken its place"),
            "`cargo xtask status` shows what is deployed now".to_owned(),
        ),
        Outcome::Stopped { rolled_back: true, reason } => (
            format!("the deployment of {revision} was stopped, the revision before runs: {reason}"),
            "deploy again when it is to go on".to_owned(),
        ),
        Outcome::Stopped { rolled_back: false, reason } => (
            format!("the deployment of {revision} was stopped: {reason}"),
            "deploy again when it is to go on".to_owned(),
        ),
        Outcome::Paused(paused) => (
            format!("{revision} waits at {} until somebody decides", paused.stage),
            "`cargo xtask continue` goes on, `cargo xtask abort` goes back".to_owned(),
        ),
    }
}

/// A failure with the cause that explains it.
pub(super) fn explained(failure: Failure, cause: Option<&Cause>) -> Failure {
    match cause {
        Some(cause) => Failure::new(format!("{failure}\n  {}", in_words(cause))).hint(cause.next.clone()),
        None => failure,
    }
}
