//! Waiting for a condition with a deadline.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(100);

/// Looks again and again until the condition holds; what a look returns as an error is what is still missing.
///
/// # Panics
/// When the deadline passes: names what was waited for and what was still missing.
pub async fn until<T>(what: &str, deadline: Duration, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(value) => return value,
            Err(missing) if began.elapsed() >= deadline => {
                panic!("waited {} s for {what}, still: {missing}", deadline.as_secs())
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
