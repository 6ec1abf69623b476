//! What the commands are set up with: the apps, and what tests have otherwise than people.

use infra::apps::AppList;
use infra_aws::rollout::Control;
use infra_wire::timeouts::ANSWERS_WITHIN;
use infra_wire::transport::{Direct, Transport};
use std::sync::Arc;
use std::time::Duration;

/// The apps, and what is overridden.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The apps of each stack.
    pub apps: AppList,
    /// What tests have otherwise.
    pub overrides: Overrides,
    /// What the user wishes while rollouts are followed.
    pub control: Arc<Control>,
}

/// What tests override. What ships has the defaults, and nothing chooses others from outside.
#[derive(Clone, Debug)]
pub struct Overrides {
    /// How long a lease lasts that is not renewed, in whole seconds.
    pub lease_lasts: Duration,
    /// How long an answer may take to begin.
    pub answers_within: Duration,
    /// How calls get their answers.
    pub transport: Arc<dyn Transport>,
}

impl Default for Overrides {
    fn default() -> Self {
        Self { lease_lasts: infra_lease::LASTS, answers_within: ANSWERS_WITHIN, transport: Arc::new(Direct) }
    }
}
