//! What a terminal's screen shows after all that moves its cursor.

use std::fmt::Write;

use vt100::{Cell, Color, Parser};

use super::Size;

/// The screen's text.
pub fn plain(shown: &str, size: Size) -> String {
    parsed(shown, size).screen().contents()
}

/// The screen's text with its colours, without the empty rows below it.
pub fn coloured(shown: &str, size: Size) -> String {
    let parser = parsed(shown, size);
    let row = |row| {
        let cells = (0..size.columns).filter_map(|column| parser.screen().cell(row, column));
        let (mut text, mut last) = (String::new(), String::new());
        for cell in cells {
            let style = style(cell);
            if style != last {
                text.push_str("\x1b[0m");
                text.push_str(&style);
                last = style;
            }
            text.push_str(if cell.has_contents() { cell.contents() } else { " " });
        }
        text.truncate(text.trim_end().len());
        text + "\x1b[0m"
    };
    // Not by `contents`, which makes one line of those that were too long for a row.
    let is_empty =
        |row: &u16| parser.screen().contents_between(*row, 0, *row, size.columns).trim().is_empty();
    let last = (0..size.rows).rev().find(|row| !is_empty(row));
    let rows: Vec<_> = (0..last.map_or(0, |last| last + 1)).map(row).collect();
    rows.join("\n")
}

fn parsed(shown: &str, size: Size) -> Parser {
    let mut parser = Parser::new(size.rows, size.columns, 0);
    parser.process(shown.as_bytes());
    parser
}

/// The sequence that makes text look as a cell does.
fn style(cell: &Cell) -> String {
    let mut style = String::new();
    for (is_so, code) in [(cell.bold(), 1), (cell.dim(), 2), (cell.italic(), 3), (cell.underline(), 4)] {
        if is_so {
            write!(style, "\x1b[{code}m").ok();
        }
    }
    match cell.fgcolor() {
        Color::Default => {}
        Color::Idx(index) => write!(style, "\x1b[38;5;{index}m").unwrap_or_default(),
        Color::Rgb(red, green, blue) => write!(style, "\x1b[38;2;{red};{green};{blue}m").unwrap_or_default(),
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { rows: 4, columns: 10 };

    #[test]
    fn what_was_drawn_over_is_not_on_the_screen() {
        let shown = "one\r\n\x1b[32mtwo\x1b[0m x\r\x1b[1Asix\r\n";
        assert_eq!(plain(shown, SIZE), "six\ntwo x");
        assert_eq!(coloured("longer than a row", SIZE).lines().count(), 2);
        assert_eq!(coloured(shown, SIZE), "six\x1b[0m\n\x1b[0m\x1b[38;5;2mtwo\x1b[0m x\x1b[0m");
    }
}
