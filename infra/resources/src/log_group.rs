//! CloudWatch Logs groups.

use infra_engine::{Resource, outputs};
use serde::{Deserialize, Serialize};

/// A log group whose events expire.
///
/// AWS: "Working with log groups and log streams", Amazon CloudWatch Logs User Guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroup {
    /// The group's name.
    pub name: String,
    /// For how many days events are kept: one of the numbers CloudWatch knows (1, 3, 5, 7, 14, 30, ...).
    pub retention_in_days: i32,
}

outputs! {
    /// What others refer to.
    LogGroupOutputs {
        /// The group's name.
        name: String,
    }
}

impl Resource for LogGroup {
    const KIND: &'static str = "log-group";
    type Outputs = LogGroupOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }
}
