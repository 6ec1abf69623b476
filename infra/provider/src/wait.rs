//! Waiting for a condition: with growing pauses, a deadline, and a word on what is missing.

use infra_engine::Failure;
use infra_engine::kind::Context;
use std::time::Duration;
use tokio::time::Instant;

/// What a look at the condition found.
pub enum Look<T> {
    /// It holds.
    Done(T),
    /// It does not hold yet; the text says what is missing.
    NotYet(String),
}

/// Looks again and again until the condition holds.
///
/// # Errors
/// When a look fails, or when the deadline passes: the failure says what was still missing.
pub async fn until<T>(
    deadline: Duration,
    context: &Context<'_>,
    mut look: impl AsyncFnMut() -> Result<Look<T>, Failure>,
) -> Result<T, Failure> {
    let began = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        let missing = match look().await? {
            Look::Done(value) => return Ok(value),
            Look::NotYet(missing) => missing,
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
