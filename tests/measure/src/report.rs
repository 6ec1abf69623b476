//! The table that people read.

use crate::run::Measured;
use std::fmt::Write;

/// One line for each run. `graph` is the least that the graph alone takes; `+ look` the least with what every run does around
/// it: to look what is there, to take the lease and to give it back.
pub fn table(measured: &[Measured]) -> String {
    let mut text = format!(
        "{:<22}{:>6}{:>8}{:>13}{:>11}{:>9}{:>9}{:>7}{:>9}{:>7}{:>10}\n",
        "",
        "calls",
        "writes",
        "round trips",
        "in flight",
        "seconds",
        "graph",
        "ratio",
        "+ look",
        "ratio",
        "memory"
    );
    for run in measured {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<22}{:>6}{:>8}{:>13}{:>11}{:>9}{:>9}{:>7}{:>9}{:>7}{:>7} MB",
            run.name,
            run.calls,
            run.writes,
            run.round_trips,
            run.most_in_flight,
            seconds(run.milliseconds),
            seconds(run.bound_milliseconds),
            hundredths(run.milliseconds, run.bound_milliseconds),
            seconds(run.whole_bound_milliseconds),
            hundredths(run.milliseconds, run.whole_bound_milliseconds),
            run.peak_memory_kib.div_ceil(1024),
        );
    }
    text
}

fn seconds(milliseconds: u64) -> String {
    hundredths(milliseconds, 1000)
}

/// A quotient with two digits after the point.
fn hundredths(a: u64, b: u64) -> String {
    let all = a.saturating_mul(100).checked_div(b).unwrap_or_default();
    format!("{}.{:02}", all / 100, all % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_below_each_other() {
        let run = Measured {
            name: "first deploy",
            calls: 140,
            writes: 56,
            round_trips: 17,
            most_in_flight: 16,
            milliseconds: 4_321,
            bound_milliseconds: 4_000,
            whole_bound_milliseconds: 4_800,
            peak_memory_kib: 60_000,
        };
        let table = table(&[run]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0].len(), lines[1].len(), "{table}");
        assert!(lines[1].contains("4.32     4.00   1.08     4.80   0.90"), "{table}");
    }
}
