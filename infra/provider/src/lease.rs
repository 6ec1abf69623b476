//! The stack's lease: one run at a time writes. An object in a bucket of its own, taken and renewed by conditional writes,
//! so that S3 decides between two that want it. It expires by itself; there is nothing to unlock.

mod holder;
mod mark;
mod record;
mod renewal;

use crate::aws::Aws;
use crate::error_report;
use crate::kinds::bucket;
use crate::shortened;
use crate::wait::{Look, until};
use crate::wire::concurrency_limit::of_lease;
use crate::wire::guard;
use boot_time::Instant;
use holder::Holder;
use infra::storage::lease_bucket_id;
use infra::{Destination, StackName};
use infra_engine::kind::Context;
use infra_engine::{Failure, Reporter, ResourceId};
use record::{Record, write};
pub use record::{Seen, look};
use renewal::Renewal;
use std::time::Duration;

/// How many seconds a lease lasts that is not renewed.
const SECONDS: u64 = 60;
/// The variable by which tests shorten that.
const SECONDS_VARIABLE: &str = "IMAGE_APP_LEASE_SECONDS";

/// How long a lease lasts that is not renewed.
fn length() -> Duration {
    shortened::seconds(SECONDS, SECONDS_VARIABLE)
}

/// How long the holder of a lease that lasts so long may write: it stops a sixth of that before others may take it, for what
/// it has sent then may be on its way.
fn writable(lasts: Duration) -> Duration {
    lasts - lasts / 6
}

/// Another run holds the stack's lease.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HeldByAnother(String);

/// What a run wants a lease for.
pub struct Wanted {
    /// The bucket of the lease, by its address in the stack.
    pub bucket_id: ResourceId,
    /// The bucket's name.
    pub bucket: String,
    /// Whether a bucket of that name that somebody else made is taken over.
    pub adopt: bool,
    /// What the run does: `deploy`, `teardown`.
    pub command: &'static str,
    /// How long it waits for another holder.
    pub patience: Duration,
}

impl Wanted {
    /// The lease of a stack of which nothing but its name is known.
    ///
    /// # Errors
    /// When the name is too long for a bucket.
    pub fn of_the_stack(
        aws: &Aws,
        name: &StackName,
        command: &'static str,
        patience: Duration,
    ) -> anyhow::Result<Self> {
        let destination = Destination { account_id: aws.account.id.clone(), region: aws.region.clone() };
        let bucket = infra::names::lease_bucket(name, &destination)?;
        Ok(Self { bucket_id: lease_bucket_id(), bucket, adopt: false, command, patience })
    }
}

/// The lease, held until it is released or its process ends.
pub struct Lease {
    renewal: Renewal,
    /// Whether nobody held it between the look at it and its taking.
    pub is_as_seen: bool,
}

impl Lease {
    /// Takes the lease as it was `seen`; waits so long for another holder to finish or to expire.
    ///
    /// # Errors
    /// [`HeldByAnother`] when it is still held then; or when the bucket can't be made or written.
    pub async fn acquire(
        aws: &Aws,
        wanted: Wanted,
        seen: Seen,
        reporter: &dyn Reporter,
    ) -> anyhow::Result<Self> {
        let id = ResourceId::new("lease", aws.stack.as_ref());
        let context = Context::of(&aws.stack, &id, reporter);
        let (bucket, patience) = (wanted.bucket.as_str(), wanted.patience);
        let (began, mut seen, mut is_as_seen) = (Instant::now(), seen, true);
        let mut last_asked = None;
        let taken = until(patience + length(), &context, async || {
            if !is_as_seen {
                seen = look(aws, bucket).await?;
            }
            if let Some(other) = seen.held_by_another() {
                is_as_seen = false;
                let held = other.to_string();
                let is_over = began.elapsed() >= patience;
                return Ok(if is_over { Look::Done(Err(held)) } else { Look::NotYet(held) });
            }
            if let Some(asked) = last_asked.filter(|_| seen.is_held_by_this()) {
                // The answer to its taking was lost.
                return Ok(Look::Done(Ok((seen.clone(), asked, is_as_seen))));
            }
            of_lease(make_place(aws, &wanted, &seen)).await?;
            let asked = Instant::now();
            last_asked = Some(asked);
            let arns = seen.record.as_ref().map(|record| record.arns.clone()).unwrap_or_default();
            let record = Record {
                holder: Holder::this(wanted.command),
                lasts_seconds: length().as_secs(),
                renewals: 0,
                is_released: false,
                arns,
            };
            mark::leave();
            if let Some(now) = write(aws, bucket, record, &seen).await? {
                let before = seen.record.as_ref().map(|record| &record.holder);
                if let Some(ended) = before.filter(|holder| holder.has_ended_here()) {
                    mark::remove(&ended.run);
                }
                return Ok(Look::Done(Ok((now, asked, is_as_seen))));
            }
            // Somebody else was faster.
            is_as_seen = false;
            Ok(Look::NotYet("the stack's lease".to_owned()))
        })
        .await?;
        let (now, asked, is_as_seen) = taken.map_err(HeldByAnother)?;
        guard::hold_until(asked + writable(length()));
        Ok(Self { renewal: Renewal::begin(aws, bucket, now), is_as_seen })
    }

    /// Renews it no more, as its bucket goes next; for what is left of its time this run may still write.
    pub async fn let_expire(&self) {
        self.renewal.stop().await;
    }

    /// Lets go of it when its bucket is gone.
    pub fn forget(self) {
        guard::release();
        mark::remove(mark::this_run());
    }

    /// Gives it back, so that the next run need not wait; unless another run has it by now. `arns` are those that the next run
    /// asks about at once; without them the old ones stay. The work is done by now: a lease that can't be given back is
    /// reported and ends by itself.
    pub async fn release(self, arns: Option<Vec<String>>) {
        self.renewal.stop().await;
        let released = self.renewal.give_back(arns).await;
        guard::release();
        match released {
            Ok(()) => mark::remove(mark::this_run()),
            Err(failure) => error_report::warn(&not_given_back(), &failure),
        }
    }
}

fn not_given_back() -> String {
    let seconds = length().as_secs();
    format!(
        "the stack's lease can't be given back; it ends by itself within {seconds} s, and the next run waits for that"
    )
}

/// Makes sure that the lease has a bucket to lie in. Where one lies already, the bucket is what it has to be.
async fn make_place(aws: &Aws, wanted: &Wanted, seen: &Seen) -> Result<(), Failure> {
    match seen {
        Seen { record: Some(_), .. } => Ok(()),
        Seen { has_bucket: true, .. } => {
            bucket::claim(aws, &wanted.bucket_id, &wanted.bucket, wanted.adopt).await
        }
        Seen { has_bucket: false, .. } => bucket::create_bare(aws, &wanted.bucket).await,
    }
}
