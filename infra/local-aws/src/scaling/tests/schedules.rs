//! When schedules are due.

use crate::scaling::schedule::{self, Instant};
use infra_ecs::rollout::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

/// Whether it happens in the minute that begins at a time; none if it is not a schedule.
fn is_due(schedule: &str, zone: &str, at: &str) -> Option<bool> {
    let at: Timestamp = at.parse().unwrap();
    let instant = |seconds: i64| {
        let real = Timestamp::from_second(at.as_second() + seconds).unwrap();
        Instant { moment: Moment::from_millis(u64::try_from(real.as_millisecond()).unwrap()), real }
    };
    schedule::is_due(schedule, &TimeZone::get(zone).unwrap(), instant(-1), instant(59), Moment::default())
}

#[test]
fn schedules_are_due_in_their_minute_and_time_zone() {
    // 2026-11-30 is a Monday.
    for (schedule, zone, at, due) in [
        ("at(2026-11-30T08:00:00)", "UTC", "2026-11-30T08:00:00Z", true),
        ("at(2026-11-30T08:00:00)", "UTC", "2026-11-30T08:01:00Z", false),
        ("at(2026-11-30T08:00:00)", "Asia/Kolkata", "2026-11-30T02:30:00Z", true),
        ("at(2026-07-01T08:00:00)", "Europe/Berlin", "2026-07-01T06:00:00Z", true),
        ("rate(1 minute)", "UTC", "2026-11-30T08:00:00Z", true),
        ("rate(1 hour)", "UTC", "2026-11-30T08:00:00Z", true),
        ("rate(1 hour)", "UTC", "2026-11-30T08:01:00Z", false),
        ("cron(0 8 * * ? *)", "UTC", "2026-11-30T08:00:00Z", true),
        ("cron(0 8 * * ? *)", "UTC", "2026-11-30T09:00:00Z", false),
        ("cron(0 8 * * ? *)", "Asia/Kolkata", "2026-11-30T02:30:00Z", true),
        ("cron(0/15 * * * ? *)", "UTC", "2026-11-30T08:45:00Z", true),
        ("cron(0/15 * * * ? *)", "UTC", "2026-11-30T08:44:00Z", false),
        ("cron(0 22-2 * * ? *)", "UTC", "2026-11-30T01:00:00Z", true),
        ("cron(0 22-2 * * ? *)", "UTC", "2026-11-30T03:00:00Z", false),
        ("cron(0 8 ? * MON-FRI *)", "UTC", "2026-11-30T08:00:00Z", true),
        ("cron(0 8 ? * MON-FRI *)", "UTC", "2026-11-29T08:00:00Z", false),
        ("cron(0 8 ? * 2 *)", "UTC", "2026-11-30T08:00:00Z", true),
        ("cron(0 8 ? * 6#3 *)", "UTC", "2026-11-20T08:00:00Z", true),
        ("cron(0 8 ? * 6#3 *)", "UTC", "2026-11-27T08:00:00Z", false),
        ("cron(0 8 ? * 2L *)", "UTC", "2026-11-30T08:00:00Z", true),
        ("cron(0 8 ? * 2L *)", "UTC", "2026-11-23T08:00:00Z", false),
        ("cron(0 8 L * ? *)", "UTC", "2028-02-29T08:00:00Z", true),
        ("cron(0 8 L * ? *)", "UTC", "2028-02-28T08:00:00Z", false),
        // The 1st is a Sunday, the 31st of October a Saturday.
        ("cron(0 8 1W NOV ? *)", "UTC", "2026-11-02T08:00:00Z", true),
        ("cron(0 8 LW OCT ? *)", "UTC", "2026-10-30T08:00:00Z", true),
        ("cron(0 8 15W nov ? 2026-2030)", "UTC", "2026-11-16T08:00:00Z", true),
        ("cron(0 8 15W nov ? 2027)", "UTC", "2026-11-16T08:00:00Z", false),
    ] {
        assert_eq!(is_due(schedule, zone, at), Some(due), "{schedule} in {zone} at {at}");
    }
}

#[test]
fn what_is_not_a_schedule_is_refused() {
    for schedule in [
        "",
        "0 8 * * *",
        "cron(0 8 * * *)",
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(60 8 * * ? *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 * 13 ? *)",
        "cron(0 8 ? * MONDAY *)",
        "cron(0 8 * * ? 1969)",
        "cron(? 8 * * ? *)",
        "cron(0/0 8 * * ? *)",
        "cron(+5 8 * * ? *)",
        "cron(, 8 * * ? *)",
        "cron(0 8 ? * 2#6 *)",
        "rate(0 days)",
        "rate(1 days)",
        "rate(2 day)",
        "rate(1 week)",
        "rate(day)",
        "rate(1  day)",
        "rate(99999999999 days)",
        "at(2027-02-29T00:00:00)",
        "at(2027-01-01T24:00:00)",
        "at(2027-01-01T00:00:00Z)",
        "at(2027-01-01)",
    ] {
        assert_eq!(is_due(schedule, "UTC", "2026-11-30T08:00:00Z"), None, "{schedule}");
    }
}

#[test]
fn a_clock_that_was_stopped_makes_up_for_an_hour_only() {
    let instant = |text: &str| Instant { real: text.parse().unwrap(), ..Default::default() };
    let due = |from, to| {
        let (from, to) = (instant(from), instant(to));
        schedule::is_due("cron(0 8 * * ? *)", &TimeZone::UTC, from, to, Moment::default()).unwrap()
    };
    assert!(due("2026-11-30T07:59:30Z", "2026-11-30T08:40:00Z"));
    assert!(!due("2026-11-29T20:00:00Z", "2026-11-30T12:00:00Z"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(cron|rate|at)\\([0-9*?/#LW, A-Z-]{0,40}\\)") {
        let at = |second: u32| Instant {
            moment: Moment::from_millis(u64::from(second) * 1000),
            real: Timestamp::from_second(second.into()).unwrap(),
        };
        schedule::is_due(&text, &TimeZone::UTC, at(0), at(u32::MAX), Moment::default());
    }
}
