//! The part of docs/benchmarks.md that holds the last full run.

use std::path::Path;

use anyhow::{Context, bail};

use crate::report::{Load, Report};
use crate::scenario::{CONNECTIONS, Scenario, Target};
use crate::tables::{self, Table};

const BEGINNING: &str = "<!-- bench -->";
const END: &str = "<!-- /bench -->";

/// Replaces what stands between the marks.
pub fn write(report: &Report) -> anyhow::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benchmarks.md");
    let text = std::fs::read_to_string(&file).context("cannot read docs/benchmarks.md")?;
    let text = replaced(&text, &section(report))?;
    std::fs::write(&file, text).context("cannot write docs/benchmarks.md")
}

fn section(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.loads.is_empty() {
        parts.push(loads(report).markdown());
        parts.push(tables::cpu(report).markdown());
    }
    parts.push(tables::images(report).markdown());
    if !report.memory.is_empty() {
        parts.push(tables::memory(report).markdown());
    }
    parts.push(tables::conditions(report));
    parts.push(format!("Again: `{}`", report.command));
    parts.join("\n\n")
}

/// One line for each request and number of connections, the targets side by side.
fn loads(report: &Report) -> Table {
    let combinations =
        Scenario::ALL.into_iter().flat_map(|scenario| CONNECTIONS.map(|count| (scenario, count)));
    let rows = combinations.filter_map(|(scenario, connections)| {
        let cells = Target::ALL.map(|target| {
            let mut loads = report.loads.iter();
            loads.find(|load| {
                (load.scenario, load.connections, load.target) == (scenario, connections, target)
            })
        });
        // Without the Rust app's number this was not measured.
        cells[0]?;
        let first = [scenario.name().to_owned(), connections.to_string()];
        Some(
            first
                .into_iter()
                .chain(cells.map(|load| load.map(|load| cell(report, load)).unwrap_or_default()))
                .collect(),
        )
    });
    Table::new(&["requests a second", "connections", "Rust", "PHP", "S3 alone"], rows)
}

fn cell(report: &Report, load: &Load) -> String {
    let mut facts = vec![format!("p99 {:.1} ms", load.p99_ms)];
    if load.target != Target::S3 {
        facts.extend(tables::part_of_s3(report, load).map(|part| format!("{part:.0} % of S3 alone")));
    }
    if load.failed() > 0 {
        facts.push(format!("{} failed", load.failed()));
    }
    format!("{:.0} ({})", load.per_second, facts.join(", "))
}

fn replaced(text: &str, section: &str) -> anyhow::Result<String> {
    let Some((before, rest)) = text.split_once(BEGINNING) else {
        bail!("docs/benchmarks.md has no {BEGINNING}");
    };
    let Some((_, after)) = rest.split_once(END) else {
        bail!("docs/benchmarks.md has no {END} behind {BEGINNING}");
    };
    Ok(format!("{before}{BEGINNING}\n\n{section}\n\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let text = format!("# Title\n\n{BEGINNING}\nold\n{END}\n\nrest\n");
        let new = replaced(&text, "new").unwrap();
        assert_eq!(new, format!("# Title\n\n{BEGINNING}\n\nnew\n\n{END}\n\nrest\n"));
        assert_eq!(replaced(&new, "new").unwrap(), new);
    }

    #[test]
    fn a_missing_mark_is_named() {
        assert!(replaced("# Title", "new").unwrap_err().to_string().contains(BEGINNING));
        assert!(replaced(BEGINNING, "new").unwrap_err().to_string().contains(END));
    }
}
