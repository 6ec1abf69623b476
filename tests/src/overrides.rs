//! What the provider of the tests has otherwise than the one that ships, as variables of its environment ask for it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use infra_deploy::Overrides;

use crate::faults::{Faults, FaultyTransport};

/// Asks for faults, such as `die-after@CreateService`.
pub const FAULTS: &str = "IMAGE_APP_FAULTS";
/// So many seconds a lease lasts that is not renewed.
pub const LEASE_SECONDS: &str = "IMAGE_APP_LEASE_SECONDS";
/// So many seconds an answer may take to begin.
pub const ANSWER_SECONDS: &str = "IMAGE_APP_ANSWER_SECONDS";

/// All variables that the provider of the tests reads.
pub const VARIABLES: [&str; 3] = [FAULTS, LEASE_SECONDS, ANSWER_SECONDS];

/// What the environment asks for.
///
/// # Errors
/// When a variable is written wrongly.
pub fn of_environment() -> anyhow::Result<Overrides> {
    let mut overrides = Overrides::default();
    if let Ok(faults) = std::env::var(FAULTS) {
        let faults = Faults::parse(&faults).context(FAULTS)?;
        overrides.transport = Arc::new(FaultyTransport(Arc::new(faults)));
    }
    for (variable, time) in
        [(LEASE_SECONDS, &mut overrides.lease_lasts), (ANSWER_SECONDS, &mut overrides.answers_within)]
    {
        if let Ok(seconds) = std::env::var(variable) {
            *time = Duration::from_secs(seconds.parse().context(variable)?);
        }
    }
    Ok(overrides)
}
