//! How long calls wait for their answers. By itself the SDK waits for ever for a service that has taken a call and says
//! nothing. A call that has waited long enough is one whose answer is lost: what it has done is looked into.

use crate::shortened;
use aws_config::timeout::TimeoutConfig;
use std::time::Duration;

/// As long as the SDK gives a connection to come about.
const CONNECTS_WITHIN: Duration = Duration::from_millis(3100);
/// How many seconds an answer may take to begin; none of AWS's takes a third of it.
const SECONDS: u64 = 30;
/// The variable by which tests shorten that.
const SECONDS_VARIABLE: &str = "IMAGE_APP_ANSWER_SECONDS";
/// The lease is renewed every 15 s and ends after 60: a renewal that gets no answer leaves time for others. Where it is
/// shortened, less is waited for.
const OF_LEASE: Duration = Duration::from_secs(5);

/// Of all calls but the lease's.
pub fn of_calls() -> TimeoutConfig {
    answers_within(shortened::seconds(SECONDS, SECONDS_VARIABLE))
}

/// Of the lease's calls.
pub fn of_lease() -> TimeoutConfig {
    answers_within(OF_LEASE)
}

/// Time spent waiting for a permit is not counted.
fn answers_within(limit: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECTS_WITHIN).read_timeout(limit).build()
}
