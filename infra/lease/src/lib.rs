//! The stack's lease: one run at a time writes. An object in a bucket of its own, taken and renewed by conditional writes,
//! so that S3 decides between two that want it. It expires by itself; there is nothing to unlock.

mod holder;
mod mark;
mod place;
mod record;
mod renewal;

use async_trait::async_trait;
use boot_time::Instant;
use holder::Holder;
use infra_engine::kind::Context;
use infra_engine::{Failure, Reporter, ResourceId};
use infra_wire::concurrency_limit::of_lease;
use infra_wire::guard;
use infra_wire::poll::{Poll, poll_until};
pub use place::{LEASE_KEY, Place};
pub use record::LeaseSnapshot;
use record::Record;
use renewal::Renewal;
use std::time::Duration;

/// How long a lease lasts that is not renewed.
pub const LASTS: Duration = Duration::from_secs(60);

/// How long the holder of a lease that lasts so long may write: it stops a sixth of that before others may take it, for what
/// it has sent then may be on its way.
fn writable(lasts: Duration) -> Duration {
    lasts - lasts / 6
}

/// Why a lease was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another run holds it.
    #[error("{0}")]
    Held(String),
    /// It can't be read or written.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// The bucket that the lease lies in, before anything else of the stack is there.
#[async_trait(?Send)]
pub trait BootstrapBucket {
    /// Makes it; its tags and settings come with the deploy that the lease is for.
    ///
    /// # Errors
    /// When it can't be made.
    async fn create(&self) -> Result<(), Failure>;

    /// Makes sure that a bucket that is there is the stack's. One that is gone by now is made.
    ///
    /// # Errors
    /// When it is somebody else's.
    async fn claim(&self) -> Result<(), Failure>;
}

/// What a run wants a lease for.
pub struct LeaseRequest<'a> {
    /// The stack.
    pub stack: &'a str,
    /// Where its lease lies.
    pub place: Place,
    /// Makes the bucket there.
    pub bucket: &'a dyn BootstrapBucket,
    /// What the run does: `deploy`, `teardown`.
    pub command: &'static str,
    /// How long it waits for another holder.
    pub wait_timeout: Duration,
    /// How long the lease lasts unless it is renewed, in whole seconds: [`LASTS`].
    pub lasts: Duration,
}

/// The lease, held until it is released or its process ends.
pub struct Lease {
    renewal: Renewal,
    /// Whether nobody held it between the look at it and its taking.
    pub uncontended: bool,
}

impl Lease {
    /// Takes the lease as it was `seen`; waits so long for another holder to finish or to expire.
    ///
    /// # Errors
    /// [`LeaseError::Held`] when it is still held then; or when the bucket can't be made or written.
    pub async fn acquire(
        request: LeaseRequest<'_>,
        seen: LeaseSnapshot,
        reporter: &dyn Reporter,
    ) -> Result<Self, LeaseError> {
        let id = ResourceId::new("lease", request.stack);
        let context = Context::of(request.stack, &id, reporter);
        let (began, mut seen, mut uncontended) = (Instant::now(), seen, true);
        let mut last_asked = None;
        let taken = poll_until(request.wait_timeout + request.lasts, &context, async || {
            if !uncontended {
                seen = request.place.read().await?;
            }
            if let Some(other) = seen.held_by_another() {
                uncontended = false;
                let held = other.to_string();
                let is_over = began.elapsed() >= request.wait_timeout;
                return Ok(if is_over { Poll::Ready(Err(held)) } else { Poll::Pending(held) });
            }
            if let Some(asked) = last_asked.filter(|_| seen.is_held_by_this()) {
                // The answer to its taking was lost.
                return Ok(Poll::Ready(Ok((seen.clone(), asked, uncontended))));
            }
            of_lease(make_place(request.bucket, &seen)).await?;
            let asked = Instant::now();
            last_asked = Some(asked);
            mark::leave();
            if let Some(now) = request.place.write(new_record(&request, &seen), &seen).await? {
                let before = seen.record.as_ref().map(|record| &record.holder);
                if let Some(ended) = before.filter(|holder| holder.has_ended_here()) {
                    mark::remove(&ended.run);
                }
                return Ok(Poll::Ready(Ok((now, asked, uncontended))));
            }
            // Somebody else was faster.
            uncontended = false;
            Ok(Poll::Pending("the stack's lease".to_owned()))
        })
        .await?;
        let (now, asked, uncontended) = taken.map_err(LeaseError::Held)?;
        guard::hold_until(asked + writable(request.lasts));
        Ok(Self { renewal: Renewal::begin(request.place, now, request.lasts), uncontended })
    }

    /// Renews it no more, as its bucket goes next; for what is left of its time this run may still write.
    pub async fn stop_renewing(&self) {
        self.renewal.stop().await;
    }

    /// Lets go of it when its bucket is gone.
    pub fn forget(self) {
        guard::release();
        mark::remove(mark::this_run());
    }

    /// Gives it back, so that the next run need not wait; unless another run has it by now. `arns` are those that the next run
    /// asks about at once; without them the old ones stay.
    ///
    /// # Errors
    /// When it can't be given back. The work is done by then, and the lease ends by itself.
    pub async fn release(self, arns: Option<Vec<String>>) -> Result<(), NotReleased> {
        self.renewal.stop().await;
        let released = self.renewal.give_back(arns).await;
        guard::release();
        released.map_err(|failure| NotReleased { seconds: self.renewal.lasts().as_secs(), failure })?;
        mark::remove(mark::this_run());
        Ok(())
    }
}

/// A lease that could not be given back.
#[derive(Debug, thiserror::Error)]
#[error(
    "the stack's lease can't be given back; it ends by itself within {seconds} s, and the next run waits for that"
)]
pub struct NotReleased {
    seconds: u64,
    /// Why.
    pub failure: Failure,
}

/// The record of this run, which keeps what the last one wrote for its successors.
fn new_record(request: &LeaseRequest<'_>, seen: &LeaseSnapshot) -> Record {
    Record {
        holder: Holder::this(request.command),
        lasts_seconds: request.lasts.as_secs(),
        renewals: 0,
        is_released: false,
        arns: seen.record.as_ref().map(|record| record.arns.clone()).unwrap_or_default(),
    }
}

/// Makes sure that the lease has a bucket to lie in. Where one lies already, the bucket is what it has to be.
async fn make_place(bucket: &dyn BootstrapBucket, seen: &LeaseSnapshot) -> Result<(), Failure> {
    match seen {
        LeaseSnapshot { record: Some(_), .. } => Ok(()),
        LeaseSnapshot { has_bucket: true, .. } => bucket.claim().await,
        LeaseSnapshot { has_bucket: false, .. } => bucket.create().await,
    }
}
