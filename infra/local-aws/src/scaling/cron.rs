//! Cron expressions as AWS writes them: minutes, hours, day of the month, month, day of the week, year.

use jiff::civil::{Date, DateTime};

/// A field of an expression: its numbers, and the words for them from the lowest on.
struct Field {
    name: &'static str,
    first: i16,
    last: i16,
    words: &'static [&'static str],
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { name: "minutes", first: 0, last: 59, words: &[] },
    Field { name: "hours", first: 0, last: 23, words: &[] },
    Field { name: "day of the month", first: 1, last: 31, words: &[] },
    Field { name: "month", first: 1, last: 12, words: MONTHS },
    Field { name: "day of the week", first: 1, last: 7, words: DAYS },
    Field { name: "year", first: 1970, last: 2199, words: &[] },
];
const DAY_OF_MONTH: usize = 2;
const DAY_OF_WEEK: usize = 4;

/// An expression; a field with `?` takes everything.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cron([Vec<Part>; 6]);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    /// From, to, and every which; it may go around the end.
    Numbers { from: i16, to: i16, step: i16 },
    /// So many days before the month's last.
    Last(i16),
    /// The working day that is nearest to a day of the month; 31 for its last.
    WorkingDay(i16),
    /// A day of the week, the last time in the month.
    LastOfWeek(i16),
    /// A day of the week, for the nth time in the month.
    Nth(i16, i16),
}

impl Cron {
    /// Reads one.
    ///
    /// # Errors
    /// Why it is not one.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let given: Vec<&str> = text.split_whitespace().collect();
        let Ok(given) = <[&str; 6]>::try_from(given) else {
            return Err("a cron expression has six fields".to_owned());
        };
        if [given[DAY_OF_MONTH], given[DAY_OF_WEEK]].iter().filter(|day| **day == "?").count() != 1 {
            return Err("one of day of the month and day of the week has to be ?".to_owned());
        }
        let mut parts: [Vec<Part>; 6] = Default::default();
        for (index, (field, text)) in FIELDS.iter().zip(given).enumerate() {
            let read = text.split(',').map(|part| field.part(index, part)).collect::<Option<_>>();
            parts[index] = read.ok_or_else(|| format!("{text} cannot be the {}", field.name))?;
        }
        Ok(Self(parts))
    }

    /// Whether it fits a minute.
    pub(super) fn fits(&self, at: DateTime) -> bool {
        let date = at.date();
        let weekday = i16::from(date.weekday().to_sunday_one_offset());
        let (minute, hour, day, month) =
            (i16::from(at.minute()), i16::from(at.hour()), i16::from(date.day()), i16::from(date.month()));
        let numbers = [minute, hour, day, month, weekday, date.year()];
        let fields = FIELDS.iter().zip(&self.0).zip(numbers);
        fields.into_iter().all(|((field, parts), number)| {
            parts.iter().any(|part| match *part {
                Part::Numbers { from, to, step } => {
                    let size = field.last - field.first + 1;
                    let (offset, length) = ((number - from).rem_euclid(size), (to - from).rem_euclid(size));
                    offset <= length && offset % step == 0
                }
                Part::Last(before) => day == i16::from(date.days_in_month()) - before,
                Part::WorkingDay(near) => day == working_day(date, near),
                Part::LastOfWeek(wanted) => weekday == wanted && day + 7 > i16::from(date.days_in_month()),
                Part::Nth(wanted, nth) => weekday == wanted && (day - 1) / 7 + 1 == nth,
            })
        })
    }
}

impl Field {
    fn part(&self, index: usize, text: &str) -> Option<Part> {
        match index {
            DAY_OF_MONTH => of_month(text).or_else(|| self.numbers(text, true)),
            DAY_OF_WEEK => self.of_week(text).or_else(|| self.numbers(text, true)),
            _ => self.numbers(text, false),
        }
    }

    /// A number, a range or everything, each with a step.
    fn numbers(&self, text: &str, may_be_open: bool) -> Option<Part> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, number(step).filter(|step| *step > 0).map(Some)?),
            None => (text, None),
        };
        let (from, to) = match (range, range.split_once('-')) {
            ("*", _) => (self.first, self.last),
            ("?", _) if may_be_open && step.is_none() => (self.first, self.last),
            (_, Some((from, to))) => (self.value(from)?, self.value(to)?),
            (_, None) => {
                let from = self.value(range)?;
                (from, if step.is_some() { self.last } else { from })
            }
        };
        Some(Part::Numbers { from, to, step: step.unwrap_or(1) })
    }

    fn of_week(&self, text: &str) -> Option<Part> {
        if let Some((day, nth)) = text.split_once('#') {
            let nth = number(nth).filter(|nth| (1..=5).contains(nth))?;
            return Some(Part::Nth(self.value(day)?, nth));
        }
        match text.strip_suffix('L')? {
            "" => Some(Part::Numbers { from: self.last, to: self.last, step: 1 }),
            day => self.value(day).map(Part::LastOfWeek),
        }
    }

    fn value(&self, text: &str) -> Option<i16> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let of_word = word.and_then(|index| i16::try_from(index).ok()).map(|index| self.first + index);
        of_word.or_else(|| number(text).filter(|number| (self.first..=self.last).contains(number)))
    }
}

fn of_month(text: &str) -> Option<Part> {
    match text {
        "L" => Some(Part::Last(0)),
        "LW" => Some(Part::WorkingDay(31)),
        _ => match text.strip_prefix("L-") {
            Some(days) => number(days).filter(|days| *days < 31).map(Part::Last),
            None => {
                let day = number(text.strip_suffix('W')?)?;
                (1..=31).contains(&day).then_some(Part::WorkingDay(day))
            }
        },
    }
}

fn working_day(date: Date, near: i16) -> i16 {
    let last = i16::from(date.days_in_month());
    let near = near.min(last);
    let Ok(day) = i8::try_from(near).map_or_else(|_| Ok(date), |day| date.with().day(day).build()) else {
        return near;
    };
    match (day.weekday().to_sunday_one_offset(), near) {
        (7, 1) => 3,
        (7, _) => near - 1,
        (1, _) if near == last => near - 2,
        (1, _) => near + 1,
        _ => near,
    }
}

/// Digits and nothing else: `+5` parses, too.
fn number(text: &str) -> Option<i16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
