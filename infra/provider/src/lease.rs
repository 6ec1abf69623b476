//! The stack's lease: one run at a time writes. An object in a bucket of its own, taken and renewed by conditional writes,
//! so that S3 decides between two that want it. It expires by itself; there is nothing to unlock.

mod holder;

use crate::aws::Aws;
use crate::explain::{Explain, problem_of};
use crate::kinds::bucket;
use crate::wait::{Look, until};
use crate::wire::guard;
use aws_sdk_s3::primitives::ByteStream;
use holder::Holder;
use infra::storage::lease_bucket_id;
use infra::{Destination, Names, StackName};
use infra_engine::kind::Context;
use infra_engine::{Failure, Reporter, ResourceId};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Where the lease lies.
const KEY: &str = "lease.json";
/// How long a lease lasts that is not renewed.
const LENGTH: Duration = Duration::from_secs(60);
/// It is renewed four times in that time.
const RENEWED_EVERY: Duration = Duration::from_secs(15);
/// The holder stops this long before others may take it, for the clocks of two machines differ.
const MARGIN: Duration = Duration::from_secs(10);

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
        let destination = Destination { account_id: aws.account_id.clone(), region: aws.region.clone() };
        let bucket = Names::new(name, &destination)?.lease_bucket;
        Ok(Self { bucket_id: lease_bucket_id(), bucket, adopt: false, command, patience })
    }
}

/// The lease, held until it is released or its process ends.
pub struct Lease {
    aws: Aws,
    bucket: String,
    renewal: JoinHandle<()>,
}

impl Lease {
    /// Takes the lease; waits so long for another holder to finish or to expire.
    ///
    /// # Errors
    /// [`HeldByAnother`] when it is still held then; or when the bucket can't be made or written.
    pub async fn acquire(aws: &Aws, wanted: Wanted, reporter: &dyn Reporter) -> anyhow::Result<Self> {
        let id = ResourceId::new("lease", aws.stack.as_ref());
        let context = Context { stack: &aws.stack, id: &id, reporter };
        bucket::ensure(aws, &wanted.bucket_id, &wanted.bucket, wanted.adopt).await?;
        let (bucket, command, patience) = (wanted.bucket.as_str(), wanted.command, wanted.patience);
        let began = Instant::now();
        let taken = until(patience + LENGTH, &context, async || {
            let asked = Instant::now();
            let holder = Holder::this(command, LENGTH);
            let (found, etag) = match look(aws, bucket).await? {
                None => (None, None),
                Some((holder, etag)) => (Some(holder), Some(etag)),
            };
            if let Some(other) = found.filter(|other| !other.is_gone() && !other.is_this()) {
                let held = other.to_string();
                return Ok(if began.elapsed() >= patience {
                    Look::Done(Err(held))
                } else {
                    Look::NotYet(held)
                });
            }
            match write(aws, bucket, &holder, etag.as_deref()).await? {
                Some(etag) => Ok(Look::Done(Ok((holder, etag, asked)))),
                // Somebody else was faster.
                None => Ok(Look::NotYet("the stack's lease".to_owned())),
            }
        })
        .await?;
        let (holder, etag, asked) = taken.map_err(HeldByAnother)?;
        guard::hold_until(asked + LENGTH - MARGIN);
        let renewal = tokio::spawn(renew(aws.clone(), bucket.to_owned(), holder, etag));
        Ok(Self { aws: aws.clone(), bucket: bucket.to_owned(), renewal })
    }

    /// Renews it no more, as its bucket goes next; for what is left of its time this run may still write.
    pub fn let_expire(&self) {
        self.renewal.abort();
    }

    /// Gives it back, so that the next run need not wait; unless another run has it by now. Of a bucket that is gone it went
    /// with it.
    ///
    /// # Errors
    /// When S3 does not take it back; it expires by itself then.
    pub async fn release(self) -> Result<(), Failure> {
        self.renewal.abort();
        let is_held = !guard::is_lost()
            && look(&self.aws, &self.bucket).await?.is_some_and(|(holder, _)| holder.is_this());
        if is_held {
            bucket::delete_versions(&self.aws.s3, &self.bucket, KEY).await?;
        }
        guard::release();
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

/// Renews it until it can't be renewed in time: then the guard lets no write pass any more.
async fn renew(aws: Aws, bucket: String, mut holder: Holder, mut etag: String) {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        let asked = Instant::now();
        holder = holder.renewed(LENGTH);
        match write(&aws, &bucket, &holder, Some(&etag)).await {
            Ok(Some(new)) => {
                etag = new;
                guard::hold_until(asked + LENGTH - MARGIN);
            }
            Ok(None) => match look(&aws, &bucket).await {
                // The answer to a renewal was lost.
                Ok(Some((it, now))) if it.is_this() => etag = now,
                // Somebody else has it.
                Ok(_) => return guard::hold_until(asked),
                Err(_) => {}
            },
            // The next time may go well, and there are three of them.
            Err(_) => {}
        }
    }
}

/// The holder that the bucket tells, and the version that it was read from.
async fn look(aws: &Aws, bucket: &str) -> Result<Option<(Holder, String)>, Failure> {
    let answer = aws.s3.get_object().bucket(bucket).key(KEY).send().await;
    let Some(answer) = answer.unless(&["NoSuchKey", "NoSuchBucket", "404"], "look who holds the stack")?
    else {
        return Ok(None);
    };
    let etag = answer.e_tag().unwrap_or_default().to_owned();
    let body = answer.body.collect().await;
    let body = body.map_err(|error| Failure::caused_by("the stack's lease can't be read", error))?;
    let holder = serde_json::from_slice(&body.into_bytes())
        .map_err(|error| Failure::caused_by(format!("s3://{bucket}/{KEY} is no lease"), error))?;
    Ok(Some((holder, etag)))
}

/// Writes it if it still is the version that was looked at, or none; gives the new version, or `None` if it is another.
async fn write(
    aws: &Aws,
    bucket: &str,
    holder: &Holder,
    etag: Option<&str>,
) -> Result<Option<String>, Failure> {
    let body =
        serde_json::to_vec(holder).map_err(|error| Failure::caused_by("a lease has no JSON form", error))?;
    let request = aws.s3.put_object().bucket(bucket).key(KEY).body(ByteStream::from(body));
    let request = match etag {
        Some(etag) => request.if_match(etag),
        None => request.if_none_match("*"),
    };
    let written = request.send().await;
    match &written {
        Err(error)
            if problem_of(error).has_code(&[
                "PreconditionFailed",
                "ConditionalRequestConflict",
                "412",
                "409",
            ]) =>
        {
            Ok(None)
        }
        // It was given back in this moment.
        Err(error) if etag.is_some() && problem_of(error).has_code(&["NoSuchKey", "404"]) => Ok(None),
        _ => Ok(written.explain("take the stack's lease")?.e_tag().map(str::to_owned)),
    }
}
