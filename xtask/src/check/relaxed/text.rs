//! Texts in quotes, and what stands between values: white space, comments, a template's control blocks.

use super::{Parser, Torn};

/// A template's expressions, within which quotes do not end a text.
const EXPRESSIONS: [(&str, &str); 3] = [("{{", "}}"), ("${", "}"), ("<%", "%>")];
/// A template's blocks that put nothing there themselves.
const BLOCKS: [(&str, &str); 4] = [("{%", "%}"), ("{#", "#}"), ("%{", "}"), ("<%", "%>")];
/// How a block begins that Go's and other templates write like an expression.
const CONTROL: [&str; 13] =
    ["if ", "else", "end", "range ", "with ", "define ", "template ", "block ", "for ", "/", "#", "^", "!"];
const CONTROLS: &str =
    "a template's control blocks: what stands within them is read as if all of it were there";

impl Parser<'_> {
    /// Skips what stands between values; says whether a template's block was there.
    pub(super) fn space(&mut self) -> bool {
        let mut control = false;
        loop {
            let rest = self.rest();
            let blank = rest.len() - rest.trim_start().len();
            if blank > 0 {
                self.at += blank;
            } else if !self.relaxed {
                return control;
            } else if let Some(length) = comment(rest) {
                self.remark("comments");
                self.at += length;
            } else if let Some(length) = block(rest) {
                self.remark(CONTROLS);
                self.blocks = match step(&rest[..length]) {
                    Step::Opens => self.blocks + 1,
                    Step::Closes => self.blocks.saturating_sub(1),
                    Step::Stays => self.blocks,
                };
                self.at += length;
                control = true;
            } else {
                return control;
            }
        }
    }

    /// Reads a text, which begins here with its quote.
    pub(super) fn string(&mut self) -> Result<String, Torn> {
        let begins = self.line();
        let quote = self.bump().unwrap_or('"');
        if quote == '\'' {
            self.remark("single quotes");
        }
        let mut text = String::new();
        loop {
            if let Some(expression) = self.expression(quote) {
                text.push_str(expression);
                self.at += expression.len();
                continue;
            }
            match self.bump() {
                None => return Err(Torn { line: begins, problem: "a text without an end".to_owned() }),
                Some(c) if c == quote => return Ok(text),
                Some('\\') => self.escape(&mut text),
                Some('\n') => {
                    self.remark("a line break within a text");
                    text.push('\n');
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// A template's expression that has quotes of its own.
    fn expression(&self, quote: char) -> Option<&str> {
        let rest = self.rest();
        let (open, close) = EXPRESSIONS.iter().find(|(open, _)| self.relaxed && rest.starts_with(open))?;
        let line = rest.lines().next().unwrap_or_default();
        let end = open.len() + line[open.len()..].find(close)? + close.len();
        let expression = &line[..end];
        let mut parts = expression.split(quote).skip(1);
        // Pairs of quotes: else the text ends before the closing mark, as it does where a member's name has ended.
        let quotes = expression.matches(quote).count();
        let is_name = parts.any(|part| part.trim_start().starts_with(':'));
        (quotes > 0 && quotes.is_multiple_of(2) && !is_name).then_some(expression)
    }

    fn escape(&mut self, text: &mut String) {
        match self.bump() {
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('u') => {
                let unit = self.unit();
                let low = if (0xd800..0xdc00).contains(&unit) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    Some(self.unit())
                } else {
                    None
                };
                text.extend(
                    char::decode_utf16([unit].into_iter().chain(low)).map(|c| c.unwrap_or('\u{fffd}')),
                );
            }
            Some(c @ ('"' | '\\' | '/' | '\'')) => text.push(c),
            Some(c) => {
                self.remark("a backslash that means nothing in JSON");
                text.extend(['\\', c]);
            }
            None => {}
        }
    }

    fn unit(&mut self) -> u16 {
        let digits = self.rest().get(..4).unwrap_or_default();
        let unit = u16::from_str_radix(digits, 16);
        self.at += unit.as_ref().map_or(0, |_| digits.len());
        unit.unwrap_or(0xfffd)
    }
}

/// How long the comment is that begins here.
fn comment(rest: &str) -> Option<usize> {
    let to_the_end_of_the_line = || rest.find('\n').unwrap_or(rest.len());
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let is_line = rest.starts_with("//") || (rest.starts_with('#') && !rest.starts_with("#{"));
    is_line.then(to_the_end_of_the_line)
}

/// How long the control block is that begins here.
fn block(rest: &str) -> Option<usize> {
    if let Some(inner) = rest.strip_prefix("{{") {
        let words = inner.trim_start_matches(['-', '~']).trim_start();
        let expression = words.split("}}").next().unwrap_or_default();
        let is_control = CONTROL.iter().any(|word| words.starts_with(word)) || expression.contains(":=");
        return rest.find("}}").filter(|_| is_control).map(|end| end + 2);
    }
    let (_, close) = BLOCKS.iter().find(|(open, _)| rest.starts_with(open) && !rest.starts_with("<%="))?;
    rest.find(close).map(|end| end + close.len())
}

/// What a control block does to the depth.
enum Step {
    Opens,
    Closes,
    Stays,
}

fn step(block: &str) -> Step {
    let inner = block.trim_start_matches(['{', '%', '<', '-', '~', ' ', '\n', '\t']);
    let opens = ["if", "for", "range", "with", "unless", "block", "define", "#", "^"];
    if block.starts_with("{#") {
        Step::Stays
    } else if inner.starts_with("end") || inner.starts_with('/') {
        Step::Closes
    } else if opens.iter().any(|word| inner.starts_with(word)) {
        Step::Opens
    } else {
        Step::Stays
    }
}
