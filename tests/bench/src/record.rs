//! The part of docs/benchmarks.md that holds the last run with a latency of S3.

use std::path::Path;

use anyhow::Context;

use crate::report::Report;
use crate::tables;

/// Replaces what stands between the marks for the run's latency.
pub fn write(report: &Report<'_>) -> anyhow::Result<()> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benchmarks.md");
    let text = std::fs::read_to_string(&file).context("cannot read docs/benchmarks.md")?;
    let text = replaced(&text, report.options.s3_latency, &tables::text(report))?;
    std::fs::write(&file, text).context("cannot write docs/benchmarks.md")
}

fn replaced(text: &str, latency: u64, tables: &str) -> anyhow::Result<String> {
    let beginning = format!("<!-- bench, S3 at {latency} ms -->");
    let end = "<!-- /bench -->";
    let parts =
        text.split_once(&beginning).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) =
        parts.with_context(|| format!("docs/benchmarks.md has no {beginning} with {end} behind it"))?;
    Ok(format!("{before}{beginning}\n```text\n{tables}\n```\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_of_the_latency_changes() {
        let text = "# Title\n\n<!-- bench, S3 at 0 ms -->\nold\n<!-- /bench -->\n<!-- bench, S3 at 25 ms -->\nx\n<!-- /bench -->\n";
        let new = replaced(text, 0, "new").unwrap();
        assert_eq!(new, text.replace("old", "```text\nnew\n```"));
        assert_eq!(replaced(&new, 0, "new").unwrap(), new);
    }

    #[test]
    fn a_missing_mark_is_named() {
        for text in ["# Title", "<!-- bench, S3 at 5 ms -->"] {
            assert!(replaced(text, 5, "new").unwrap_err().to_string().contains("S3 at 5 ms"));
        }
    }
}
