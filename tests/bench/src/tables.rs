//! The report as tables of text.

use console::measure_text_width;

use crate::client::Failures;
use crate::report::{Load, Report, Spread};
use crate::scenario::Target;

/// Everything that was measured.
pub fn text(report: &Report<'_>) -> String {
    let mut parts = Vec::new();
    if !report.loads.is_empty() {
        parts.push(table(
            &[
                "request",
                "of",
                "a second",
                "% of s3",
                "its CPU µs",
                "S3's",
                "sender's",
                "p99 ms",
                "S3 calls",
                "failed",
            ],
            report.loads.iter().map(|load| row(report, load)),
        ));
    }
    if !report.images.is_empty() {
        parts.push(images(report));
    }
    if !report.memory.is_empty() {
        parts.push(memory(report));
    }
    parts.extend(failures(report));
    parts.push(conditions(report));
    parts.push(format!("Again: {}", report.options.command));
    parts.join("\n\n")
}

fn row(report: &Report<'_>, load: &Load) -> Vec<String> {
    let alone = report.loads.iter().find(|it| (it.scenario, it.target) == (load.scenario, Target::S3));
    let per_second = load.spread(|round| round.per_second);
    let of_s3 = alone.map(|alone| 100.0 * per_second.median / alone.spread(|round| round.per_second).median);
    let server = load.spread(|round| round.server_us);
    let calls = load.rounds.last().map_or(&[][..], |round| &round.s3_calls);
    let calls = calls.iter().map(|(operation, calls)| format!("{calls:.2} {operation}"));
    vec![
        load.scenario.name().to_owned(),
        load.target.name().to_owned(),
        per_second.to_string(),
        of_s3.map(|percent| format!("{percent:.0}")).unwrap_or_default(),
        if load.target == Target::S3 { String::new() } else { server.to_string() },
        format!("{:.0}", load.spread(|round| round.s3_us).median),
        format!("{:.0}", load.spread(|round| round.sender_us).median),
        format!("{:.1}", load.spread(|round| round.p99_ms).median),
        calls.collect::<Vec<_>>().join(", "),
        load.failures.values().sum::<u64>().to_string(),
    ]
}

fn images(report: &Report<'_>) -> String {
    table(
        &["app", "image MB", "docker start to healthy, ms", "of it the app, ms"],
        report.images.iter().map(|facts| {
            let spread = |times: &[f64]| Spread::of(times.iter().copied()).to_string();
            vec![
                facts.target.name().to_owned(),
                format!("{:.1}", facts.bytes as f64 / 1e6),
                spread(&facts.start_ms),
                spread(&facts.own_start_ms),
            ]
        }),
    )
}

fn memory(report: &Report<'_>) -> String {
    table(
        &[
            "app",
            "uploads at once",
            "idle MiB",
            "peak MiB",
            "above idle",
            "stored",
            "503",
            "failed",
            "seconds",
        ],
        report.memory.iter().map(|used| {
            let mebibytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
            vec![
                used.target.name().to_owned(),
                format!("{} × {} MB", used.uploads, used.file_bytes / 1_000_000),
                mebibytes(used.idle),
                mebibytes(used.peak),
                mebibytes(used.peak.saturating_sub(used.idle)),
                used.stored.to_string(),
                used.answers_503.to_string(),
                used.failures.values().sum::<u64>().to_string(),
                format!("{:.1}", used.seconds),
            ]
        }),
    )
}

/// What went wrong, in words; nothing when nothing did.
fn failures(report: &Report<'_>) -> Option<String> {
    let loads = report.loads.iter().map(|load| (load.target, load.scenario.name(), &load.failures));
    let memory = report.memory.iter().map(|used| (used.target, "uploads at once", &used.failures));
    let lines: Vec<_> = loads
        .chain(memory)
        .filter(|(_, _, failures)| !failures.is_empty())
        .map(|(target, what, failures)| format!("{}: {what}: {}", target.name(), counted(failures)))
        .collect();
    (!lines.is_empty()).then(|| format!("Failed:\n{}", lines.join("\n")))
}

fn counted(failures: &Failures) -> String {
    let failures = failures.iter().map(|(failure, count)| format!("{count} × {failure}"));
    failures.collect::<Vec<_>>().join(", ")
}

/// Under what conditions the numbers hold.
fn conditions(report: &Report<'_>) -> String {
    let (options, machine) = (report.options, report.machine.line());
    if report.loads.is_empty() {
        return format!("Measured on {machine}.");
    }
    let rounds = report.loads.iter().flat_map(|load| &load.rounds);
    let others = Spread::of(rounds.map(|round| round.others));
    format!(
        "CPU is that of a request. Median (smallest..largest) of {} rounds of {} s, targets in turn, {} requests in flight.\n\
         S3 (in memory, plain HTTP) waits {} ms before each answer. It, the sender and the target share\n\
         {machine}; everything else took {:.1} ({:.1}..{:.1}) cores.",
        options.rounds,
        options.seconds,
        options.connections,
        options.s3_latency,
        others.median,
        others.min,
        others.max,
    )
}

/// Columns; numbers stand at the right of theirs.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|cell| (*cell).to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let column = |place: usize| rows.iter().map(move |row| row[place].as_str());
    let columns: Vec<(usize, bool)> = (0..rows[0].len())
        .map(|place| {
            let width = column(place).map(measure_text_width).max().unwrap_or(0);
            let is_number = |cell: &str| cell.is_empty() || cell.starts_with(|c: char| c.is_ascii_digit());
            (width, column(place).skip(1).all(is_number))
        })
        .collect();
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(&columns).map(|(cell, (width, right))| {
            let space = " ".repeat(width - measure_text_width(cell));
            if *right { space + cell } else { cell.clone() + &space }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_right_and_words_left() {
        let rows = [["page", "9.5"], ["upload", "12.0"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(
            table(&["request", "ms"], rows.into_iter()),
            "request    ms\npage      9.5\nupload   12.0"
        );
    }
}
