//! Renewing the lease while its run goes on, in the background.

use crate::place::Place;
use crate::record::{LeaseSnapshot, Record};
use crate::writable;
use boot_time::Instant;
use infra_engine::Failure;
use infra_wire::guard;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;

/// It is renewed four times in the time that it lasts: every 15 s.
const RENEWALS: u32 = 4;
/// When it is not known what came of a renewal, it is made again so soon.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A lease that is held, and the task that renews it.
pub struct Renewal {
    held: Held,
    task: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Clone)]
struct Held {
    place: Place,
    lasts: Duration,
    now: Arc<Mutex<Now>>,
}

/// The lease as this run wrote it last.
struct Now {
    seen: LeaseSnapshot,
    /// How often it was tried to renew it.
    renewals: u64,
}

impl Renewal {
    /// Renews the lease, which lasts so long and is now as it was `seen`.
    pub fn begin(place: Place, seen: LeaseSnapshot, lasts: Duration) -> Self {
        let now = Arc::new(Mutex::new(Now { seen, renewals: 0 }));
        let held = Held { place, lasts, now };
        let task = tokio::spawn(held.clone().keep());
        Self { held, task: Mutex::new(Some(task)) }
    }

    /// How long it lasts unless it is renewed.
    pub fn lasts(&self) -> Duration {
        self.held.lasts
    }

    /// Renews it no more. When this is over, no renewal is under way.
    pub async fn stop(&self) {
        let task = locked(&self.task).take();
        if let Some(task) = task {
            task.abort();
            // It was aborted, or had ended by itself.
            task.await.ok();
        }
    }

    /// Gives it back, if no other run has it by now. Nothing may renew it any more.
    pub async fn give_back(&self, arns: Option<Vec<String>>) -> Result<(), Failure> {
        let place = &self.held.place;
        let mut now = self.held.seen();
        while now.is_held_by_this()
            && !guard::is_lost()
            && let Some(record) = now.record.clone()
        {
            let arns = arns.clone().unwrap_or_else(|| record.arns.clone());
            let released = Record { is_released: true, arns, ..record };
            if place.write(released, &now).await?.is_some() {
                break;
            }
            // A renewal was under way, or the bucket is gone.
            now = place.read().await?;
        }
        Ok(())
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        if let Some(task) = &*locked(&self.task) {
            task.abort();
        }
    }
}

/// What came of a renewal.
enum Renewed {
    Yes,
    /// Nothing that is known.
    Unclear,
    /// Somebody else has it.
    Lost,
}

impl Held {
    /// Renews it until it is lost. If it can't be renewed in time, the guard lets no write pass any more.
    async fn keep(self) {
        let between = self.lasts / RENEWALS;
        let mut pause = between;
        loop {
            tokio::time::sleep(pause).await;
            pause = match self.renew().await {
                Renewed::Yes => between,
                Renewed::Unclear => AGAIN_AFTER.min(between),
                Renewed::Lost => return,
            };
        }
    }

    async fn renew(&self) -> Renewed {
        let (asked, seen, renewals) = (Instant::now(), self.seen(), self.next_renewal());
        let Some(record) = seen.record.clone() else { return Renewed::Lost };
        let record = Record { renewals, ..record };
        match self.place.write(record, &seen).await {
            Ok(Some(new)) => {
                self.is(new);
                guard::hold_until(asked + writable(self.lasts));
                Renewed::Yes
            }
            Ok(None) => match self.place.read().await {
                // The answer to a renewal was lost: this one's, or an earlier one's.
                Ok(it) if it.is_held_by_this() => {
                    let is_this = it.record.as_ref().is_some_and(|record| record.renewals == renewals);
                    self.is(it);
                    if is_this {
                        guard::hold_until(asked + writable(self.lasts));
                        return Renewed::Yes;
                    }
                    Renewed::Unclear
                }
                Ok(_) => {
                    guard::hold_until(asked);
                    Renewed::Lost
                }
                Err(_) => Renewed::Unclear,
            },
            Err(_) => Renewed::Unclear,
        }
    }

    /// Each try has a number of its own, so that one whose answer was lost is known again.
    fn next_renewal(&self) -> u64 {
        let mut now = locked(&self.now);
        now.renewals += 1;
        now.renewals
    }

    fn seen(&self) -> LeaseSnapshot {
        locked(&self.now).seen.clone()
    }

    fn is(&self, seen: LeaseSnapshot) {
        locked(&self.now).seen = seen;
    }
}

fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
