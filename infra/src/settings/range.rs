//! What a setting may be. Each has its range in its declaration; here all are checked.

use serde_json::Value;
use std::fmt;

/// The largest number of AWS's 32-bit members.
pub(super) const MOST: i64 = i32::MAX as i64;

/// Structs of settings, each with its default, its range and AWS's page: `key: Type = default, allowed, page;`.
macro_rules! settings {
    ($(
        $(#[$of_struct:meta])*
        pub struct $name:ident {
            $($(#[$($of_key:tt)+])* $key:ident: $type:ty = $default:expr, $allowed:expr, $page:expr;)+
        }
    )+) => {$(
        $(#[$of_struct])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$($of_key)+])* pub $key: $type,)+
        }

        impl $name {
            pub(super) const RANGES: &'static [Range] = &[$(
                Range::new(stringify!($key), $allowed, $page, concat!($($crate::settings::range::text!($($of_key)+)),*))
            ),+];
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default),+ }
            }
        }
    )+};
}
pub(super) use settings;

/// The text of one line of a comment; nothing of other attributes.
macro_rules! text {
    (doc = $line:literal) => {
        $line
    };
    ($($other:tt)*) => {
        ""
    };
}
pub(super) use text;

/// What one setting may be.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    /// The setting's name within its section.
    pub key: &'static str,
    /// Its values.
    pub allowed: Allowed,
    /// AWS's page; empty for what AWS does not see.
    pub page: &'static str,
    /// What it is for: the comment of its declaration. Each line begins with a blank.
    pub text: &'static str,
}

/// The values that a setting may have.
#[derive(Clone, Copy, Debug)]
pub enum Allowed {
    /// `true` or `false`.
    Flag,
    /// A whole number from the first to the second.
    Number(i64, i64),
    /// One of these numbers.
    OneOf(&'static [i32]),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A text of a certain form.
    Text(&'static Text),
    /// That, or nothing (`null`).
    Optional(&'static Allowed),
    /// A list of such values, of at most so many.
    List(&'static Allowed, usize),
    /// Texts by names of one's own: the form of the names, that of the texts, and how many there may be.
    Table(&'static Text, &'static Text, usize),
    /// A section of settings.
    Section(&'static [Range]),
}

/// The form of a text.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// What it is, in words.
    pub is: &'static str,
    /// Whether a text has the form.
    pub takes: fn(&str) -> bool,
    /// Texts of the form; the first is shown as an example.
    pub such_as: &'static [&'static str],
    /// Texts that are nearly of the form. `takes` is tried on them, too.
    pub unlike: &'static [&'static str],
}

/// A setting with a value that it can't have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}={value}: {allowed}{}", on_page(.page))]
pub struct Violation {
    /// The setting, as `--set` takes it.
    pub key: String,
    /// Its value.
    pub value: String,
    /// What it may be.
    pub allowed: String,
    /// AWS's page; empty for what AWS does not see.
    pub page: &'static str,
}

impl Violation {
    fn new(key: String, value: &Value, allowed: String, page: &'static str) -> Self {
        let value = if may_be_a_secret(&key) { "(not shown)".to_owned() } else { shown(value) };
        Self { key, value, allowed, page }
    }

    /// That the settings can't even be looked at.
    pub(super) fn of_all(why: String) -> Self {
        Self { key: "settings".to_owned(), value: "unreadable".to_owned(), allowed: why, page: "" }
    }
}

fn on_page(page: &str) -> String {
    if page.is_empty() { String::new() } else { format!(" (AWS: {page})") }
}

impl Range {
    pub(super) const fn new(
        key: &'static str,
        allowed: Allowed,
        page: &'static str,
        text: &'static str,
    ) -> Self {
        Self { key, allowed, page, text }
    }

    pub(super) const fn section(key: &'static str, ranges: &'static [Self]) -> Self {
        Self { key, allowed: Allowed::Section(ranges), page: "", text: "" }
    }

    /// The setting at the end of this way, if there is one.
    pub(super) fn at(ranges: &[Self], path: &[String]) -> Option<Self> {
        let (first, rest) = path.split_first()?;
        let range = ranges.iter().find(|range| range.key == first)?;
        match (rest, range.allowed) {
            ([], _) => Some(*range),
            (_, Allowed::Section(ranges)) => Self::at(ranges, rest),
            _ => None,
        }
    }

    /// The table of texts in which a way ends, if it ends in one: how many parts of the way lead to it.
    pub(super) fn table_on(ranges: &[Self], path: &[String]) -> Option<(usize, Self)> {
        (1..path.len()).find_map(|parts| {
            let range = Self::at(ranges, &path[..parts])?;
            matches!(range.allowed, Allowed::Table(..)).then_some((parts, range))
        })
    }

    /// Every setting that has no others in it, with its key.
    pub(super) fn leaves(ranges: &[Self]) -> Vec<(String, Self)> {
        let mut found = Vec::new();
        for range in ranges {
            match range.allowed {
                Allowed::Section(inner) => found.extend(
                    Self::leaves(inner).into_iter().map(|(key, leaf)| (format!("{}.{key}", range.key), leaf)),
                ),
                _ => found.push((range.key.to_owned(), *range)),
            }
        }
        found
    }
}

/// Everything in these settings that is outside its range.
pub(super) fn violations(ranges: &[Range], settings: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    section(ranges, settings, "", &mut found);
    found
}

/// What is outside the range of one setting.
pub(super) fn violations_of(range: Range, key: &str, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    check(value, range.allowed, key, range.page, &mut found);
    found
}

fn section(ranges: &[Range], settings: &Value, prefix: &str, found: &mut Vec<Violation>) {
    for range in ranges {
        // A member that is missing is one that may be, or the text can't be read as settings at all.
        if let Some(value) = settings.get(range.key) {
            let key =
                if prefix.is_empty() { range.key.to_owned() } else { format!("{prefix}.{}", range.key) };
            check(value, range.allowed, &key, range.page, found);
        }
    }
}

fn check(value: &Value, allowed: Allowed, key: &str, page: &'static str, found: &mut Vec<Violation>) {
    match (allowed, value) {
        (Allowed::Section(ranges), Value::Object(_)) => section(ranges, value, key, found),
        (Allowed::Optional(_), Value::Null) => {}
        (Allowed::Optional(of), _) => check(value, *of, key, page, found),
        (Allowed::List(of, most), Value::Array(items)) if items.len() <= most => {
            for (index, item) in items.iter().enumerate() {
                check(item, *of, &format!("{key}[{index}]"), page, found);
            }
        }
        (Allowed::Table(key_is, value_is, most), Value::Object(entries)) if entries.len() <= most => {
            for (name, value) in entries {
                let key = format!("{key}.{name}");
                if (key_is.takes)(name) {
                    check(value, Allowed::Text(value_is), &key, page, found);
                } else {
                    found.push(Violation::new(key, value, format!("allowed is {key_is}"), page));
                }
            }
        }
        _ if allowed.takes(value) => {}
        _ => found.push(Violation::new(key.to_owned(), value, format!("allowed is {allowed}"), page)),
    }
}

/// Whether somebody may have put a secret itself where it is to be said where one is: then it is not to be printed.
pub(super) fn may_be_a_secret(key: &str) -> bool {
    key.contains(".secrets") && ![".name", ".kms_key"].iter().any(|member| key.ends_with(member))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Allowed {
    /// Whether a value that has no others in it is one of these.
    fn takes(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Flag, Value::Bool(_)) => true,
            (Self::Number(least, most), Value::Number(number)) => {
                number.as_i64().is_some_and(|number| (least..=most).contains(&number))
            }
            (Self::OneOf(numbers), Value::Number(number)) => {
                number.as_i64().is_some_and(|number| numbers.iter().any(|known| i64::from(*known) == number))
            }
            (Self::Word(words), Value::String(word)) => words.contains(&word.as_str()),
            (Self::Text(form), Value::String(text)) => (form.takes)(text),
            _ => false,
        }
    }

    /// Whether it is a text, also where nobody has quoted what looks like a number.
    pub(super) const fn is_text(self) -> bool {
        match self {
            Self::Text(_) | Self::Word(_) => true,
            Self::Optional(of) => of.is_text(),
            _ => false,
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("true or false"),
            Self::Number(least, most) => write!(formatter, "{least} to {most}"),
            Self::OneOf(numbers) => {
                let numbers = numbers.iter().map(ToString::to_string).collect::<Vec<_>>();
                write!(formatter, "one of {}", numbers.join(", "))
            }
            Self::Word(words) => write!(formatter, "one of {}", words.join(", ")),
            Self::Text(form) => write!(formatter, "{form}"),
            Self::Table(key, value, most) => {
                write!(formatter, "a table of at most {most}, each {key}, with {value}")
            }
            Self::Optional(of) => write!(formatter, "{of}, or null for none"),
            Self::List(of, most) => write!(formatter, "a list of at most {most}, each {of}"),
            Self::Section(ranges) => {
                let keys = ranges.iter().map(|range| range.key).collect::<Vec<_>>();
                write!(formatter, "an object with {}", keys.join(", "))
            }
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let example = self.such_as.first().map(|text| format!(", such as {text}")).unwrap_or_default();
        write!(formatter, "{}{example}", self.is)
    }
}
