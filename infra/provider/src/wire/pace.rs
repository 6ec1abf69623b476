//! How many calls are under way at the same time: fewer as soon as calls have to be repeated, because AWS throttles or fails, and
//! more again as soon as they succeed at once. The lease has a turn of its own, so that no other call keeps it waiting.

use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// Calls under way at most, beside one of the lease; services throttle clients that ask for more.
const MOST: usize = 15;
/// Calls that may be under way however often they have to be repeated.
const LEAST: usize = 2;

tokio::task_local! {
    static IS_OF_LEASE: ();
}

/// Makes calls of the lease, one after the other.
pub async fn of_lease<T>(calls: impl Future<Output = T>) -> T {
    IS_OF_LEASE.scope((), calls).await
}

/// The pace of this process.
pub static PACE: Pace = Pace::new();

/// Turns for calls.
#[derive(Debug)]
pub struct Pace {
    turns: Semaphore,
    of_lease: Semaphore,
    /// How many turns are kept back for now.
    withheld: AtomicUsize,
    /// How many of the turns that are taken are not given out again, as there were too many of them.
    owed: AtomicUsize,
}

/// A call's turn, which the next one gets when it is dropped.
#[derive(Debug)]
pub struct Turn<'a> {
    pace: &'a Pace,
    is_of_lease: bool,
    is_repeated: bool,
    has_succeeded: bool,
    permit: Option<SemaphorePermit<'a>>,
}

impl Pace {
    const fn new() -> Self {
        Self {
            turns: Semaphore::const_new(MOST),
            of_lease: Semaphore::const_new(1),
            withheld: AtomicUsize::new(0),
            owed: AtomicUsize::new(0),
        }
    }

    /// Waits for a turn. `is_repeated` says that AWS did not take the call the first time.
    ///
    /// # Errors
    /// Never: there are always turns to come.
    pub async fn turn(&self, is_repeated: bool) -> Result<Turn<'_>, AcquireError> {
        let is_of_lease = IS_OF_LEASE.try_with(|()| ()).is_ok();
        let turns = if is_of_lease { &self.of_lease } else { &self.turns };
        let permit = Some(turns.acquire().await?);
        Ok(Turn { pace: self, is_of_lease, is_repeated, has_succeeded: false, permit })
    }

    /// So many more calls may be under way.
    pub fn widen(&self, more: usize) {
        self.turns.add_permits(more);
    }

    /// So many calls fewer may be under way, after it was widened.
    pub fn narrow(&self, fewer: usize) {
        let left = fewer - self.turns.forget_permits(fewer);
        // Some were kept back while it was wide: they are not given out again. The others are still taken.
        let withheld = self.withheld.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |withheld| {
            Some(withheld.saturating_sub(left))
        });
        let kept_back = withheld.unwrap_or_else(|withheld| withheld);
        self.owed.fetch_add(left.saturating_sub(kept_back), Ordering::Relaxed);
    }
}

impl Turn<'_> {
    /// AWS has done what the call asks for.
    pub fn succeed(&mut self) {
        self.has_succeeded = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.is_of_lease {
            return;
        }
        let pace = self.pace;
        let is_kept = changed(&pace.owed, |owed| owed.checked_sub(1))
            || self.is_repeated && changed(&pace.withheld, |n| (n < MOST - LEAST).then_some(n + 1));
        if let Some(permit) = self.permit.take_if(|_| is_kept) {
            permit.forget();
        }
        if !self.is_repeated && self.has_succeeded && changed(&pace.withheld, |n| n.checked_sub(1)) {
            pace.turns.add_permits(1);
        }
    }
}

fn changed(count: &AtomicUsize, change: impl FnMut(usize) -> Option<usize>) -> bool {
    count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, change).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn repeated(pace: &Pace, count: usize) {
        for _ in 0..count {
            pace.turn(true).await.unwrap().succeed();
        }
    }

    async fn done_at_once(pace: &Pace, count: usize) {
        for _ in 0..count {
            pace.turn(false).await.unwrap().succeed();
        }
    }

    #[tokio::test]
    async fn repeated_calls_leave_fewer_turns_but_never_none() {
        let pace = Pace::new();
        repeated(&pace, 4).await;
        assert_eq!(pace.turns.available_permits(), MOST - 4);
        repeated(&pace, 100).await;
        assert_eq!(pace.turns.available_permits(), LEAST);
    }

    #[tokio::test]
    async fn calls_that_succeed_at_once_bring_all_turns_back_and_no_more() {
        let pace = Pace::new();
        repeated(&pace, 100).await;
        done_at_once(&pace, 4).await;
        assert_eq!(pace.turns.available_permits(), LEAST + 4);
        done_at_once(&pace, 100).await;
        assert_eq!(pace.turns.available_permits(), MOST);
    }

    #[tokio::test]
    async fn calls_that_fail_bring_no_turn_back() {
        let pace = Pace::new();
        repeated(&pace, 4).await;
        drop(pace.turn(false).await.unwrap());
        assert_eq!(pace.turns.available_permits(), MOST - 4);
    }

    #[tokio::test]
    async fn turns_kept_back_while_it_was_wide_stay_away() {
        let pace = Pace::new();
        pace.widen(64);
        repeated(&pace, 10).await;
        pace.narrow(64);
        done_at_once(&pace, 100).await;
        assert_eq!(pace.turns.available_permits(), MOST);
    }

    #[tokio::test]
    async fn turns_that_were_taken_while_it_was_wide_are_not_given_out_again() {
        let pace = Pace::new();
        pace.widen(64);
        let mut taken = Vec::new();
        for _ in 0..30 {
            taken.push(pace.turn(false).await.unwrap());
        }
        pace.narrow(64);
        assert_eq!(pace.turns.available_permits(), 0);
        drop(taken);
        assert_eq!(pace.turns.available_permits(), MOST);
    }

    #[tokio::test]
    async fn the_lease_waits_for_no_other_call() {
        let pace = Pace::new();
        let _others = pace.turns.acquire_many(u32::try_from(MOST).unwrap()).await.unwrap();
        let turn = of_lease(pace.turn(true)).await.unwrap();
        drop(turn);
        assert_eq!(pace.of_lease.available_permits(), 1);
    }
}
