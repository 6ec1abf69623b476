//! When waiting is no use, and what of a log is quoted.

use super::super::listening::{Heard, heard};
use super::super::{Cause, Death, gives_up, words};
use super::example::lines;
use std::time::Duration;

fn cause(name: &'static str, exit_code: Option<i32>, hopeless: bool) -> Cause {
    Cause { name, what: String::new(), next: String::new(), hopeless, exit_code }
}

/// When, in seconds, of what, and how long it ran: `None` if it never did.
fn deaths(table: &[(u64, &Cause, Option<u64>)]) -> Vec<Death> {
    let seconds = Duration::from_secs;
    table.iter().map(|&(at, cause, ran)| (seconds(at), cause.clone(), ran.map(seconds))).collect()
}

#[test]
fn a_deployment_is_given_up_for_what_does_not_get_better() {
    let gone = cause("image-not-found", None, true);
    let denied = cause("secret-denied", None, true);
    let one = cause("exited", Some(1), false);
    let two = cause("exited", Some(2), false);
    let full = cause("no-cpu", None, false);
    for (case, table, expected) in [
        ("nothing died", vec![], None),
        ("one death may be a mistake", vec![(90, &gone, None)], None),
        ("two within a minute", vec![(5, &gone, None), (64, &gone, None)], None),
        ("two over a minute", vec![(5, &gone, None), (65, &gone, None)], Some(&gone)),
        ("three at once", vec![(5, &gone, None), (5, &gone, None), (6, &gone, None)], Some(&gone)),
        (
            "two of each",
            vec![(1, &gone, None), (2, &denied, None), (3, &gone, None), (4, &denied, None)],
            None,
        ),
        (
            "hopeless among others",
            vec![(1, &gone, None), (2, &one, Some(2)), (3, &gone, None), (9, &gone, None)],
            Some(&gone),
        ),
        (
            "the same exit at once",
            vec![(1, &one, Some(2)), (2, &one, Some(3)), (3, &one, Some(10))],
            Some(&one),
        ),
        ("the same exit, twice only", vec![(1, &one, Some(2)), (99, &one, Some(3))], None),
        ("one ran longer", vec![(1, &one, Some(2)), (2, &one, Some(11)), (3, &one, Some(1))], None),
        (
            "other exits",
            vec![(1, &one, Some(2)), (2, &two, Some(2)), (3, &one, Some(2)), (4, &one, Some(2))],
            None,
        ),
        ("never ran, may get better", vec![(1, &full, None), (90, &full, None), (180, &full, None)], None),
    ] {
        assert_eq!(gives_up(&deaths(&table)), expected, "{case}");
    }
}

#[test]
fn deaths_are_the_same_though_their_last_words_differ() {
    let says = |what: &str| Cause { what: what.to_owned(), ..cause("exited", Some(1), false) };
    let deaths: Vec<_> = ["took 12 ms", "took 15 ms", "took 9 ms"]
        .iter()
        .map(|what| (Duration::ZERO, says(what), Some(Duration::ZERO)))
        .collect();
    assert_eq!(gives_up(&deaths), Some(&says("took 12 ms")));
}

#[test]
fn ids_times_and_colours_are_not_quoted() {
    for (text, quoted) in [
        ("2026-11-30T22:10:37.123Z ERROR no", "ERROR no"),
        ("[2026-11-30 22:10:37] no", "no"),
        ("2026/11/30 22:10:37 no", "no"),
        ("1764540000.123 no", "no"),
        ("\u{1b}[31mno\u{1b}[0m", "no"),
        ("denied, RequestID: d45b80b7-7a19-49eb-8fd2-44305bb5e5d7, api error no", "denied, api error no"),
        ("no status code: 400, request id: d45b80b7-7a19-49eb-8fd2-44305bb5e5d7", "no status code: 400"),
        (
            "task 26e17af95b5e431893308026b892584f of 123456789012 on port 8080",
            "task … of 123456789012 on port 8080",
        ),
    ] {
        assert_eq!(words::quote(text), quoted, "{text}");
    }
    let long = format!("the begin {} to the end", "x".repeat(99));
    assert_eq!(words::shorten(&long, 20), "the … the end");
    assert_eq!(words::shorten(&"x".repeat(21), 20), "xxxxxxx … xxxxxxxxxx");
}

#[test]
fn last_words_are_the_ones_that_tell() {
    for (log, last) in [
        (
            vec!["Error: no config", "    at Object.<anonymous> (/app/index.js:3:9)", "", "Node.js v22.1.0"],
            Some("Error: no config"),
        ),
        (
            vec!["Traceback (most recent call last):", "  File \"app.py\", line 1", "KeyError: 'PORT'"],
            Some("KeyError: 'PORT'"),
        ),
        (vec![r#"{"level":"error","msg":"stopping","err":"no route"}"#], Some("stopping: no route")),
        (
            vec!["error: unexpected argument '--prot' found", "", "Usage: web [OPTIONS]"],
            Some("error: unexpected argument '--prot' found"),
        ),
        (vec!["}", ""], None),
        (vec![], None),
    ] {
        assert_eq!(words::last_words(&lines(&log)).as_deref(), last);
    }
}

#[test]
fn a_log_tells_where_the_app_listens() {
    for (line, expected) in [
        ("listening on 0.0.0.0:9000", Some((9000, false))),
        ("2026-11-30T22:10:37Z Listening on [::]:9000", Some((9000, false))),
        ("Server running at http://localhost:3000/", Some((3000, false))),
        ("Starting server, listening on 127.0.0.1:80", Some((80, true))),
        (r#"{"message":"listening","port":8080,"bucket":"b"}"#, Some((8080, false))),
        ("Tomcat started on port(s): 8081 (http)", None),
        ("Tomcat started on port 8081 (http) with context path '/'", Some((8081, false))),
        ("listening", None),
        ("connecting to database:5432", None),
    ] {
        let expected: Vec<_> = expected.map(|(port, alone)| Heard { port, alone }).into_iter().collect();
        assert_eq!(heard(&lines(&[line])), expected, "{line}");
    }
}
