//! What stands without quotes: true, false, null, numbers, and a template's marks.

use serde_json::{Number, Value};

use super::{Parser, Torn};

pub const OUTSIDE: &str = "placeholders without quotes";
const MARKS: [(&str, &str); 5] = [("${", "}"), ("{{", "}}"), ("<%", "%>"), ("#{", "}"), ("<", ">")];

impl Parser<'_> {
    pub(super) fn word(&mut self) -> Result<Value, Torn> {
        let word = self.bare();
        match word.as_str() {
            "true" => return Ok(Value::Bool(true)),
            "false" => return Ok(Value::Bool(false)),
            "null" => return Ok(Value::Null),
            "" => return Err(self.torn(format!("{} where a value is expected", self.here()))),
            _ => {}
        }
        if let Ok(number) = serde_json::from_str::<Number>(&word) {
            return Ok(Value::Number(number));
        }
        let is_name = word.len() > 1
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if self.relaxed && (is_marked(&word) || is_name) {
            self.remark(OUTSIDE);
            return Ok(Value::String(if is_name { format!("<{word}>") } else { word }));
        }
        Err(self.torn(format!("`{word}` where a value is expected")))
    }

    /// Everything up to the next mark of JSON, or white space, that is not within a template's marks.
    pub(super) fn bare(&mut self) -> String {
        let start = self.at;
        loop {
            if let Some(length) = self.relaxed.then(|| marked(self.rest())).flatten() {
                self.at += length;
                continue;
            }
            // A block of Terraform's templates may follow at once.
            if self.relaxed && self.rest().starts_with("%{") {
                return self.text[start..self.at].to_owned();
            }
            match self.peek() {
                Some(c) if !c.is_whitespace() && !matches!(c, ',' | ':' | ']' | '}' | '{' | '[' | '"') => {
                    self.bump()
                }
                _ => return self.text[start..self.at].to_owned(),
            };
        }
    }
}

/// Whether a word has a template's marks.
pub fn is_marked(word: &str) -> bool {
    let fenced = |fence: char| word.len() > 2 && word.starts_with(fence) && word.ends_with(fence);
    let variable = word.starts_with('$') && word.len() > 1;
    variable
        || fenced('%')
        || fenced('@')
        || word.starts_with("__")
        || (0..word.len()).any(|at| word.get(at..).is_some_and(|rest| marked(rest).is_some()))
}

/// How long a template's expression is that begins here. Braces may stand within it.
fn marked(rest: &str) -> Option<usize> {
    let (open, close) = MARKS.iter().find(|(open, _)| rest.starts_with(open))?;
    if *open != "${" {
        let line = rest.lines().next().unwrap_or_default();
        return line[open.len()..].find(close).map(|end| open.len() + end + close.len());
    }
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return Some(at + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
