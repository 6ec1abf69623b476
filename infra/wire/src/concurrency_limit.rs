//! How many calls are under way at the same time. The lease has a permit of its own, so that no other call keeps it waiting.

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// Calls under way at most, beside one of the lease: enough to read a whole stack in its waves. They go to nine services, each
/// of which throttles by itself, and the SDK makes a call that was throttled again, later each time.
const MOST: usize = 64;

tokio::task_local! {
    static IS_OF_LEASE: ();
}

/// Makes calls of the lease, one after the other.
pub async fn of_lease<T>(calls: impl Future<Output = T>) -> T {
    IS_OF_LEASE.scope((), calls).await
}

/// The limit of this process.
pub static LIMIT: ConcurrencyLimit = ConcurrencyLimit::new();

/// Permits for calls.
#[derive(Debug)]
pub struct ConcurrencyLimit {
    permits: Semaphore,
    of_lease: Semaphore,
}

/// A call's permit, which the next one gets when it is dropped.
pub type Permit<'a> = SemaphorePermit<'a>;

impl ConcurrencyLimit {
    const fn new() -> Self {
        Self { permits: Semaphore::const_new(MOST), of_lease: Semaphore::const_new(1) }
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// Never: the semaphores are not closed.
    pub async fn permit(&self) -> Result<Permit<'_>, AcquireError> {
        let is_of_lease = IS_OF_LEASE.try_with(|()| ()).is_ok();
        if is_of_lease { self.of_lease.acquire().await } else { self.permits.acquire().await }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_lease_waits_for_no_other_call() {
        let limit = ConcurrencyLimit::new();
        let _others = limit.permits.acquire_many(u32::try_from(MOST).unwrap()).await.unwrap();
        let permit = of_lease(limit.permit()).await.unwrap();
        drop(permit);
        assert_eq!(limit.of_lease.available_permits(), 1);
    }
}
