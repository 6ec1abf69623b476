//! Where an app listens, as its log tells.

use super::words;

/// How apps begin to say it.
const SAYINGS: [&str; 8] =
    ["listening", "listen on", "serving", "running on", "running at", "started on", "started at", "bound to"];

/// An address that a log names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub port: i32,
    /// Only the container itself gets at it. A log that says `localhost` may mean every address.
    pub alone: bool,
}

/// Where the app says that it listens.
pub(super) fn heard(log: &[String]) -> Vec<Heard> {
    log.iter().filter_map(|line| heard_in(&words::steady(line))).collect()
}

fn heard_in(line: &str) -> Option<Heard> {
    let line = line.to_lowercase();
    if !SAYINGS.iter().any(|saying| line.contains(saying)) {
        return None;
    }
    let port = after_word(&line).or_else(|| after_colon(&line))?;
    let alone = line.contains("127.0.0.1") || line.contains("[::1]");
    Some(Heard { port, alone })
}

/// `port 9000`, `port=9000`, `"port":9000`.
fn after_word(line: &str) -> Option<i32> {
    line.split("port").skip(1).find_map(|rest| {
        let number = rest.trim_start_matches([' ', '=', ':', '"', '\'', '#']);
        (rest.len() - number.len() <= 4 && rest.len() > number.len()).then(|| port(number))?
    })
}

/// `0.0.0.0:9000`, `[::]:9000`, `http://localhost:9000/`.
fn after_colon(line: &str) -> Option<i32> {
    line.split(':').skip(1).filter_map(port).last()
}

fn port(text: &str) -> Option<i32> {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let number = digits.parse().ok().filter(|port| (1..=65535).contains(port))?;
    let next = text.chars().nth(digits.len());
    next.is_none_or(|c| !c.is_alphanumeric() && c != '%').then_some(number)
}
