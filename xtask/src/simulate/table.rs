//! Aligned columns.

use std::fmt;

use console::{Alignment, measure_text_width, pad_str, style};

/// Rows under a header, which is bold where standard output is a terminal.
pub struct Table<const COLUMNS: usize> {
    columns: [Column; COLUMNS],
    rows: Vec<[String; COLUMNS]>,
}

/// A column's heading and kind: numbers are aligned to the right.
#[derive(Clone, Copy)]
pub enum Column {
    Number(&'static str),
    Text(&'static str),
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// A table of these columns.
    pub fn new(columns: [Column; COLUMNS], rows: impl IntoIterator<Item = [String; COLUMNS]>) -> Self {
        Self { columns, rows: rows.into_iter().collect() }
    }

    fn line(&self, cell: impl Fn(usize) -> String) -> String {
        let cells: Vec<_> = (0..COLUMNS).map(|index| self.padded(index, &cell(index))).collect();
        cells.join("  ").trim_end().to_owned()
    }

    fn padded(&self, index: usize, cell: &str) -> String {
        let cells = self.rows.iter().map(|row| row[index].as_str());
        let widths = cells.chain([self.columns[index].heading()]).map(measure_text_width);
        pad_str(cell, widths.max().unwrap_or_default(), self.columns[index].alignment(), None).into_owned()
    }
}

impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.line(|index| self.columns[index].heading().to_owned());
        write!(formatter, "{}", style(header).bold())?;
        for row in &self.rows {
            write!(formatter, "\n{}", self.line(|index| row[index].clone()))?;
        }
        Ok(())
    }
}

impl Column {
    fn heading(self) -> &'static str {
        match self {
            Self::Number(heading) | Self::Text(heading) => heading,
        }
    }

    fn alignment(self) -> Alignment {
        match self {
            Self::Number(_) => Alignment::Right,
            Self::Text(_) => Alignment::Left,
        }
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
