//! Whether this run may still write: once it has held the stack's lease, it may only while it holds it.

use boot_time::Instant;
use std::sync::{Mutex, PoisonError};

/// The error of a write that comes too late.
pub const LOST: &str = "the stack's lease was lost to another run";

/// Until when this process may write; `None` where no lease is needed.
static UNTIL: Mutex<Option<Instant>> = Mutex::new(None);

/// Writes are allowed until then.
pub fn hold_until(until: Instant) {
    *UNTIL.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
}

/// No lease is held any more, and none is needed for what follows.
pub fn release() {
    *UNTIL.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Whether a lease was held and its time is over.
pub fn is_lost() -> bool {
    UNTIL.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() >= until)
}
