//! What of a text is quoted: not what differs from death to death, and not too much.

use serde_json::Value;

/// So much of a text is quoted.
const QUOTED: usize = 90;
/// What follows is the same in all events.
const ADVICE: &str = " For more information, see the Troubleshooting section";
/// What leads to the matter; the cause's name has said it.
const PREAMBLES: [&str; 12] = [
    "rolled back because of ",
    "rolled back because ",
    " place a task. Reason: ",
    "The closest matching ",
    "TaskFailedToStart: ",
    "Error response from daemon: ",
    "failed to initialize logging driver: ",
    "set up EFS volumes: stderr: ",
    "runc create failed: ",
    "unable to start container process: ",
    "Unable to launch instance(s) for capacity provider ",
    "container ordering dependency ",
];

/// A text of ECS without preambles and without ids of requests and tasks.
pub(super) fn quote(text: &str) -> String {
    let text = text.split(ADVICE).next().unwrap_or(text);
    let text = PREAMBLES
        .iter()
        .fold(text, |text, preamble| text.split_once(preamble).map_or(text, |(_, rest)| rest));
    let matter = text.split_once(": ").filter(|(kind, _)| kind.ends_with("Error") && !kind.contains(' '));
    shorten(&steady(matter.map_or(text, |(_, matter)| matter)), QUOTED)
}

/// What a container said last, so far as it tells something.
pub(super) fn last_words(log: &[String]) -> Option<String> {
    let lines: Vec<_> = log.iter().map(|line| steady(&message(line))).collect();
    // Some print stacks or their usage below it.
    let error = lines.iter().rfind(|line| {
        let line = line.to_lowercase();
        ["panic: ", "error: ", "fatal: ", "fatal error: "].iter().any(|begin| line.starts_with(begin))
    });
    let last =
        || lines.iter().zip(log).rfind(|(line, raw)| tells(line) && !is_frame(raw)).map(|(line, _)| line);
    error.or_else(last).map(|line| shorten(line, QUOTED))
}

fn tells(line: &str) -> bool {
    const NOISE: [&str; 6] =
        ["note: ", "Node.js v", "stack backtrace:", "goroutine ", "exit status ", "npm "];
    line.chars().any(char::is_alphabetic) && !NOISE.iter().any(|noise| line.starts_with(noise))
}

/// A line of a stack: it is indented.
fn is_frame(line: &str) -> bool {
    line.starts_with(['\t', ' '])
}

/// The message of a line of structured log, or the line.
pub(super) fn message(line: &str) -> String {
    let Ok(Value::Object(entry)) = serde_json::from_str::<Value>(line.trim()) else {
        return line.trim().to_owned();
    };
    let text = |name: &str| entry.get(name).and_then(Value::as_str);
    let said =
        text("message").or_else(|| text("msg")).or_else(|| entry.get("fields")?.get("message")?.as_str());
    match (said, text("error").or_else(|| text("err"))) {
        (Some(said), Some(error)) => format!("{said}: {error}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => line.trim().to_owned(),
    }
}

/// Without colours, times and ids: the same from the same cause.
pub(super) fn steady(text: &str) -> String {
    let plain = without_colours(text);
    let mut words = Vec::new();
    let mut skip_next = false;
    for word in plain.split_whitespace() {
        let lower = word.to_ascii_lowercase();
        if std::mem::take(&mut skip_next) || is_time(word) {
            continue;
        }
        // `request id: X`, `RequestID: X,`, `RequestId: X`, `Request ID: X`.
        if lower == "requestid:" || (lower == "id:" && last_is_request(&words)) {
            skip_next = true;
            if lower == "id:" {
                words.pop();
            }
            continue;
        }
        words.push(without_ids(word));
    }
    words.join(" ").trim_end_matches([',', ' ']).to_owned()
}

fn last_is_request(words: &[String]) -> bool {
    words.last().is_some_and(|word| word.trim_start_matches('(').eq_ignore_ascii_case("request"))
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}

/// `2026-11-30T22:10:37Z`, `[22:10:37.123]`, `1764540000.5`.
fn is_time(word: &str) -> bool {
    let word = word.trim_matches(['[', ']', '(', ')', ',', '"']);
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let only = |marks: &str| word.chars().all(|c| c.is_ascii_digit() || marks.contains(c));
    let is_date = digits >= 8 && only("-/:.,TZ+") && (word.matches(['-', '/']).count() >= 2);
    let is_clock = digits >= 6 && only(":.,Z") && word.matches(':').count() == 2;
    // Seconds or milliseconds since 1970; an account has twelve digits.
    let seconds = word.split('.').next().unwrap_or_default().len();
    is_date || is_clock || (only(".") && matches!(seconds, 10 | 13))
}

/// Ids of tasks, requests and digests as an ellipsis.
fn without_ids(word: &str) -> String {
    const ID: usize = 16;
    let mut text = String::new();
    let mut run = String::new();
    for c in word.chars().map(Some).chain([None]) {
        if let Some(c) = c.filter(|c| c.is_ascii_hexdigit() || *c == '-') {
            run.push(c);
            continue;
        }
        let hex = run.chars().filter(char::is_ascii_hexdigit).count();
        let is_id = hex >= ID && run.contains(|c: char| c.is_ascii_digit());
        text.push_str(if is_id { "…" } else { &run });
        run.clear();
        text.extend(c);
    }
    text
}

/// At most so many characters; of a longer text begin and end, for the reason stands at the end.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let tail = most / 2;
    let begin: String = text.chars().take(most - tail - 3).collect();
    let end: String = text.chars().skip(count - tail).collect();
    // Between words, where there are any.
    let begin = begin.rsplit_once(' ').map_or(begin.as_str(), |(words, _)| words);
    let end = end.split_once(' ').map_or(end.as_str(), |(_, words)| words);
    format!("{begin} … {end}")
}
