//! The lease of the stack at hand, for the commands that write.

use crate::error_report;
use crate::progress_view::ProgressView;
use infra::storage::lease_bucket_id;
use infra::{Destination, StackName};
use infra_aws::clients::LeaseS3;
use infra_aws::kinds::bucket::StackBucket;
use infra_aws::{Aws, prefetch};
use infra_engine::Failure;
use infra_lease::{Lease, LeaseError, LeaseRequest, LeaseSnapshot, Place};
use std::time::Duration;

/// The lease of a stack.
pub struct StackLease<'a> {
    bucket: StackBucket<'a>,
    lasts: Duration,
}

impl<'a> StackLease<'a> {
    /// Of a stack of which nothing but its name is known; it lasts so long.
    ///
    /// # Errors
    /// When the name is too long for a bucket.
    pub fn named(aws: &'a Aws, name: &StackName, lasts: Duration) -> anyhow::Result<Self> {
        let destination = Destination { account_id: aws.account.id.clone(), region: aws.region.clone() };
        Ok(Self::in_bucket(aws, infra::names::lease_bucket(name, &destination)?, lasts, false))
    }

    /// In a bucket of this name. With `adopt` one that somebody else made is taken over.
    pub fn in_bucket(aws: &'a Aws, name: String, lasts: Duration, adopt: bool) -> Self {
        Self { bucket: StackBucket { aws, id: lease_bucket_id(), name, adopt }, lasts }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When S3 can't be asked.
    pub async fn read(&self) -> Result<LeaseSnapshot, Failure> {
        self.place().read().await
    }

    /// Reads it, and asks at once for what it says that the stack has: the answers are kept in the read cache.
    ///
    /// # Errors
    /// When S3 can't be asked.
    pub async fn read_and_prefetch(&self) -> Result<LeaseSnapshot, Failure> {
        let snapshot = self.read().await?;
        if let Some(record) = &snapshot.record {
            prefetch::listeners(self.bucket.aws, &record.arns).await;
        }
        Ok(snapshot)
    }

    /// Takes it as it was `seen`, for a command; waits so long for another holder.
    ///
    /// # Errors
    /// When it is still held then, or can't be read or written.
    pub async fn acquire(
        &self,
        command: &'static str,
        wait_timeout: Duration,
        seen: LeaseSnapshot,
    ) -> Result<Lease, LeaseError> {
        let (stack, place) = (self.bucket.aws.stack.as_ref(), self.place());
        let request =
            LeaseRequest { stack, place, bucket: &self.bucket, command, wait_timeout, lasts: self.lasts };
        // What is drawn of the wait goes with it: a question may follow.
        Lease::acquire(request, seen, &ProgressView::new()).await
    }

    fn place(&self) -> Place {
        Place { s3: (*self.bucket.aws.client::<LeaseS3>()).clone(), bucket: self.bucket.name.clone() }
    }
}

/// Gives a lease back. The work is done by then: one that can't be given back is reported and ends by itself.
pub async fn release(lease: Lease, arns: Option<Vec<String>>) {
    if let Err(not_released) = lease.release(arns).await {
        error_report::warn(&not_released.to_string(), &not_released.failure);
    }
}
