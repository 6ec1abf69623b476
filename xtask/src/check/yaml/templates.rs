//! A template's marks within YAML, which would mean something else there: `{{ x }}` is a map, `%X%` a directive.

use super::super::relaxed::Remark;

/// Characters for private use, around a number: a plain text of YAML.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A text whose marks are hidden.
pub struct Templates {
    text: String,
    hidden: Vec<String>,
    first: Option<usize>,
}

impl Templates {
    /// Hides expressions behind texts of one word, and leaves control blocks out.
    pub fn hide(text: &str) -> Self {
        let mut templates = Self { text: String::with_capacity(text.len()), hidden: Vec::new(), first: None };
        for (index, line) in text.split_inclusive('\n').enumerate() {
            if templates.line(line) {
                templates.first.get_or_insert(index + 1);
            }
        }
        templates
    }

    fn line(&mut self, line: &str) -> bool {
        let (mut rest, mut found) = (line, false);
        while let Some((start, end, is_block)) = next_mark(rest) {
            found = true;
            self.text.push_str(&rest[..start]);
            if !is_block {
                self.text.push_str(&format!("{OPEN}{}{CLOSE}", self.hidden.len()));
                self.hidden.push(rest[start..end].to_owned());
            }
            rest = &rest[end..];
        }
        self.text.push_str(rest);
        found
    }

    /// The text to be parsed, with as many lines.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a text of the document was.
    pub fn restore(&self, text: &str) -> String {
        let mut restored = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(OPEN) {
            restored.push_str(before);
            let Some((number, after)) = behind.split_once(CLOSE) else { break };
            let hidden = number.parse::<usize>().ok().and_then(|number| self.hidden.get(number));
            restored.push_str(hidden.map_or(number, String::as_str));
            rest = after;
        }
        restored + rest
    }

    /// That there are marks.
    pub fn remarks(&self) -> Option<Remark> {
        self.first.map(|line| Remark { line, what: "a template's marks" })
    }
}

/// Where the next mark begins and ends in a line, and whether it is a control block.
fn next_mark(line: &str) -> Option<(usize, usize, bool)> {
    let marks = [("{{", "}}", false), ("{%", "%}", true), ("{#", "#}", true), ("<%", "%>", false)];
    let found = marks.iter().filter_map(|(open, close, is_block)| {
        let start = line.find(open)?;
        let end = start + open.len() + line[start + open.len()..].find(close)? + close.len();
        Some((start, end, *is_block))
    });
    found.chain(fence(line)).min_by_key(|(start, ..)| *start)
}

/// `%NAME%` or `@NAME@` at the beginning of a value, where YAML has no such characters.
fn fence(line: &str) -> Option<(usize, usize, bool)> {
    let start = [": %", ": @", "- %", "- @"].iter().filter_map(|begin| line.find(begin)).min()? + 2;
    let mark = line[start..].chars().next()?;
    let inner = line[start + 1..].split_once(mark).map(|(inner, _)| inner)?;
    let is_name = !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((start, start + inner.len() + 2, false))
}
