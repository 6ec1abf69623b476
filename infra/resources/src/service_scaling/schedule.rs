//! When a scheduled action happens: `cron(...)`, `rate(...)`, `at(...)`, and time zones.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// The names of IANA's time zones, one a line.
const ZONES: &str = include_str!("../../data/time_zones.txt");

static KNOWN_ZONES: LazyLock<Vec<&str>> = LazyLock::new(|| ZONES.lines().collect());

/// A name less like the one asked for is no help.
const LEAST_LIKENESS: f64 = 0.8;

/// A field of a cron expression.
struct Field {
    what: &'static str,
    numbers: RangeInclusive<u32>,
    /// Words for the numbers, from the lowest on.
    words: &'static [&'static str],
    /// Whether `?` may stand for any.
    may_be_open: bool,
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { what: "minutes", numbers: 0..=59, words: &[], may_be_open: false },
    Field { what: "hours", numbers: 0..=23, words: &[], may_be_open: false },
    Field { what: "day of the month", numbers: 1..=31, words: &[], may_be_open: true },
    Field { what: "month", numbers: 1..=12, words: &MONTHS, may_be_open: false },
    Field { what: "day of the week", numbers: 1..=7, words: &DAYS, may_be_open: true },
    Field { what: "year", numbers: 1970..=2199, words: &[], may_be_open: false },
];
const DAY_OF_MONTH: usize = 2;
const DAY_OF_WEEK: usize = 4;

/// Why a schedule is not one; nothing for a sound one.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html>;
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html>.
pub fn problem(schedule: &str) -> Option<String> {
    let inside = |begin: &str| schedule.strip_prefix(begin)?.strip_suffix(')');
    if let Some(fields) = inside("cron(") {
        return cron_problem(fields);
    }
    if let Some(rate) = inside("rate(") {
        let problem =
            "a rate is a number of at least 1 and minutes, hours or days: rate(1 hour), rate(2 days)";
        return (!is_rate(rate)).then(|| problem.to_owned());
    }
    if let Some(time) = inside("at(") {
        let problem = "a time is a date and a time of the day: at(2037-01-31T08:00:00)";
        return (!is_time(time)).then(|| problem.to_owned());
    }
    Some("write cron(...), rate(...) or at(...)".to_owned())
}

/// Why a time zone is not one; nothing for one that IANA knows.
///
/// AWS: <https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html>
/// (`Timezone`).
pub fn zone_problem(zone: &str) -> Option<String> {
    if KNOWN_ZONES.contains(&zone) {
        return None;
    }
    let lower = zone.to_ascii_lowercase();
    let likeness = |known: &&&str| strsim::jaro_winkler(&known.to_ascii_lowercase(), &lower);
    let near = KNOWN_ZONES.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let near = near.filter(|known| likeness(known) >= LEAST_LIKENESS);
    let advice = near.map(|known| format!("; near is {known}")).unwrap_or_default();
    Some(format!("IANA has no such time zone{advice}"))
}

fn cron_problem(text: &str) -> Option<String> {
    let given: Vec<&str> = text.split_whitespace().collect();
    if given.len() != FIELDS.len() {
        return Some(format!(
            "a cron expression has six fields (minutes, hours, day of the month, month, day of the week, year), not {}",
            given.len()
        ));
    }
    let wrong = FIELDS.iter().zip(&given).find(|(field, text)| !field.takes(text));
    if let Some((field, text)) = wrong {
        let (first, last) = (field.numbers.start(), field.numbers.end());
        return Some(format!("`{text}` can't be the {}, which is {first} to {last}", field.what));
    }
    let open = [given[DAY_OF_MONTH], given[DAY_OF_WEEK]].iter().filter(|day| **day == "?").count();
    (open != 1).then(|| "one of day of the month and day of the week has to be `?`, and only one".to_owned())
}

impl Field {
    fn takes(&self, text: &str) -> bool {
        if text == "?" {
            return self.may_be_open;
        }
        text.split(',').all(|part| self.takes_part(part))
    }

    /// A number, a range, everything; each with a step. For days, `L`, `15W` and `6#3` as well.
    fn takes_part(&self, part: &str) -> bool {
        if self.is_special_day(part) {
            return true;
        }
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let step_is_sound = step.is_none_or(|step| number(step).is_some_and(|step| step > 0));
        let range_is_sound = range == "*"
            || match range.split_once('-') {
                Some((first, last)) => self.value(first).is_some() && self.value(last).is_some(),
                None => self.value(range).is_some(),
            };
        step_is_sound && range_is_sound
    }

    fn is_special_day(&self, part: &str) -> bool {
        if !self.may_be_open {
            return false;
        }
        let by_week = self.words.len() == DAYS.len();
        let nth = |part: &str| {
            let (day, nth) = part.split_once('#')?;
            Some(self.value(day).is_some() && number(nth).is_some_and(|nth| (1..=5).contains(&nth)))
        };
        match by_week {
            true => {
                part == "L"
                    || part.strip_suffix('L').is_some_and(|day| self.value(day).is_some())
                    || nth(part) == Some(true)
            }
            false => {
                ["L", "LW"].contains(&part)
                    || part.strip_suffix('W').is_some_and(|day| self.value(day).is_some())
                    || part.strip_prefix("L-").is_some_and(|days| number(days).is_some_and(|it| it < 31))
            }
        }
    }

    fn value(&self, text: &str) -> Option<u32> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let of_word =
            word.and_then(|index| u32::try_from(index).ok()).map(|index| self.numbers.start() + index);
        of_word.or_else(|| number(text).filter(|number| self.numbers.contains(number)))
    }
}

fn is_rate(text: &str) -> bool {
    let mut words = text.split(' ');
    let (count, unit) = (words.next().and_then(number), words.next());
    let fits = |unit: &str| match count {
        Some(1) => ["minute", "hour", "day"].contains(&unit),
        Some(2..) => ["minutes", "hours", "days"].contains(&unit),
        _ => false,
    };
    unit.is_some_and(fits) && words.next().is_none()
}

/// `yyyy-mm-ddThh:mm:ss`, a day that there is.
fn is_time(text: &str) -> bool {
    let shape = |text: &str, separator, lengths: [usize; 3]| {
        let parts: Vec<&str> = text.split(separator).collect();
        let [a, b, c] = parts[..] else { return None };
        let sound = [a, b, c].iter().zip(lengths).all(|(part, length)| part.len() == length);
        sound.then_some((number(a)?, number(b)?, number(c)?))
    };
    let Some((date, time)) = text.split_once('T') else { return false };
    let (Some((year, month, day)), Some((hour, minute, second))) =
        (shape(date, '-', [4, 2, 2]), shape(time, ':', [2, 2, 2]))
    else {
        return false;
    };
    (1..=days_of(year, month)).contains(&day) && hour < 24 && minute < 60 && second < 60
}

fn days_of(year: u32, month: u32) -> u32 {
    let is_leap_year = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 => 28 + u32::from(is_leap_year),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Digits and nothing else: `+5` parses, too.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_as_aws_documents_them_are_sound() {
        for schedule in [
            "cron(0 8 * * ? *)",
            "cron(0 8 ? * MON-FRI *)",
            "cron(30 6 ? * MON *)",
            "cron(0/15 * * * ? *)",
            "cron(0,30 8-18/2 1,15 JAN-MAR,12 ? 2026-2030)",
            "cron(0 10 ? * 6#3 *)",
            "cron(0 10 ? * 6L *)",
            "cron(0 10 L * ? *)",
            "cron(0 10 3W * ? *)",
            "cron(5 5 ? jan,feb sun *)",
            "rate(1 day)",
            "rate(5 minutes)",
            "rate(12 hours)",
            "at(2028-02-29T23:59:59)",
        ] {
            assert_eq!(problem(schedule), None, "{schedule}");
        }
    }

    #[test]
    fn other_schedules_are_not() {
        for schedule in [
            "",
            "0 8 * * *",
            "cron(0 8 * * *)",
            "cron(60 8 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 8 32 * ? *)",
            "cron(0 8 0 * ? *)",
            "cron(0 8 * 13 ? *)",
            "cron(0 8 ? * 8 *)",
            "cron(0 8 ? * MONDAY *)",
            "cron(0 8 * * ? 1969)",
            "cron(0 8 * * ? 2200)",
            "cron(0 8 * * * *)",
            "cron(0 8 ? * ? *)",
            "cron(0 8 1 * MON *)",
            "cron(? 8 * * ? *)",
            "cron(0/0 8 * * ? *)",
            "cron(+5 8 * * ? *)",
            "cron(, 8 * * ? *)",
            "cron(0 8 * * ? *",
            "rate(0 days)",
            "rate(1 days)",
            "rate(2 day)",
            "rate(1 week)",
            "rate(day)",
            "rate(1  day)",
            "at(2027-02-29T00:00:00)",
            "at(2027-13-01T00:00:00)",
            "at(2027-01-01T24:00:00)",
            "at(2027-01-01 00:00:00)",
            "at(2027-01-01T00:00:00Z)",
            "at(2027-01-01)",
            "at(27-1-1T0:0:0)",
        ] {
            assert!(problem(schedule).is_some(), "{schedule}");
        }
    }

    #[test]
    fn a_time_zone_has_a_name_that_iana_knows() {
        for zone in ["UTC", "Asia/Kolkata", "Europe/Berlin", "Etc/GMT+9", "Pacific/Tahiti", "US/Pacific"] {
            assert_eq!(zone_problem(zone), None, "{zone}");
        }
        for zone in ["", "utc", "Asia/Calcuta", "GMT+2", "Europe/Berlin ", "CEST", "Mars/Phobos"] {
            assert!(zone_problem(zone).is_some(), "{zone}");
        }
        assert_eq!(
            zone_problem("Europe/Berln").as_deref(),
            Some("IANA has no such time zone; near is Europe/Berlin")
        );
    }
}
