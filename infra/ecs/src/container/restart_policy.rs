//! Starting a container again without a new task.

use serde::{Deserialize, Serialize};

/// Whether ECS starts a container again when it ends: faster than a new task, and the task keeps its address.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-restart-policy.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestartPolicy {
    /// Whether it is in force.
    pub enabled: bool,
    /// Exit codes after which it is not started again; at most 50.
    pub ignored_exit_codes: Vec<i32>,
    /// Seconds it must have run to be started again, 60 to 1800; 300 if left out.
    pub restart_attempt_period: Option<i32>,
}
