//! Log lines of several tasks as they are printed: in the order of their times, each behind its task.

use crate::tasks::short;
use anyhow::{Context as _, Result};
use aws_sdk_ecs::primitives::{DateTime, DateTimeFormat};
use console::{Color, style};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};

/// Those that can be read on dark and on light terminals.
const COLOURS: [Color; 5] = [Color::Cyan, Color::Green, Color::Yellow, Color::Magenta, Color::Blue];

/// What a container wrote at once: a line, or several where the log driver was set up to join them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Milliseconds since 1970.
    pub time: i64,
    /// The task's id.
    pub task: String,
    /// The container.
    pub container: String,
    /// What it wrote.
    pub message: String,
}

/// As programs read it.
#[derive(Serialize)]
struct JsonLine<'a> {
    time: String,
    task: &'a str,
    container: &'a str,
    message: &'a str,
}

/// How lines are told apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Labels {
    /// Whether there are several containers in a task.
    pub with_container: bool,
    /// How wide the longest label is.
    pub width: usize,
}

/// What is before the lines of a container.
pub fn label(task: &str, container: &str, with_container: bool) -> String {
    if with_container { format!("{}/{container}", short(task)) } else { short(task).to_owned() }
}

/// Lines by their times; those of the same time in the order in which they came.
pub fn in_order(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by_key(|line| line.time);
    lines
}

/// Prints lines on standard output.
pub struct Printer {
    json: bool,
    /// In the order in which they were seen, which decides on their colours.
    tasks: Vec<String>,
}

impl Printer {
    /// For people, or an object a line for programs.
    pub fn new(json: bool) -> Self {
        Self { json, tasks: Vec::new() }
    }

    /// Prints them; says whether somebody still reads.
    pub fn print(&mut self, lines: &[Line], labels: &Labels) -> Result<bool> {
        let text = if self.json { as_json(lines)? } else { self.text(lines, labels) };
        let mut output = std::io::stdout();
        match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            result => result.map(|()| true).context("cannot write to standard output"),
        }
    }

    fn text(&mut self, lines: &[Line], labels: &Labels) -> String {
        let mut text = String::new();
        for line in lines {
            let label = label(&line.task, &line.container, labels.with_container);
            let label = style(format!("{label:<width$} |", width = labels.width)).fg(self.colour(&line.task));
            for part in line.message.split('\n') {
                // A `String` takes everything.
                writeln!(text, "{label} {part}").ok();
            }
        }
        text
    }

    fn colour(&mut self, task: &str) -> Color {
        let place = self.tasks.iter().position(|it| it == task).unwrap_or_else(|| {
            self.tasks.push(task.to_owned());
            self.tasks.len() - 1
        });
        COLOURS.into_iter().cycle().nth(place).unwrap_or(Color::Cyan)
    }
}

fn as_json(lines: &[Line]) -> Result<String> {
    let mut text = String::new();
    for Line { time, task, container, message } in lines {
        let time =
            DateTime::from_millis(*time).fmt(DateTimeFormat::DateTime).context("a line has no time")?;
        let line = JsonLine { time, task, container, message };
        text.push_str(&serde_json::to_string(&line).context("a line has no JSON form")?);
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(time: i64, task: &str, message: &str) -> Line {
        Line { time, task: task.to_owned(), container: "web".to_owned(), message: message.to_owned() }
    }

    #[test]
    fn lines_of_several_tasks_are_in_the_order_of_their_times() {
        let lines =
            in_order(vec![line(2, "b", "2"), line(2, "b", "3"), line(1, "a", "1"), line(2, "a", "4")]);
        assert_eq!(lines.iter().map(|line| &*line.message).collect::<String>(), "1234");
    }

    #[test]
    fn each_line_is_behind_its_task_in_columns() {
        let lines = [line(1, "0123456789", "one\n  more"), line(2, "89abcdef01", "")];
        let mut printer = Printer::new(false);
        let text = |printer: &mut Printer, with_container, width| {
            let text = printer.text(&lines, &Labels { with_container, width });
            console::strip_ansi_codes(&text).into_owned()
        };
        assert_eq!(text(&mut printer, false, 8), "01234567 | one\n01234567 |   more\n89abcdef | \n");
        assert!(text(&mut printer, true, 14).starts_with("01234567/web   | one\n"));
    }

    #[test]
    fn a_task_keeps_its_colour() {
        let mut printer = Printer::new(false);
        let colours = ["a", "b", "a", "c", "b"].map(|task| printer.colour(task));
        assert_eq!(colours, [COLOURS[0], COLOURS[1], COLOURS[0], COLOURS[2], COLOURS[1]]);
    }

    #[test]
    fn programs_read_an_object_a_line() {
        let text = as_json(&[line(1_795_572_349_500, "0123456789", "a\nb"), line(0, "1", "")]).unwrap();
        assert_eq!(
            text,
            "{\"time\":\"2026-11-25T02:05:49.5Z\",\"task\":\"0123456789\",\"container\":\"web\",\"message\":\"a\\nb\"}\n\
             {\"time\":\"1970-01-01T00:00:00Z\",\"task\":\"1\",\"container\":\"web\",\"message\":\"\"}\n"
        );
    }
}
