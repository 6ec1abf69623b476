//! Cron expressions as AWS writes them: minutes, hours, day of the month, month, day of the week, year.

use jiff::civil::{Date, DateTime};

/// The first and the last number of each field, and the words for them.
const FIELDS: [(i16, i16, &[&str]); 6] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (1, 12, &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
    (1, 7, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    (1970, 2199, &[]),
];
const DAY_OF_MONTH: usize = 2;
const DAY_OF_WEEK: usize = 4;

/// Whether an expression fits a minute; none if it is not an expression.
pub(super) fn fits(expression: &str, at: DateTime) -> Option<bool> {
    let texts: [&str; 6] = expression.split_whitespace().collect::<Vec<_>>().try_into().ok()?;
    let open = [texts[DAY_OF_MONTH], texts[DAY_OF_WEEK]].iter().filter(|day| **day == "?").count();
    let weekday = i16::from(at.weekday().to_sunday_one_offset());
    let now = [at.minute().into(), at.hour().into(), at.day().into(), at.month().into(), weekday, at.year()];
    let mut all = open == 1;
    all.then_some(())?;
    for (field, text) in texts.into_iter().enumerate() {
        let mut any = false;
        // All are looked at: each has to be sound.
        for part in text.split(',') {
            any |= match field {
                DAY_OF_MONTH => day_of_month(part, at.date()),
                DAY_OF_WEEK => day_of_week(part, at.date(), weekday),
                _ => None,
            }
            .map_or_else(|| numbers(field, part, now[field]), Some)?;
        }
        all &= any;
    }
    Some(all)
}

/// A number, a range that may go around the end, everything; each with a step.
fn numbers(field: usize, text: &str, now: i16) -> Option<bool> {
    let (first, last, _) = FIELDS[field];
    let (range, step) = match text.split_once('/') {
        Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
        None => (text, None),
    };
    let (from, to) = match (range, range.split_once('-')) {
        ("*", _) => (first, last),
        ("?", _) if [DAY_OF_MONTH, DAY_OF_WEEK].contains(&field) && step.is_none() => (first, last),
        (_, Some((from, to))) => (value(field, from)?, value(field, to)?),
        (from, None) if step.is_some() => (value(field, from)?, last),
        (only, None) => (value(field, only)?, value(field, only)?),
    };
    let size = last - first + 1;
    let (offset, length) = ((now - from).rem_euclid(size), (to - from).rem_euclid(size));
    Some(offset <= length && offset % step.unwrap_or(1) == 0)
}

/// `L`, `LW`, `15W`: the last day, the last working day, the working day that is nearest to the 15th.
fn day_of_month(text: &str, date: Date) -> Option<bool> {
    let last = date.days_in_month();
    if text == "L" {
        return Some(date.day() == last);
    }
    let near = match text.strip_suffix('W')? {
        "L" => last,
        day => i8::try_from(value(DAY_OF_MONTH, day)?).ok()?.min(last),
    };
    let moved = match (date.with().day(near).build().ok()?.weekday().to_sunday_one_offset(), near) {
        (7, 1) => 2,
        (7, _) => -1,
        (1, _) if near == last => -2,
        (1, _) => 1,
        _ => 0,
    };
    Some(date.day() == near + moved)
}

/// `L`, `6L`, `6#3`: the week's last day, the month's last Friday, its third.
fn day_of_week(text: &str, date: Date, weekday: i16) -> Option<bool> {
    if let Some((day, nth)) = text.split_once('#') {
        let nth = number(nth).filter(|nth| (1..=5).contains(nth))?;
        return Some(weekday == value(DAY_OF_WEEK, day)? && (i16::from(date.day()) - 1) / 7 + 1 == nth);
    }
    match text.strip_suffix('L')? {
        "" => Some(weekday == 7),
        day => Some(weekday == value(DAY_OF_WEEK, day)? && date.day() + 7 > date.days_in_month()),
    }
}

fn value(field: usize, text: &str) -> Option<i16> {
    let (first, last, words) = FIELDS[field];
    let word = words.iter().position(|word| word.eq_ignore_ascii_case(text));
    let of_word = word.and_then(|index| i16::try_from(index).ok()).map(|index| first + index);
    of_word.or_else(|| number(text).filter(|number| (first..=last).contains(number)))
}

/// Digits and nothing else: `+5` parses, too.
fn number(text: &str) -> Option<i16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
