//! Aligned columns.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ContentArrangement};
use console::style;
use std::fmt;

/// Rows under a header, which is bold where standard output is a terminal.
pub struct Table(comfy_table::Table);

/// A column's heading and kind: numbers are aligned to the right.
#[derive(Clone, Copy)]
pub enum Column {
    Number(&'static str),
    Text(&'static str),
}

impl Table {
    /// A table of these columns.
    pub fn new<const COLUMNS: usize>(
        columns: [Column; COLUMNS],
        rows: impl IntoIterator<Item = [String; COLUMNS]>,
    ) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(columns.map(|column| match column {
            Column::Number(heading) => Cell::new(heading).set_alignment(CellAlignment::Right),
            Column::Text(heading) => Cell::new(heading),
        }));
        table.add_rows(rows.into_iter().map(|row| {
            let cells = row.into_iter().zip(columns);
            cells
                .map(|(cell, column)| match column {
                    Column::Number(_) => Cell::new(cell).set_alignment(CellAlignment::Right),
                    Column::Text(_) => Cell::new(cell),
                })
                .collect::<Vec<_>>()
        }));
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self(table)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.0.lines();
        let header = lines.next().unwrap_or_default();
        write!(formatter, "{}", style(header.trim_end()).bold())?;
        lines.try_for_each(|line| write!(formatter, "\n{}", line.trim_end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_lines_end_without_blanks() {
        let rows = [["FARGATE", "4", "a"], ["SPOT", "10", "longer"]].map(|row| row.map(str::to_owned));
        let table =
            Table::new([Column::Text("provider"), Column::Number("tasks"), Column::Text("why")], rows);
        let text = console::strip_ansi_codes(&table.to_string()).into_owned();
        assert_eq!(text, "provider  tasks  why\nFARGATE       4  a\nSPOT         10  longer");
    }
}
