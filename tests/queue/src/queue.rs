//! SQS queues.

use infra_engine::{Resource, outputs};
use infra_resources::NameLimit;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// At most 80 characters.
const NAME: NameLimit = NameLimit {
    of: "queue",
    characters: 80,
    begins: &[],
    ends: &[],
    page: "CreateQueue, Amazon SQS API Reference",
};
/// For how long a message that was received may be hidden from others: twelve hours at most.
const VISIBILITY_TIMEOUT: RangeInclusive<u32> = 0..=43_200;
/// For how long a message may be kept: a minute to fourteen days.
const RETENTION: RangeInclusive<u32> = 60..=1_209_600;

/// A standard queue.
///
/// AWS: "CreateQueue", Amazon SQS API Reference
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    /// The queue's name.
    pub name: String,
    /// For how many seconds a message that was received is hidden from others.
    pub visibility_timeout: u32,
    /// For how many seconds a message is kept.
    pub message_retention_period: u32,
}

outputs! {
    /// What others refer to.
    QueueOutputs {
        /// The queue's ARN.
        arn: String,
        /// The URL that messages are sent to.
        url: String,
    }
}

impl Resource for Queue {
    const KIND: &'static str = "queue";
    type Outputs = QueueOutputs;

    fn physical_name(&self) -> String {
        self.name.clone()
    }

    fn problems(&self) -> Vec<String> {
        let ranges = [
            ("visibilityTimeout", self.visibility_timeout, VISIBILITY_TIMEOUT),
            ("messageRetentionPeriod", self.message_retention_period, RETENTION),
        ];
        let outside = ranges.into_iter().filter(|(_, seconds, range)| !range.contains(seconds));
        let outside = outside.map(|(member, seconds, range)| {
            format!("{member}: {seconds} is not within {} to {}", range.start(), range.end())
        });
        NAME.problems(&self.name).into_iter().chain(outside).collect()
    }
}
