//! Where the lease lies: an object in a bucket of its own. It is read and written whole, each time as another version than
//! before, so that a conditional write shows whether anybody was there meanwhile.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>

use crate::record::{LeaseSnapshot, Record};
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use boot_time::Instant;
use infra_engine::Failure;
use infra_wire::concurrency_limit::of_lease;
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The lease's key in its bucket.
pub const LEASE_KEY: &str = "lease.json";

/// A bucket for a lease.
#[derive(Clone, Debug)]
pub struct Place {
    /// S3, with the timeouts of the lease's calls.
    pub s3: aws_sdk_s3::Client,
    /// The bucket.
    pub bucket: String,
}

impl Place {
    /// Reads the lease.
    ///
    /// # Errors
    /// When S3 can't be asked, or something else lies there.
    pub async fn read(&self) -> Result<LeaseSnapshot, Failure> {
        let (bucket, date) = (&self.bucket, Date::default());
        let request =
            self.s3.get_object().bucket(bucket).key(LEASE_KEY).customize().interceptor(date.clone());
        let answer = of_lease(request.send()).await;
        let has_bucket = !answer.as_ref().is_err_and(|error| problem_of(error).has_code(&["NoSuchBucket"]));
        let Some(answer) = answer.none_if(&["NoSuchKey", "NoSuchBucket", "404"], "read the stack's lease")?
        else {
            return Ok(LeaseSnapshot { has_bucket, ..LeaseSnapshot::default() });
        };
        let etag = answer.e_tag().map(str::to_owned);
        let age = date.answered().zip(answer.last_modified()).map(|(now, written)| between(written, &now));
        let age =
            age.ok_or_else(|| Failure::new(format!("S3 does not say how old s3://{bucket}/{LEASE_KEY} is")))?;
        let body = answer.body.collect().await;
        let body = body.map_err(|error| Failure::caused_by("the stack's lease can't be read", error))?;
        let record = serde_json::from_slice(&body.into_bytes()).map_err(|error| {
            Failure::caused_by(format!("s3://{bucket}/{LEASE_KEY} is not a valid lease"), error)
        })?;
        Ok(LeaseSnapshot { record: Some(record), has_bucket, age: Some((age, Instant::now())), etag })
    }

    /// Writes the lease if it still is as it was `seen`; gives how it is now, or `None` if somebody else was faster.
    ///
    /// # Errors
    /// When S3 can't be asked.
    pub async fn write(
        &self,
        record: Record,
        seen: &LeaseSnapshot,
    ) -> Result<Option<LeaseSnapshot>, Failure> {
        let body = serde_json::to_vec(&record)
            .map_err(|error| Failure::caused_by("a lease has no JSON form", error))?;
        let request = self.s3.put_object().bucket(&self.bucket).key(LEASE_KEY).body(ByteStream::from(body));
        let request = match &seen.etag {
            Some(etag) => request.if_match(etag),
            None => request.if_none_match("*"),
        };
        let written = of_lease(request.send()).await;
        let faster = ["PreconditionFailed", "ConditionalRequestConflict", "412", "409"];
        // It was deleted in this moment, or its bucket was.
        let gone = ["NoSuchKey", "NoSuchBucket", "404"];
        match &written {
            Err(error) if problem_of(error).has_code(&faster) || problem_of(error).has_code(&gone) => {
                return Ok(None);
            }
            _ => {}
        }
        let etag = written.or_failure("take the stack's lease")?.e_tag().map(str::to_owned);
        let age = Some((Duration::ZERO, Instant::now()));
        Ok(Some(LeaseSnapshot { record: Some(record), age, etag, has_bucket: true }))
    }
}

/// The time by S3's own clock at which it answered.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<DateTime>>>);

impl Date {
    fn answered(&self) -> Option<DateTime> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn between(earlier: &DateTime, later: &DateTime) -> Duration {
    let seconds = later.secs().saturating_sub(earlier.secs());
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "Date"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        let date = date.and_then(|date| DateTime::from_str(date, DateTimeFormat::HttpDate).ok());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_after_the_answer_began_has_no_age() {
        let written = DateTime::from_secs(100);
        for (answered, age) in [(107, 7), (99, 0)] {
            assert_eq!(between(&written, &DateTime::from_secs(answered)), Duration::from_secs(age));
        }
    }
}
