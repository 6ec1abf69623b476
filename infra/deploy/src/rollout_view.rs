//! How a rollout looks to people: a row that is drawn over, and lines that stay.

use console::style;
use infra_ecs::diagnosis::{Cause, StoppedTask};
use infra_ecs::follow::{Death, Message, Report, Status};
use std::time::Duration;

/// So much of a task's id tells it from others.
const SHORT_ID: usize = 8;
/// A longer log is in `cargo xtask logs`.
const LOG_LINES: usize = 5;
/// A death of a known cause is one line; after so many they are counted by ECS alone.
const DEATHS_SHOWN: usize = 5;

/// A column of the table: its title, its width, and from which width of the terminal on it is shown.
const COLUMNS: [(&str, usize, usize); 9] = [
    ("service", 7, 0),
    ("revision", 8, 72),
    ("state", 16, 0),
    ("running", 7, 0),
    ("pending", 7, 66),
    ("failed", 6, 0),
    ("healthy", 7, 0),
    ("traffic", 7, 80),
    ("time", 16, 58),
];
/// `12:05 of ~15:20` behind all columns.
const ROOM_FOR_EXPECTED: usize = 92;

/// The titles of the table's columns.
pub fn titles(width: usize) -> String {
    row_of(COLUMNS.map(|(title, ..)| title.to_owned()), width)
}

/// How long a rollout has taken, and how long it will where that is known.
#[derive(Clone, Copy, Debug)]
pub struct Elapsed {
    /// Since it began.
    pub now: Duration,
    /// From its beginning to its end.
    pub expected: Option<Duration>,
}

/// A service's row, in so many columns of the terminal.
pub fn row(service: &str, status: &Status, elapsed: Option<Elapsed>, width: usize) -> String {
    let tasks = status.tasks;
    let or_dash = |count: i32| if count == 0 { "-".to_owned() } else { count.to_string() };
    let revision = status.revision.rsplit(':').next().unwrap_or(&status.revision);
    let healthy = status.targets.map_or("-".to_owned(), |it| format!("{}/{}", it.healthy, it.registered));
    let traffic = status.traffic_percent.map_or("-".to_owned(), |percent| format!("{percent:.0} %"));
    let time = elapsed.map_or(String::new(), |elapsed| in_minutes(elapsed, width));
    row_of(
        [
            service.to_owned(),
            revision.to_owned(),
            state(status),
            format!("{}/{}", tasks.running, tasks.desired),
            or_dash(tasks.pending),
            or_dash(tasks.failed),
            healthy,
            traffic,
            time,
        ],
        width,
    )
}

/// `1:05`, and `1:05 of ~3:20` where there is room for what is expected.
fn in_minutes(elapsed: Elapsed, width: usize) -> String {
    let minutes = |time: Duration| format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60);
    let now = minutes(elapsed.now);
    match elapsed.expected.filter(|_| width >= ROOM_FOR_EXPECTED) {
        Some(expected) => format!("{now} of ~{}", minutes(expected)),
        None => now,
    }
}

fn row_of(cells: [String; 9], width: usize) -> String {
    let shown = cells.iter().zip(COLUMNS).filter(|(_, (_, _, from))| *from <= width);
    let cells: Vec<_> = shown.map(|(cell, (_, wide, _))| fitted(cell, wide)).collect();
    cells.join(" ").trim_end().to_owned()
}

/// A cell as wide as its column.
fn fitted(cell: &str, wide: usize) -> String {
    if cell.chars().count() <= wide {
        return format!("{cell:<wide$}");
    }
    cell.chars().take(wide - 1).chain(['…']).collect()
}

/// The stage where there is one, else the state, in lower case.
fn state(status: &Status) -> String {
    let in_stage = status.stage.as_deref().filter(|_| status.state == "IN_PROGRESS");
    let words = match in_stage.unwrap_or(&status.state) {
        "ROLLBACK_IN_PROGRESS" | "ROLLBACK_REQUESTED" => "rolling back".to_owned(),
        "ROLLBACK_SUCCESSFUL" => "rolled back".to_owned(),
        "PRE_PRODUCTION_TRAFFIC_SHIFT" => "before the shift".to_owned(),
        "PRODUCTION_TRAFFIC_SHIFT" => "traffic shift".to_owned(),
        "POST_PRODUCTION_TRAFFIC_SHIFT" => "traffic shifted".to_owned(),
        "TEST_TRAFFIC_SHIFT" => "test shift".to_owned(),
        "POST_TEST_TRAFFIC_SHIFT" => "test shifted".to_owned(),
        "RECONCILE_SERVICE" => "reconcile".to_owned(),
        other => other.to_ascii_lowercase().replace('_', " "),
    };
    if status.paused.is_some() { format!("paused, {words}") } else { words }
}

/// How far it is, in a line that stays: for a log.
pub fn line(service: &str, status: &Status) -> String {
    let tasks = status.tasks;
    let mut parts = vec![format!("{} of {} running", tasks.running, tasks.desired)];
    let more = [(tasks.pending, "pending"), (tasks.failed, "failed"), (tasks.old, "of other revisions")];
    parts.extend(more.iter().filter(|(count, _)| *count != 0).map(|(count, what)| format!("{count} {what}")));
    parts.extend(status.targets.map(|it| format!("{} of {} targets healthy", it.healthy, it.registered)));
    parts.extend(status.traffic_percent.map(|percent| format!("{percent:.0} % of the traffic")));
    format!("  {service}: {} {}: {}", status.revision, state(status), parts.join(", "))
}

/// What stays on screen of a report; nothing of how far it is.
pub fn lines(service: &str, report: &Report) -> Vec<String> {
    match report {
        // How it has ended is said by the command's last words.
        Report::Status(_) | Report::Ended(_) => Vec::new(),
        Report::Message(message) => vec![format!("  {service}: {}", said(message))],
        Report::Death(death) => of_death(service, death),
        Report::Cause(cause) => of_cause(service, cause),
        Report::Stopping { revision, why } => {
            let stopping = style("stopping").for_stderr().yellow().bold();
            vec![format!("  {service}: {stopping} {revision} and going back, {why}")]
        }
    }
}

/// An event of ECS without the name of the service, with short ids of tasks and names of target groups in place of ARNs.
fn said(message: &Message) -> String {
    let text = match message.text.split_once(") ") {
        Some((name, rest)) if name.starts_with("(service ") => rest,
        _ => &message.text,
    };
    let words = text.split_inclusive([' ', ')']).map(|word| {
        let end = word.len() - word.trim_end_matches([' ', ')', '.', ',']).len();
        let (word, end) = word.split_at(word.len() - end);
        match word.split_once(":targetgroup/") {
            Some((_, group)) => format!("{}{end}", group.split('/').next().unwrap_or(group)),
            None if is_task_id(word) => format!("{}{end}", word.get(..SHORT_ID).unwrap_or(word)),
            None => format!("{word}{end}"),
        }
    });
    words.collect()
}

/// 32 hexadecimal digits.
fn is_task_id(word: &str) -> bool {
    word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn of_death(service: &str, death: &Death) -> Vec<String> {
    let StoppedTask { id, stopped_reason, log, .. } = &death.task;
    let id = id.get(..SHORT_ID).unwrap_or(id);
    let mark = style("✗").for_stderr().red();
    let reason = stopped_reason.as_deref().unwrap_or("no reason given");
    let why = death.cause.as_ref().map_or(reason, |cause| &cause.what);
    match death.times {
        0 | 1 => {}
        times if times <= DEATHS_SHOWN => {
            return vec![format!("  {mark} {service}: task {id} died of the same (the {})", ordinal(times))];
        }
        _ => return Vec::new(),
    }
    let after =
        death.task.ran_for.map(|ran| format!(" after {:.0} s", ran.as_secs_f64())).unwrap_or_default();
    let mut lines = vec![format!("  {mark} {service}: task {id} stopped{after}: {why}")];
    if why != reason {
        lines.push(format!("      ECS says: {reason}"));
    }
    let from = log.len().saturating_sub(LOG_LINES);
    lines.extend(log.iter().skip(from).map(|line| format!("      | {}", line.trim_end())));
    lines.extend(death.cause.as_ref().filter(|it| !it.next.is_empty()).map(next));
    lines
}

fn of_cause(service: &str, cause: &Cause) -> Vec<String> {
    let mark = style("!").for_stderr().yellow().bold();
    let mut lines = vec![format!("  {mark} {service}: {}", cause.what)];
    lines.extend((!cause.next.is_empty()).then(|| next(cause)));
    lines
}

fn next(cause: &Cause) -> String {
    format!("      {} {}", style("next:").for_stderr().cyan(), cause.next)
}

fn ordinal(number: usize) -> String {
    match number {
        1 => "1st".to_owned(),
        2 => "2nd".to_owned(),
        3 => "3rd".to_owned(),
        other => format!("{other}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra_ecs::follow::{Counts, Health};

    fn status() -> Status {
        Status {
            revision: "demo-web:7".to_owned(),
            state: "IN_PROGRESS".to_owned(),
            stage: Some("PRODUCTION_TRAFFIC_SHIFT".to_owned()),
            tasks: Counts { desired: 2, running: 1, pending: 1, failed: 0, old: 2 },
            targets: Some(Health { healthy: 3, registered: 4 }),
            traffic_percent: Some(10.0),
            paused: None,
        }
    }

    #[test]
    fn a_row_fits_the_terminal_and_stands_below_its_titles() {
        for width in [58, 60, 80, 92, 120] {
            let elapsed =
                Elapsed { now: Duration::from_secs(102), expected: Some(Duration::from_secs(1805)) };
            let (titles, row) = (titles(width), row("web", &status(), Some(elapsed), width));
            let fits = |line: &str| line.chars().count() <= width - 2;
            assert!(fits(&titles) && fits(&row), "{width}: {titles} / {row}");
            assert_eq!(titles.find("state"), row.find("traffic shift"), "{width}");
            let time = if width < ROOM_FOR_EXPECTED { "1:42" } else { "1:42 of ~30:05" };
            assert!(row.ends_with(time), "{row}");
        }
    }

    #[test]
    fn a_log_gets_whole_sentences() {
        assert_eq!(
            line("web", &status()),
            "  web: demo-web:7 traffic shift: 1 of 2 running, 1 pending, 2 of other revisions, \
             3 of 4 targets healthy, 10 % of the traffic"
        );
    }

    #[test]
    fn an_event_is_read_without_what_everybody_knows() {
        let said = |text: &str| said(&Message { text: text.to_owned(), ..Message::default() });
        let [one, two] = ["0123456789abcdef", "fedcba9876543210"].map(|half| half.repeat(2));
        assert_eq!(
            said(&format!("(service demo-web) has started 2 tasks: (task {one}) (task {two}).")),
            "has started 2 tasks: (task 01234567) (task fedcba98)."
        );
        assert_eq!(
            said(
                "(service demo-web) registered 1 targets in (target-group arn:elb:1:targetgroup/demo-web-5e0c/88a4)"
            ),
            "registered 1 targets in (target-group demo-web-5e0c)"
        );
    }

    #[test]
    fn the_first_death_is_told_whole_and_the_next_ones_are_counted() {
        let cause = Cause {
            name: "exit-code",
            what: "web exited with code 1".to_owned(),
            next: "mend it".to_owned(),
            hopeless: false,
            exit_code: Some(1),
        };
        let task = StoppedTask {
            id: "0123456789".to_owned(),
            stopped_reason: Some("Essential container in task exited".to_owned()),
            log: vec!["no bucket".to_owned()],
            ran_for: Some(Duration::from_secs(3)),
            ..StoppedTask::default()
        };
        let death = |times| Report::Death(Death { task: task.clone(), cause: Some(cause.clone()), times });
        let told = lines("web", &death(1)).join("\n");
        assert_eq!(
            console::strip_ansi_codes(&told),
            "  ✗ web: task 01234567 stopped after 3 s: web exited with code 1\n      \
             ECS says: Essential container in task exited\n      | no bucket\n      next: mend it"
        );
        assert_eq!(lines("web", &death(2)).len(), 1);
        assert!(lines("web", &death(6)).is_empty());
    }
}
