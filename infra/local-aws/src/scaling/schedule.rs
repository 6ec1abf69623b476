//! When a scheduled action happens: `at(...)`, `rate(...)` and `cron(...)`.
//!
//! AWS: <https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html>

use super::cron;
use infra_ecs::rollout::Moment;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::time::{Duration, SystemTime};

/// So many minutes are made up for after the machine slept.
const MADE_UP: i64 = 60;

/// A moment of the local AWS's clock, and what the machine's clock has then.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Instant {
    pub moment: Moment,
    pub real: Timestamp,
}

impl Instant {
    pub(super) fn new(moment: Moment, real: SystemTime) -> Self {
        Self { moment, real: Timestamp::try_from(real).unwrap_or_default() }
    }
}

/// Whether a schedule happens after `from` and not after `to`; none if it is not one. Dates are the machine's, rates run
/// with the local AWS's clock from `began` on.
pub(super) fn is_due(
    schedule: &str,
    zone: &TimeZone,
    from: Instant,
    to: Instant,
    began: Moment,
) -> Option<bool> {
    let inside = |begin: &str| schedule.strip_prefix(begin)?.strip_suffix(')');
    if let Some(time) = inside("at(") {
        // A time with a zone or a fraction would be read by other means, too.
        let time = DateTime::strptime("%Y-%m-%dT%H:%M:%S", time).ok()?.to_zoned(zone.clone()).ok()?;
        return Some(from.real < time.timestamp() && time.timestamp() <= to.real);
    }
    if let Some(rate) = inside("rate(") {
        let every = rate_of(rate)?.as_millis();
        let times = |moment: Moment| moment.since(began).as_millis() / every;
        return Some(times(to.moment) > times(from.moment));
    }
    let cron = inside("cron(")?;
    cron::fits(cron, DateTime::default())?;
    let (before, last) = (from.real.as_second().div_euclid(60), to.real.as_second().div_euclid(60));
    let minutes =
        (before.max(last - MADE_UP) + 1..=last).filter_map(|it| Timestamp::from_second(it * 60).ok());
    let mut in_zone = minutes.map(|minute| minute.to_zoned(zone.clone()).datetime());
    Some(in_zone.any(|minute| cron::fits(cron, minute) == Some(true)))
}

fn rate_of(text: &str) -> Option<Duration> {
    let (count, unit) = text.split_once(' ')?;
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let count = count.parse::<u32>().ok().filter(|count| digits && *count > 0)?;
    let unit = if count == 1 { unit } else { unit.strip_suffix('s')? };
    let units = [("minute", 60), ("hour", 3600), ("day", 86_400)];
    let (_, seconds) = units.into_iter().find(|(word, _)| *word == unit)?;
    Some(Duration::from_secs(u64::from(count) * seconds))
}
