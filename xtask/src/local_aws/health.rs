//! Does the local AWS answer: the front, which asks the emulator behind it.

use std::time::Duration;

use crate::http;

/// Whether it answers before a deadline.
pub async fn within(limit: Duration, port: u16) -> anyhow::Result<bool> {
    Ok(http::succeeds_within(limit, port, "GET", "/_local_aws/health").await)
}
