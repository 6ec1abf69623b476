//! Following a rollout: from what ECS answers, look by look, to what is worth saying, how it ends, and when there is no point
//! in waiting any longer. Pure: whoever follows makes the calls and draws.

mod deaths;
mod event;
mod observation;
mod outcome;
#[cfg(test)]
mod tests;

pub use event::{Death, Report, Status};
pub use observation::{Counts, Health, Message, Observation, Paused, ServiceDeploymentSeen};
pub use outcome::Outcome;

use crate::diagnosis::{Cause, Expected, cause_of_event};
use deaths::Deaths;
use std::collections::HashSet;
use std::time::Duration;

/// What one look has shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// What is new, in the order in which it is to be read.
    pub reports: Vec<Report>,
    /// How it has ended, when it has.
    pub outcome: Option<Outcome>,
    /// Why it can't get better: it is to be stopped.
    pub hopeless: Option<Cause>,
}

/// Follows one deployment of one service.
#[derive(Debug, Default)]
pub struct Follower {
    /// What the service's revision asks for, to be named in causes.
    pub expected: Expected,
    /// Whether it is left to ECS to give up.
    keep_trying: bool,
    messages: HashSet<String>,
    deaths: Deaths,
    last: Option<Status>,
    outcome: Option<Outcome>,
    /// Who follows has asked ECS to stop it.
    stopped_for: Option<Stop>,
}

/// Why whoever follows has asked ECS to stop the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It can't get better.
    Hopeless(Cause),
    /// The user asked for it.
    User,
}

impl Follower {
    /// Nothing is known yet.
    pub fn new(keep_trying: bool) -> Self {
        Self { keep_trying, ..Self::default() }
    }

    /// Notes that ECS was asked to stop the deployment.
    pub fn stopping(&mut self, why: Stop) {
        self.stopped_for.get_or_insert(why);
    }

    /// Whether ECS was asked to.
    pub fn is_stopping(&self) -> bool {
        self.stopped_for.is_some()
    }

    /// The cause that explains most deaths, or the last one that ECS named.
    pub fn cause(&self) -> Option<&Cause> {
        self.deaths.cause()
    }

    /// Takes one look, `now` after the deployment began.
    pub fn see(&mut self, observation: &Observation, now: Duration) -> Seen {
        let mut reports = self.messages(observation);
        reports.extend(self.deaths.see(observation, &self.expected, now).into_iter().map(Report::Death));
        reports.extend(self.deaths.targets(observation, &self.expected).into_iter().map(Report::Cause));
        let status = Status::of(observation);
        if self.last.as_ref() != Some(&status) {
            reports.push(Report::Status(status.clone()));
            self.last = Some(status);
        }
        let outcome = Outcome::of(observation, self.stopped_for.as_ref());
        if outcome != self.outcome {
            reports.extend(outcome.clone().map(Report::Ended));
            self.outcome.clone_from(&outcome);
        }
        let is_over = outcome.is_some() || self.is_stopping() || self.keep_trying;
        let hopeless = if is_over { None } else { self.deaths.hopeless() };
        Seen { reports, outcome, hopeless }
    }

    /// ECS's events that were not there before, and what they mean where no task ever was.
    fn messages(&mut self, observation: &Observation) -> Vec<Report> {
        let mut reports = Vec::new();
        for message in &observation.messages {
            if !self.messages.insert(message.id.clone()) {
                continue;
            }
            reports.push(Report::Message(message.clone()));
            // What was asked for is no fault.
            let is_asked_for = self.is_stopping();
            let cause = cause_of_event(&message.text, &self.expected).filter(|_| !is_asked_for);
            if let Some(cause) = cause.filter(|cause| self.deaths.is_new(cause)) {
                reports.push(Report::Cause(cause));
            }
        }
        reports
    }
}
