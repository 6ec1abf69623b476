//! The bucket of a first lease, made while a deploy that will write looks what is there: it need not be waited for then.

use super::record::Seen;
use crate::aws::Aws;
use crate::error_report;
use crate::kinds::bucket;
use crate::wire::pace::of_lease;
use infra::storage::lease_bucket_id;
use infra_engine::Failure;
use infra_engine::refresh::World;
use std::sync::atomic::{AtomicBool, Ordering};

/// The place of a lease that no run of the stack ever held.
pub struct FirstPlace<'a> {
    aws: &'a Aws,
    bucket: &'a str,
    /// Whether its making was begun.
    is_begun: AtomicBool,
}

impl<'a> FirstPlace<'a> {
    /// The place in a bucket.
    pub fn new(aws: &'a Aws, bucket: &'a str) -> Self {
        Self { aws, bucket, is_begun: AtomicBool::new(false) }
    }

    /// Makes the bucket if there is none, once it is sure whose account it is.
    ///
    /// # Errors
    /// When it can't be made, or the account is another one than it seemed.
    pub async fn make(&self, seen: Seen) -> Result<Seen, Failure> {
        if seen.has_bucket {
            return Ok(seen);
        }
        self.aws.account.confirm().await?;
        self.is_begun.store(true, Ordering::Relaxed);
        of_lease(bucket::create_bare(self.aws, self.bucket)).await?;
        Ok(Seen::in_a_new_bucket())
    }

    /// The world as it was without the bucket, whether or not it shows already.
    pub fn without_it(&self, mut world: World) -> World {
        if self.is_begun() {
            world.live.remove(&lease_bucket_id());
            world.owned.retain(|found| found.name != self.bucket);
        }
        world
    }

    /// Deletes it again, as nothing comes of the deploy. It stays if another run has its lease there; that of a run that is
    /// killed before this is found by the next one.
    pub async fn withdraw(&self) {
        if self.is_begun()
            && let Err(failure) = bucket::delete_bare(self.aws, self.bucket).await
        {
            error_report::warn(&format!("the empty bucket {} stays", self.bucket), &failure);
        }
    }

    fn is_begun(&self) -> bool {
        self.is_begun.load(Ordering::Relaxed)
    }
}
