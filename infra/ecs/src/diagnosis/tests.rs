//! Each row of the table, by words that ECS was seen to use.

mod containers;
mod counting;
mod events;
mod example;
mod health;
mod none;
mod resources;
mod starting;

use super::table;
use example::{Evidence, Example};
use std::collections::BTreeSet;

/// All examples, in the order in which the table has the rows.
fn examples() -> Vec<Example> {
    [starting::images(), resources::examples(), starting::capacity(), starting::placement()]
        .into_iter()
        .chain([containers::starting(), containers::ending(), health::examples(), events::examples()])
        .flatten()
        .collect()
}

/// The table as reviewers can read it.
#[test]
fn each_example_has_its_cause() {
    let mut text = String::new();
    for example in examples() {
        let cause =
            example.cause().unwrap_or_else(|| panic!("{}: no cause of {:?}", example.name, example.evidence));
        assert_eq!(cause.name, example.name, "{:?}", example.evidence);
        let hopeless = if cause.hopeless { " (hopeless)" } else { "" };
        text += &format!(
            "{}{hopeless}\n  of:   {}\n  what: {}\n  next: {}\n\n",
            cause.name, example.evidence, cause.what, cause.next
        );
    }
    insta::assert_snapshot!("table", text);
}

#[test]
fn each_row_has_an_example() {
    let shown: BTreeSet<_> = examples().iter().map(|example| example.name).collect();
    let missing: Vec<_> = table::all().map(|row| row.name).filter(|name| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_cause_is_short_and_complete() {
    for example in examples() {
        let cause = example.cause().unwrap();
        assert!(cause.what.chars().count() <= 180, "{}", cause.what);
        for text in [&cause.what, &cause.next] {
            assert!(!text.is_empty() && !text.contains(['{', '}', '\n']), "{}: {text}", cause.name);
            assert!(!text.to_lowercase().contains("request id"), "{text}");
        }
    }
}

#[test]
fn names_are_for_programs_and_mean_one_thing() {
    for row in table::all() {
        assert!(row.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", row.name);
        let same: BTreeSet<_> =
            table::all().filter(|other| other.name == row.name).map(|row| row.hopeless).collect();
        assert_eq!(same.len(), 1, "{}", row.name);
    }
}

/// Tasks that die of the same differ in ids and times only.
#[test]
fn identical_deaths_have_equal_causes() {
    for example in examples() {
        let Evidence::Stop(task) = &example.evidence else { continue };
        let mut later = task.clone();
        later.id = "ffffffffffffffffffffffffffffffff".to_owned();
        let change = |text: &str| {
            text.replace("26e17af95b5e431893308026b892584f", "0123456789abcdef0123456789abcdef")
                .replace("d45b80b7-7a19-49eb-8fd2-44305bb5e5d7", "00000000-7a19-49eb-8fd2-44305bb5e5d7")
                .replace("2026-11-30T22:10:37", "2026-11-30T22:12:41")
        };
        later.stopped_reason = later.stopped_reason.as_deref().map(change);
        for container in &mut later.containers {
            container.reason = container.reason.as_deref().map(change);
        }
        later.log = later.log.iter().map(|line| change(line)).collect();
        assert_eq!(super::cause_of_stop(&later, &example.expected), example.cause(), "{}", example.name);
    }
}
