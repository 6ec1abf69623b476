//! Times that tests shorten by a variable of the environment.

use std::time::Duration;

/// So many seconds, or what the variable says if it is a number.
pub fn seconds(as_a_rule: u64, variable: &str) -> Duration {
    let asked = std::env::var(variable).ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(asked.unwrap_or(as_a_rule))
}
