//! When a scheduled action happens: `at(...)`, `rate(...)` and `cron(...)`.
//!
//! AWS: <https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html>

use super::cron::Cron;
use infra_ecs::rollout::Moment;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, SystemTime};

/// So many minutes are made up for after the machine slept.
const MADE_UP: i64 = 60;
const MINUTE: i64 = 60;

/// A schedule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Schedule {
    /// Once, at this time of its time zone.
    At(DateTime),
    /// Again and again, so long after the time before.
    Rate(Duration),
    /// Whenever a minute of its time zone fits.
    Cron(Cron),
}

/// A moment of the local AWS's clock, and what the machine's clock has then.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instant {
    pub moment: Moment,
    pub real: SystemTime,
}

impl Schedule {
    /// Reads one.
    ///
    /// # Errors
    /// Why it is not one.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let inside = |begin: &str| text.strip_prefix(begin)?.strip_suffix(')');
        if let Some(time) = inside("at(") {
            // A time with a zone or a fraction would be read, too.
            let time = DateTime::strptime("%Y-%m-%dT%H:%M:%S", time);
            return time.map(Self::At).map_err(|error| error.to_string());
        }
        if let Some(rate) = inside("rate(") {
            return rate_of(rate).map(Self::Rate).ok_or_else(|| {
                "a rate is a number of at least 1 and minutes, hours or days, such as 1 hour".to_owned()
            });
        }
        match inside("cron(") {
            Some(fields) => Cron::read(fields).map(Self::Cron),
            None => Err("it has to be at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)".to_owned()),
        }
    }

    /// Whether it happens after `from` and not after `to`. Dates are the machine's, rates run with the local AWS's clock
    /// from `began` on.
    pub(super) fn is_due(&self, zone: &TimeZone, from: Instant, to: Instant, began: Moment) -> bool {
        let stamp = |instant: Instant| Timestamp::try_from(instant.real).unwrap_or_default();
        let (after, until) = (stamp(from), stamp(to));
        match self {
            Self::At(time) => {
                let time = time.to_zoned(zone.clone()).map(|it| it.timestamp());
                time.is_ok_and(|time| after < time && time <= until)
            }
            Self::Rate(every) => {
                let times = |moment: Moment| moment.since(began).as_millis() / every.as_millis().max(1);
                times(to.moment) > times(from.moment)
            }
            Self::Cron(cron) => {
                minutes(after, until).any(|minute| cron.fits(minute.to_zoned(zone.clone()).datetime()))
            }
        }
    }
}

/// The minutes that began after one time and not after another.
fn minutes(after: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> {
    let last = until.as_second().div_euclid(MINUTE);
    let first = (after.as_second().div_euclid(MINUTE) + 1).max(last - MADE_UP);
    (first..=last).filter_map(|minute| Timestamp::from_second(minute * MINUTE).ok())
}

fn rate_of(text: &str) -> Option<Duration> {
    let (count, unit) = text.split_once(' ')?;
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let count = count.parse::<u32>().ok().filter(|count| digits && *count > 0)?;
    let one = |word: &str| if count == 1 { unit == word } else { unit.strip_suffix('s') == Some(word) };
    let units = [("minute", 1), ("hour", 60), ("day", 1440)];
    let (_, minutes) = units.into_iter().find(|(word, _)| one(word))?;
    SignedDuration::from_mins(i64::from(count) * minutes).try_into().ok()
}
