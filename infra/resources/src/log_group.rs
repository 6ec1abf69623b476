//! CloudWatch Logs groups.

use crate::name::LOG_GROUP;
use infra_engine::{Output, Resource, outputs};
use serde::{Deserialize, Serialize};

/// For how many days CloudWatch Logs can keep events.
///
/// AWS: <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
/// (`retentionInDays`).
pub const RETENTION_DAYS: [i32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// A log group whose events expire.
///
/// AWS: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogGroup {
    /// The group's name.
    pub name: String,
    /// For how many days events are kept: one of [`RETENTION_DAYS`].
    pub retention_in_days: i32,
    /// The ARN of the key of KMS that encrypts what is written from now on; CloudWatch Logs has one of its own without.
    pub kms_key_arn: Option<Output<String>>,
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

    fn problems(&self) -> Vec<String> {
        let days = self.retention_in_days;
        let mut problems = LOG_GROUP.problems(&self.name);
        if !RETENTION_DAYS.contains(&days) {
            problems.push(format!("retentionInDays: {days} is none of {RETENTION_DAYS:?}"));
        }
        problems
    }
}
