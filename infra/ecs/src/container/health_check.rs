//! Container health checks, which ECS runs inside the container; a load balancer has its own.

use serde::{Deserialize, Serialize};

/// A command that ECS runs in the container: when an essential container is unhealthy, its task is replaced.
///
/// The image's own `HEALTHCHECK` does not count on ECS.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HealthCheck {
    /// `CMD` and its arguments, or `CMD-SHELL` and a line for the shell.
    pub command: Vec<String>,
    /// Seconds between checks, 5 to 300; 30 if left out.
    pub interval: Option<i32>,
    /// Seconds a check may take, 2 to 60; 5 if left out.
    pub timeout: Option<i32>,
    /// Failures before the container counts as unhealthy, 1 to 10; 3 if left out.
    pub retries: Option<i32>,
    /// Seconds at the start in which failures do not count, 0 to 300; none if left out.
    pub start_period: Option<i32>,
}

impl HealthCheck {
    /// A program and its arguments.
    pub fn command(words: &[&str]) -> Self {
        let words = words.iter().map(|&word| word.to_owned());
        Self { command: std::iter::once("CMD".to_owned()).chain(words).collect(), ..Self::default() }
    }

    /// A line for the shell.
    pub fn shell(line: &str) -> Self {
        Self { command: vec!["CMD-SHELL".to_owned(), line.to_owned()], ..Self::default() }
    }
}
