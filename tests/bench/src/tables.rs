//! The report as tables, aligned for a terminal or in Markdown.

use console::measure_text_width;

use crate::client::Failures;
use crate::report::{Load, Report, median};
use crate::scenario::Target;

/// For which of the numbers of connections the CPU's use is shown.
const SHOWN_CPU_CONNECTIONS: usize = 16;

/// A table of texts.
pub struct Table {
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// One with a first line.
    pub fn new(head: &[&'static str], rows: impl Iterator<Item = Vec<String>>) -> Self {
        Self { head: head.to_vec(), rows: rows.collect() }
    }

    /// For a terminal: numbers stand at the right of their columns.
    pub fn text(&self) -> String {
        let widths = self.widths();
        let lines = std::iter::once(self.head.iter().map(|cell| (*cell).to_owned()).collect())
            .chain(self.rows.clone());
        let lines = lines.map(|row: Vec<String>| {
            let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
                let space = " ".repeat(width - measure_text_width(cell));
                if self.is_numeric(column) { space + cell } else { cell.clone() + &space }
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// For a page of the documentation.
    pub fn markdown(&self) -> String {
        let row = |cells: Vec<&str>| format!("| {} |", cells.join(" | "));
        let rules = (0..self.head.len()).map(|column| if self.is_numeric(column) { "---:" } else { "---" });
        let rows = self.rows.iter().map(|cells| row(cells.iter().map(String::as_str).collect()));
        [row(self.head.clone()), row(rules.collect())].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
    }

    fn widths(&self) -> Vec<usize> {
        let width = |column: usize| {
            let cells = self.rows.iter().map(|row| measure_text_width(&row[column]));
            cells.chain([measure_text_width(self.head[column])]).max().unwrap_or(0)
        };
        (0..self.head.len()).map(width).collect()
    }

    fn is_numeric(&self, column: usize) -> bool {
        self.rows
            .iter()
            .all(|row| row[column].is_empty() || row[column].starts_with(|c: char| c.is_ascii_digit()))
    }
}

/// Everything, for a terminal.
pub fn text(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.loads.is_empty() {
        parts.extend([loads(report).text(), cpu(report).text()]);
    }
    parts.push(images(report).text());
    if !report.memory.is_empty() {
        parts.push(memory(report).text());
    }
    parts.extend(failures(report));
    parts.push(conditions(report));
    parts.push(format!("Again: {}", report.command));
    parts.join("\n\n")
}

/// Image sizes and start times.
pub fn images(report: &Report) -> Table {
    Table::new(
        &["app", "image MB", "docker start to healthy, ms", "of it the app, ms"],
        report.images.iter().map(|facts| {
            let shown =
                |times: &[f64]| median(times).map(|median| format!("{median:.0}")).unwrap_or_default();
            vec![
                facts.target.name().to_owned(),
                format!("{:.1}", facts.bytes as f64 / 1e6),
                shown(&facts.start_ms),
                shown(&facts.own_start_ms),
            ]
        }),
    )
}

/// Memory for large uploads.
pub fn memory(report: &Report) -> Table {
    Table::new(
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
            // The kernel's own record, where there is one, misses nothing between two samples.
            let peak = used.peak.max(used.peak_resident.unwrap_or(0));
            vec![
                used.target.name().to_owned(),
                format!("{} × {} MB", used.uploads, used.file_bytes / 1_000_000),
                mebibytes(used.idle),
                mebibytes(peak),
                mebibytes(peak.saturating_sub(used.idle)),
                used.stored.to_string(),
                used.answers_503.to_string(),
                used.failures.values().sum::<u64>().to_string(),
                format!("{:.1}", used.seconds),
            ]
        }),
    )
}

/// How this load compares with the same one on S3 alone.
pub fn part_of_s3(report: &Report, load: &Load) -> Option<f64> {
    let alone = report.loads.iter().find(|other| {
        (other.scenario, other.connections, other.target) == (load.scenario, load.connections, Target::S3)
    })?;
    Some(100.0 * load.per_second / alone.per_second)
}

/// Under what conditions the numbers hold.
pub fn conditions(report: &Report) -> String {
    let machine = report.machine.line();
    let Some(others) = median(&report.loads.iter().map(|load| load.cores.others).collect::<Vec<_>>()) else {
        return format!("Measured on {machine}.");
    };
    let latency = match report.s3_latency_ms {
        0 => String::new(),
        milliseconds => format!(" that waits {milliseconds} ms before each answer"),
    };
    format!(
        "Each line of requests is {} seconds of requests back to back ({} for S3 alone), after a warm-up. The app, S3 (in \
         memory, plain HTTP{latency}) and the sender share {machine}; everything else on it took {others:.1} of them, as a \
         median.",
        report.seconds,
        report.seconds / 2.0,
    )
}

fn loads(report: &Report) -> Table {
    Table::new(
        &[
            "request",
            "connections",
            "from",
            "a second",
            "MB/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "failed",
            "% of s3",
            "others' cores",
        ],
        report.loads.iter().map(|load| {
            let part = part_of_s3(report, load).map(|part| format!("{part:.0}"));
            vec![
                load.scenario.name().to_owned(),
                load.connections.to_string(),
                load.target.name().to_owned(),
                format!("{:.0}", load.per_second),
                format!("{:.1}", load.megabytes_per_second),
                format!("{:.2}", load.p50_ms),
                format!("{:.2}", load.p99_ms),
                format!("{:.1}", load.max_ms),
                load.failed().to_string(),
                part.unwrap_or_default(),
                format!("{:.1}", load.cores.others),
            ]
        }),
    )
}

/// Where the CPU time goes.
pub fn cpu(report: &Report) -> Table {
    let loads = report.loads.iter().filter(|load| load.connections == SHOWN_CPU_CONNECTIONS);
    Table::new(
        &[
            "cores used, 16 connections",
            "from",
            "app",
            "S3",
            "sender",
            "others",
            "app ms each",
            "S3 calls each",
        ],
        loads.map(|load| {
            let cores = [load.cores.app, load.cores.s3, load.cores.sender, load.cores.others];
            let calls = load.s3_calls.iter().map(|(name, calls)| format!("{calls:.2} {name}"));
            let each = 1000.0 * load.cores.app / load.per_second.max(f64::MIN_POSITIVE);
            let mut row = vec![load.scenario.name().to_owned(), load.target.name().to_owned()];
            row.extend(cores.map(|cores| format!("{cores:.2}")));
            row.extend([format!("{each:.2}"), calls.collect::<Vec<_>>().join(", ")]);
            row
        }),
    )
}

/// What went wrong, in words; nothing when nothing did.
fn failures(report: &Report) -> Option<String> {
    let list = |what: String, failures: &Failures| {
        let failures = failures.iter().map(|(failure, count)| format!("{count} × {failure}"));
        format!("{what}: {}", failures.collect::<Vec<_>>().join(", "))
    };
    let loads = report.loads.iter().filter(|load| !load.failures.is_empty()).map(|load| {
        let Load { scenario, connections, target, .. } = load;
        list(format!("{}, {connections} connections, {}", scenario.name(), target.name()), &load.failures)
    });
    let memory = report.memory.iter().filter(|used| !used.failures.is_empty()).map(|used| {
        list(format!("{} MB uploads, {}", used.file_bytes / 1_000_000, used.target.name()), &used.failures)
    });
    let lines: Vec<_> = loads.chain(memory).collect();
    (!lines.is_empty()).then(|| format!("Failed:\n{}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let rows = [["page", "9.5"], ["upload", "12.0"]];
        Table::new(&["request", "ms"], rows.into_iter().map(|row| row.map(str::to_owned).to_vec()))
    }

    #[test]
    fn numbers_stand_right_and_words_left() {
        assert_eq!(table().text(), "request    ms\npage      9.5\nupload   12.0");
    }

    #[test]
    fn markdown_aligns_numbers() {
        let lines = ["| request | ms |", "| --- | ---: |", "| page | 9.5 |", "| upload | 12.0 |"];
        assert_eq!(table().markdown(), lines.join("\n"));
    }
}
