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

/// Between two columns.
pub const GAP: u16 = 2;

impl Column {
    /// What stands above it.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Number(heading) | Self::Text(heading) => heading,
        }
    }

    fn cell(self, text: impl ToString) -> Cell {
        match self {
            Self::Number(_) => Cell::new(text).set_alignment(CellAlignment::Right),
            Self::Text(_) => Cell::new(text),
        }
    }
}

impl Table {
    /// A table of these columns.
    pub fn new(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_preset(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(columns.iter().map(|column| column.cell(column.heading())));
        table.add_rows(rows.into_iter().map(|row| {
            let cells = row.into_iter().zip(columns).map(|(text, column)| column.cell(text));
            cells.collect::<Vec<_>>()
        }));
        for column in table.column_iter_mut() {
            column.set_padding((0, GAP));
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
        let rows = [["FARGATE", "4", "a"], ["SPOT", "10", "longer"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec());
        let columns = [Column::Text("provider"), Column::Number("tasks"), Column::Text("why")];
        let text = Table::new(&columns, rows).to_string();
        let text = console::strip_ansi_codes(&text).into_owned();
        assert_eq!(text, "provider  tasks  why\nFARGATE       4  a\nSPOT         10  longer");
    }
}
