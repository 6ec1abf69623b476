//! Polling a condition: with growing pauses, a deadline, and a word on what is missing.

use infra_engine::Failure;
use infra_engine::kind::Context;
use std::time::Duration;
use tokio::time::Instant;

/// Whether the condition holds.
pub enum Poll<T> {
    /// It holds.
    Ready(T),
    /// It does not hold yet; the text says what is missing.
    Pending(String),
}

/// So long AWS may not know what it has just made.
pub const KNOWN_WITHIN: Duration = Duration::from_secs(30);

/// What is not found in a wait that began then: not known yet, or by now gone.
///
/// # Errors
/// When it should be known.
pub fn not_found<T>(what: &str, began: Instant) -> Result<Poll<T>, Failure> {
    if began.elapsed() < KNOWN_WITHIN {
        return Ok(Poll::Pending(format!("AWS to know {what}")));
    }
    Err(Failure::new(format!("{what} is gone while it was being deployed")))
}

/// Polls until the condition holds.
///
/// # Errors
/// When a poll fails, or when the deadline passes: the failure says what was still missing.
pub async fn poll_until<T>(
    deadline: Duration,
    context: &Context<'_>,
    mut poll: impl AsyncFnMut() -> Result<Poll<T>, Failure>,
) -> Result<T, Failure> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        let missing = match poll().await? {
            Poll::Ready(value) => return Ok(value),
            Poll::Pending(missing) => missing,
        };
        if began.elapsed() >= deadline {
            return Err(Failure::new(format!("after {} s still waiting for: {missing}", deadline.as_secs()))
                .hint("run the same command again: it continues from here"));
        }
        context.waiting(missing);
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(Duration::from_secs(5));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_found_is_waited_for_at_first_and_gone_later() {
        let now = Instant::now();
        assert!(matches!(not_found::<()>("the service", now), Ok(Poll::Pending(_))));
        let long_ago = now - KNOWN_WITHIN - Duration::from_secs(1);
        assert!(not_found::<()>("the service", long_ago).is_err());
    }
}
