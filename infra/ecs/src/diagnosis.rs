//! Why a rollout fails, and what to do next: from what ECS, the load balancer and the containers' logs say.
//!
//! All knowledge is in one [`table`]; the rest looks for its signs.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>

mod event;
mod evidence;
mod facts;
mod give_up;
mod listening;
mod stop;
mod table;
mod target;
#[cfg(test)]
mod tests;
mod words;

pub use event::{cause_of_event, cause_of_placement};
pub use evidence::{Expected, StoppedContainer, StoppedTask, UnhealthyTarget};
pub use give_up::{Death, gives_up};
pub use stop::cause_of_stop;
pub use target::cause_of_target;

use facts::Facts;
use serde::Serialize;
use table::Row;

/// Why, and what to do next. Tasks that die of the same have equal causes: no ids of tasks, no times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// For programs; it stays: `image-not-found`.
    pub name: &'static str,
    /// One sentence.
    pub what: String,
    /// What to do: one sentence, or a command.
    pub next: String,
    /// Waiting can't help.
    pub hopeless: bool,
    /// What the container ended with, where that says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
}

impl Cause {
    fn new(row: &Row, facts: &Facts<'_>, expected: &Expected) -> Self {
        Self {
            name: row.name,
            what: facts.what(row.what, expected),
            next: facts.fill(row.next, expected),
            hopeless: row.hopeless,
            exit_code: facts.exit_code,
        }
    }

    /// Whether it is no more than that a load balancer's health check has failed; what the target itself answered says more.
    pub fn is_failed_health_check(&self) -> bool {
        self.name == table::LOAD_BALANCER_CHECK.name
    }
}
