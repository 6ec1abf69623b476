//! Where a container's output goes.

use crate::container::Secret;
use crate::open_enum;
use infra_engine::Output;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The log driver and its options.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>;
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogConfiguration {
    /// Who takes the output.
    pub log_driver: LogDriver,
    /// The driver's options.
    #[serde(default)]
    pub options: BTreeMap<String, Output<String>>,
    /// Options whose values ECS reads from Secrets Manager or SSM.
    #[serde(default)]
    pub secret_options: Vec<Secret>,
}

open_enum! {
    /// Who takes a container's output. Fargate has `awslogs`, `splunk` and `awsfirelens`.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>
    pub enum LogDriver {
        /// Amazon CloudWatch Logs.
        AwsLogs = "awslogs",
        /// A FireLens container of the same task, which sends it anywhere.
        AwsFirelens = "awsfirelens",
        /// Splunk.
        Splunk = "splunk",
        /// Files on the instance.
        JsonFile = "json-file",
        /// The instance's syslog.
        Syslog = "syslog",
        /// The instance's journal.
        Journald = "journald",
        /// Graylog.
        Gelf = "gelf",
        /// Fluentd.
        Fluentd = "fluentd",
        /// Nobody: the output is dropped. Not in the API's list, and ECS takes it on instances.
        None = "none",
    }
}

impl LogConfiguration {
    /// CloudWatch Logs: this group in this region, a stream `prefix/container/task` for each task.
    pub fn awslogs(group: Output<String>, region: &str, stream_prefix: &str) -> Self {
        let options = [
            ("awslogs-group", group),
            ("awslogs-region", region.into()),
            ("awslogs-stream-prefix", stream_prefix.into()),
        ];
        Self::with_options(LogDriver::AwsLogs, options)
    }

    /// A driver with options.
    pub fn with_options<'a>(
        log_driver: LogDriver,
        options: impl IntoIterator<Item = (&'a str, Output<String>)>,
    ) -> Self {
        let options = options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Self { log_driver, options, secret_options: Vec::new() }
    }
}

/// Makes a container the router of the others' logs: Fluent Bit or Fluentd.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FirelensConfiguration {
    /// Which router it is.
    #[serde(rename = "type")]
    pub router: FirelensType,
    /// `enable-ecs-log-metadata`, `config-file-type` (on Fargate only `file`), `config-file-value`.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

open_enum! {
    /// A log router.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_FirelensConfiguration.html>
    pub enum FirelensType {
        /// Small and fast.
        FluentBit = "fluentbit",
        /// With more plugins.
        Fluentd = "fluentd",
    }
}
