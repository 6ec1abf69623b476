//! How long calls wait for their answers. By itself the SDK waits for ever for a service that has taken a call and says
//! nothing. A call that has waited long enough is one whose answer is lost: what it has done is looked into.

use aws_config::timeout::TimeoutConfig;
use std::time::Duration;

/// As long as the SDK gives a connection to come about.
const CONNECTS_WITHIN: Duration = Duration::from_millis(3100);
/// How long an answer may take to begin; none of AWS's takes a third of it.
pub const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// The lease is renewed every 15 s and ends after 60: a renewal that gets no answer leaves time for others.
const OF_LEASE: Duration = Duration::from_secs(5);

/// Of the lease's calls.
pub fn of_lease() -> TimeoutConfig {
    answers_within(OF_LEASE)
}

/// Of calls whose answers begin so soon. Time spent waiting for a permit is not counted.
pub fn answers_within(limit: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECTS_WITHIN).read_timeout(limit).build()
}
