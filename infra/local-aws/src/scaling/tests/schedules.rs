//! When schedules are due.

use crate::scaling::schedule::{Instant, Schedule};
use infra_ecs::rollout::Moment;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::time::SystemTime;

/// Whether it happens in the minute that begins at a time.
fn is_due(schedule: &str, zone: &str, at: &str) -> bool {
    let at: Timestamp = at.parse().unwrap();
    let instant = |seconds: i64| {
        let real = Timestamp::from_second(at.as_second() + seconds).unwrap();
        Instant {
            moment: Moment::from_millis(u64::try_from(real.as_millisecond()).unwrap()),
            real: SystemTime::from(real),
        }
    };
    let schedule = Schedule::read(schedule).unwrap();
    schedule.is_due(&TimeZone::get(zone).unwrap(), instant(-1), instant(59), Moment::default())
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
        assert_eq!(is_due(schedule, zone, at), due, "{schedule} in {zone} at {at}");
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
        assert!(Schedule::read(schedule).is_err(), "{schedule}");
    }
}

#[test]
fn a_clock_that_was_stopped_makes_up_for_an_hour_only() {
    let schedule = Schedule::read("cron(0 8 * * ? *)").unwrap();
    let instant = |text: &str| {
        let real: Timestamp = text.parse().unwrap();
        Instant { moment: Moment::default(), real: real.into() }
    };
    let due = |from, to| schedule.is_due(&TimeZone::UTC, instant(from), instant(to), Moment::default());
    assert!(due("2026-11-30T07:59:30Z", "2026-11-30T08:40:00Z"));
    assert!(!due("2026-11-29T20:00:00Z", "2026-11-30T12:00:00Z"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "(cron|rate|at)\\([0-9*?/#LW, A-Z-]{0,40}\\)") {
        if let Ok(schedule) = Schedule::read(&text) {
            let at = |second| Instant {
                moment: Moment::from_millis(second * 1000),
                real: std::time::UNIX_EPOCH + std::time::Duration::from_secs(second),
            };
            schedule.is_due(&TimeZone::UTC, at(0), at(4_000_000_000), Moment::default());
        }
    }
}
