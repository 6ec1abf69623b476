//! What a command says: its result on standard output, all else on standard error. Either may be a pipe whose reader has gone.

use anyhow::Context;
use console::Term;
use std::fmt::Display;
use std::io::{ErrorKind, Write};
use textwrap::{Options, WordSeparator, WordSplitter};

/// Prints text and the end of its line. That nobody reads it any more, as with `| head`, does not make a failure of what is done
/// by then.
///
/// # Errors
/// When it can't be written for another reason, such as a full disk.
pub fn print(text: impl Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to standard output")
        }
        _ => Ok(()),
    }
}

/// As `eprintln!`, which panics where standard error is a pipe whose reader has gone. What is said there is lost then, and the
/// work that it reports goes on. On a terminal no word is broken at the end of a line.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {
        $crate::say_text(&::std::format!($($text)*))
    };
}

/// What [`say!`](crate::say) does.
pub fn say_text(text: &str) {
    let terminal = Term::stderr();
    let text = if terminal.is_term() { wrapped(text, terminal.size().1.into()) } else { text.to_owned() };
    writeln!(std::io::stderr(), "{text}").ok();
}

/// A text in lines of at most so many columns, but for words that are longer, such as ARNs. What goes on in another line is
/// indented by two more.
pub fn wrapped(text: &str, columns: usize) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len() + 2;
    let lines = text.lines().map(|line| folded(line, columns, indent(line)));
    lines.collect::<Vec<_>>().join("\n")
}

/// A line in lines of at most so many columns, but for words that are longer; those after the first are indented by so many.
pub fn folded(line: &str, columns: usize, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let options = Options::new(columns).subsequent_indent(&indent).break_words(false);
    let options = options.word_separator(WordSeparator::AsciiSpace);
    textwrap::fill(line, options.word_splitter(WordSplitter::NoHyphenation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_below_its_beginning_and_its_words_stay_whole() {
        let arn = "x".repeat(30);
        for (text, lines) in [
            ("short", "short".to_owned()),
            (
                "  \u{1b}[31mone\u{1b}[0m two three four",
                "  \u{1b}[31mone\u{1b}[0m two three\n    four".to_owned(),
            ),
            (&format!("at {arn} end"), format!("at\n  {arn}\n  end")),
            ("one\n  two", "one\n  two".to_owned()),
            ("", String::new()),
        ] {
            assert_eq!(wrapped(text, 16), lines);
        }
    }
}
