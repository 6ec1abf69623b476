//! Texts that fit into a terminal.

/// As many columns as a terminal has at least.
pub const WIDTH: usize = 80;

/// Two words that stay on one line.
const PAIRS: [&str; 2] = ["(task ", "(target-group "];

/// Events without the service's name. What is said of several tasks, one after another, is said once.
pub fn once_each(events: &[String]) -> Vec<String> {
    let mut said: Vec<(String, String, u32)> = Vec::new();
    for event in events.iter().map(|event| shortened(event)) {
        let nameless = nameless(&event);
        match said.iter_mut().find(|(same, ..)| *same == nameless) {
            Some((.., times)) => *times += 1,
            None => said.push((nameless, event, 1)),
        }
    }
    let line = |(_, event, times)| if times == 1 { event } else { format!("{event} ({times} times)") };
    said.into_iter().map(line).collect()
}

/// An event without the names of its tasks.
fn nameless(event: &str) -> String {
    let after = |part: &str| part.split_once(')').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    let mut parts = event.split("(task ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &after(part))
}

/// An event without the service's name, and with the first and the last of many tasks.
fn shortened(event: &str) -> String {
    let event = match event.strip_prefix("(service web) ") {
        Some(rest) => rest.to_owned(),
        None => event.replacen("(service web, ", "(", 1),
    };
    let tasks: Vec<usize> = event.match_indices("(task ").map(|(at, _)| at).collect();
    if let [_, second, _, ..] = tasks[..]
        && let Some(last) = tasks.last()
    {
        let (before, _) = event.split_at(second);
        let (_, after) = event.split_at(*last);
        return format!("{before}... {after}");
    }
    event
}

/// A text as lines of at most so many characters, if its words allow it; all but the first are indented.
pub fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let kept = |pair: &str| pair.replace(' ', "\u{a0}");
    let text = PAIRS.iter().fold(text.to_owned(), |text, pair| text.replace(pair, &kept(pair)));
    for word in text.split(' ') {
        let long = line.chars().count() + 1 + word.chars().count() > width;
        if !line.trim().is_empty() && long {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
        } else if !line.trim().is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines.iter().map(|line| line.replace('\u{a0}', " ")).collect()
}

/// `1:05`, `1:00:05`.
pub fn clock(seconds: u64) -> String {
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    match minutes / 60 {
        0 => format!("{minutes}:{seconds:02}"),
        hours => format!("{hours}:{:02}:{seconds:02}", minutes % 60),
    }
}

/// `1 min 5 s`.
pub fn in_words(seconds: u64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let parts: Vec<_> = parts.iter().filter(|(count, _)| *count > 0).collect();
    if parts.is_empty() {
        return "0 s".to_owned();
    }
    parts.iter().map(|(count, unit)| format!("{count} {unit}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_tasks_the_first_and_the_last_are_named() {
        let event = "(service web) has started 3 tasks: (task new-1) (task new-2) (task new-3).";
        assert_eq!(shortened(event), "has started 3 tasks: (task new-1) ... (task new-3).");
        let event = "(service web, taskSet ecs-svc/old) has begun draining connections on 1 tasks.";
        assert_eq!(shortened(event), "(taskSet ecs-svc/old) has begun draining connections on 1 tasks.");
    }

    #[test]
    fn what_is_said_of_several_tasks_is_said_once() {
        let events = ["(task new-1) is unhealthy.", "deregistered 1 targets", "(task new-2) is unhealthy."];
        let events = events.map(|event| format!("(service web) {event}"));
        assert_eq!(once_each(&events), ["(task new-1) is unhealthy. (2 times)", "deregistered 1 targets"]);
    }

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrapped("one two three", 7, 2), ["one two", "  three"]);
        assert_eq!(wrapped("unbreakable", 4, 2), ["unbreakable"]);
        assert_eq!(wrapped("a (task new-1).", 8, 2), ["a", "  (task new-1)."]);
    }

    #[test]
    fn durations_are_read_at_a_glance() {
        assert_eq!([5, 65, 3605].map(clock), ["0:05", "1:05", "1:00:05"]);
        assert_eq!([0, 65, 3600].map(in_words), ["0 s", "1 min 5 s", "1 h"]);
    }
}
