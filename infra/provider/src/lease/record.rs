//! What lies in the lease's bucket: who holds the stack or held it last. It is read and written whole, each time as another
//! version than before, so that a conditional write tells whether anybody was there meanwhile.

use super::holder::Holder;
use crate::aws::Aws;
use crate::explain::{Explain, problem_of};
use crate::kinds::bucket::LEASE_KEY;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use infra_engine::Failure;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// S3 tells times in whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);

/// The lease as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Who holds it, or held it last.
    #[serde(flatten)]
    pub holder: Holder,
    /// Whether it was given back.
    #[serde(default)]
    pub is_released: bool,
    /// The ARNs of listeners and rules, which the next run asks about at once instead of finding them first. Nothing relies
    /// on their being right.
    #[serde(default)]
    pub arns: Vec<String>,
}

/// The lease as it was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What it says; nothing where no run of the stack ever held one.
    pub record: Option<Record>,
    /// Whether its bucket is there.
    pub has_bucket: bool,
    /// Whether nobody can have held it since so long before it was seen.
    pub quiet_for: Duration,
    etag: Option<String>,
}

impl Seen {
    /// Whether another run holds it: who that is.
    pub fn held_by_another(&self) -> Option<&Holder> {
        let record = self.record.as_ref().filter(|record| !record.is_released)?;
        Some(&record.holder).filter(|holder| !holder.is_gone() && !holder.is_this())
    }

    /// Whether this very process holds it.
    pub fn is_held_by_this(&self) -> bool {
        self.record.as_ref().is_some_and(|record| !record.is_released && record.holder.is_this())
    }

    /// Whether no run can have written since a look at the stack began: the last one gave the lease back before that. Of one
    /// that died a write may still be on its way.
    pub fn was_quiet_since(&self, began: Instant) -> bool {
        let is_released = self.record.as_ref().is_none_or(|record| record.is_released);
        is_released && (self.record.is_none() || self.quiet_for > began.elapsed() + ROUNDING)
    }
}

/// Looks at it.
///
/// # Errors
/// When S3 can't be asked, or something else lies there.
pub async fn look(aws: &Aws, bucket: &str) -> Result<Seen, Failure> {
    let date = Date::default();
    let request =
        aws.lease_s3.get_object().bucket(bucket).key(LEASE_KEY).customize().interceptor(date.clone());
    let answer = request.send().await;
    let has_bucket = !answer.as_ref().is_err_and(|error| problem_of(error).has_code(&["NoSuchBucket"]));
    let Some(answer) = answer.unless(&["NoSuchKey", "NoSuchBucket", "404"], "look who holds the stack")?
    else {
        return Ok(Seen { has_bucket, ..Seen::default() });
    };
    let etag = answer.e_tag().map(str::to_owned);
    let quiet_for = answer.last_modified().and_then(|written| date.since(written)).unwrap_or_default();
    let body = answer.body.collect().await;
    let body = body.map_err(|error| Failure::caused_by("the stack's lease can't be read", error))?;
    let record = serde_json::from_slice(&body.into_bytes())
        .map_err(|error| Failure::caused_by(format!("s3://{bucket}/{LEASE_KEY} is no lease"), error))?;
    Ok(Seen { record: Some(record), has_bucket, quiet_for, etag })
}

/// Writes it if it still is as it was seen; gives how it is now, or `None` if somebody else was faster.
///
/// # Errors
/// When S3 can't be asked.
pub async fn write(aws: &Aws, bucket: &str, record: Record, seen: &Seen) -> Result<Option<Seen>, Failure> {
    let body =
        serde_json::to_vec(&record).map_err(|error| Failure::caused_by("a lease has no JSON form", error))?;
    let request = aws.lease_s3.put_object().bucket(bucket).key(LEASE_KEY).body(ByteStream::from(body));
    let request = match &seen.etag {
        Some(etag) => request.if_match(etag),
        None => request.if_none_match("*"),
    };
    let written = request.send().await;
    let faster = ["PreconditionFailed", "ConditionalRequestConflict", "412", "409"];
    match &written {
        Err(error) if problem_of(error).has_code(&faster) => return Ok(None),
        // It was deleted in this moment.
        Err(error) if seen.etag.is_some() && problem_of(error).has_code(&["NoSuchKey", "404"]) => {
            return Ok(None);
        }
        _ => {}
    }
    let etag = written.explain("take the stack's lease")?.e_tag().map(str::to_owned);
    Ok(Some(Seen { record: Some(record), has_bucket: true, quiet_for: Duration::ZERO, etag }))
}

/// The time by S3's own clock at which it answered.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<DateTime>>>);

impl Date {
    fn since(&self, earlier: &DateTime) -> Option<Duration> {
        let now = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        u64::try_from(now?.secs() - earlier.secs()).ok().map(Duration::from_secs)
    }
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
