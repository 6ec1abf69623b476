//! What lies in the lease's bucket: who holds the stack or held it last. It is read and written whole, each time as another
//! version than before, so that a conditional write tells whether anybody was there meanwhile.
//!
//! How old it is, S3 tells by its own clock: those of two machines may differ.

use super::holder::Holder;
use crate::aws::Aws;
use crate::explain::{Explain, problem_of};
use crate::kinds::bucket::LEASE_KEY;
use crate::wire::concurrency_limit::of_lease;
use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use boot_time::Instant;
use infra_engine::Failure;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Display, Formatter};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// S3 tells times in whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);

/// The lease as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Who holds it, or held it last.
    #[serde(flatten)]
    pub holder: Holder,
    /// For how many seconds after it was written it is held, unless it is renewed.
    #[serde(default = "a_minute")]
    pub lasts_seconds: u64,
    /// How often its holder had tried to renew it, which makes each of its versions another one.
    #[serde(default)]
    pub renewals: u64,
    /// Whether it was given back.
    #[serde(default)]
    pub is_released: bool,
    /// The ARNs of listeners and rules, which the next run asks about at once instead of finding them first. Nothing relies
    /// on their being right.
    #[serde(default)]
    pub arns: Vec<String>,
}

impl Record {
    fn lasts(&self) -> Duration {
        Duration::from_secs(self.lasts_seconds)
    }
}

/// How long one lasts that does not say it.
fn a_minute() -> u64 {
    60
}

/// The lease as it was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What it says; nothing where no run of the stack ever held one.
    pub record: Option<Record>,
    /// Whether its bucket is there.
    pub has_bucket: bool,
    /// How old the record was, and when that was.
    age: Option<(Duration, Instant)>,
    etag: Option<String>,
}

/// Another run that holds the lease.
#[derive(Debug)]
pub struct HeldBy<'a> {
    holder: &'a Holder,
    left: Duration,
}

impl Display for HeldBy<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { holder, left } = self;
        write!(formatter, "{holder} and holds it for {} s more, unless it renews that", left.as_secs())
    }
}

impl Seen {
    /// Whether another run holds it: who that is.
    pub fn held_by_another(&self) -> Option<HeldBy<'_>> {
        let record = self.record.as_ref().filter(|record| !record.is_released)?;
        let (holder, age) = (&record.holder, self.age());
        let is_over = age > record.lasts() + ROUNDING || holder.has_ended_here() || holder.is_this();
        (!is_over).then(|| HeldBy { holder, left: (record.lasts() + ROUNDING).saturating_sub(age) })
    }

    /// Whether this very run holds it.
    pub fn is_held_by_this(&self) -> bool {
        self.record.as_ref().is_some_and(|record| !record.is_released && record.holder.is_this())
    }

    /// Whether no run can have written since a look at the stack began: the last one gave the lease back before that, or its
    /// time was over. Of one that has died since it last renewed the lease, a write may still be on its way.
    pub fn was_quiet_since(&self, began: Instant) -> bool {
        self.record.as_ref().is_none_or(|record| {
            let held_for = if record.is_released { Duration::ZERO } else { record.lasts() };
            self.age() > held_for + began.elapsed() + ROUNDING
        })
    }

    fn age(&self) -> Duration {
        self.age.map(|(age, seen)| age + seen.elapsed()).unwrap_or_default()
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
    let answer = of_lease(request.send()).await;
    let has_bucket = !answer.as_ref().is_err_and(|error| problem_of(error).has_code(&["NoSuchBucket"]));
    let Some(answer) = answer.unless(&["NoSuchKey", "NoSuchBucket", "404"], "look who holds the stack")?
    else {
        return Ok(Seen { has_bucket, ..Seen::default() });
    };
    let etag = answer.e_tag().map(str::to_owned);
    let now = date.answered().or_else(|| aws.is_emulated().then(|| DateTime::from(SystemTime::now())));
    let age = now.zip(answer.last_modified()).map(|(now, written)| between(written, &now));
    let age =
        age.ok_or_else(|| Failure::new(format!("S3 does not say how old s3://{bucket}/{LEASE_KEY} is")))?;
    let body = answer.body.collect().await;
    let body = body.map_err(|error| Failure::caused_by("the stack's lease can't be read", error))?;
    let record = serde_json::from_slice(&body.into_bytes())
        .map_err(|error| Failure::caused_by(format!("s3://{bucket}/{LEASE_KEY} is no lease"), error))?;
    Ok(Seen { record: Some(record), has_bucket, age: Some((age, Instant::now())), etag })
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
    let etag = written.explain("take the stack's lease")?.e_tag().map(str::to_owned);
    let age = Some((Duration::ZERO, Instant::now()));
    Ok(Some(Seen { record: Some(record), age, etag, has_bucket: true }))
}

/// The time by S3's own clock at which it answered.
#[derive(Clone, Debug, Default)]
struct Date(Arc<Mutex<Option<DateTime>>>);

impl Date {
    /// Emulators that do not say it run on this machine, and have its clock.
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
    use super::super::holder::Process;
    use super::*;

    /// A lease of ten seconds of another machine, whose clock is far ahead, so many seconds after it was written.
    fn after(seconds: u64) -> Seen {
        let process = Process { boot: "another".to_owned(), id: 1, ..Holder::this("deploy").process };
        let run = "another".to_owned();
        let holder = Holder { since: u64::MAX, run, process, ..Holder::this("deploy") };
        let record = Record { holder, lasts_seconds: 10, renewals: 0, is_released: false, arns: Vec::new() };
        let age = Some((Duration::from_secs(seconds), Instant::now()));
        Seen { record: Some(record), has_bucket: true, age, ..Seen::default() }
    }

    fn released(mut seen: Seen) -> Seen {
        seen.record.iter_mut().for_each(|record| record.is_released = true);
        seen
    }

    #[test]
    fn a_lease_is_over_when_it_is_older_than_it_lasts_by_the_clock_of_s3() {
        for (age, is_held) in [(0, true), (10, true), (12, false)] {
            assert_eq!(after(age).held_by_another().is_some(), is_held, "{age}");
        }
        assert!(released(after(0)).held_by_another().is_none());
    }

    #[test]
    fn who_may_write_until_a_moment_ago_makes_a_look_at_the_stack_a_doubtful_one() {
        let now = Instant::now();
        for (seen, was_quiet) in [
            (after(11), false),
            (after(13), true),
            (released(after(1)), false),
            (released(after(3)), true),
            (Seen::default(), true),
        ] {
            assert_eq!(seen.was_quiet_since(now), was_quiet, "{seen:?}");
        }
    }

    #[test]
    fn what_is_written_after_the_answer_began_has_no_age() {
        let written = DateTime::from_secs(100);
        for (answered, age) in [(107, 7), (99, 0)] {
            assert_eq!(between(&written, &DateTime::from_secs(answered)), Duration::from_secs(age));
        }
    }
}
