//! JSON as people keep it: with comments, commas too many, and a template's marks where values will be put. What it finds
//! beside strict JSON is remarked, and each value's line is known.

mod text;
mod word;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// So much of a word is shown.
const LONGEST_WORD: usize = 40;
/// Deeper documents are none of ECS's.
const DEEPEST: usize = 100;

/// A document that was read.
#[derive(Debug, Default)]
pub struct Read {
    /// The document.
    pub json: Value,
    /// The line of each value, by the way to it.
    pub lines: BTreeMap<String, usize>,
    /// What strict JSON does not have.
    pub remarks: Vec<Remark>,
    /// Members that their objects have twice.
    pub twice: Vec<Twice>,
}

/// A member that its object has already: readers of JSON keep the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twice {
    /// The way to it.
    pub way: String,
    /// The line of the later one.
    pub line: usize,
}

/// Something that strict JSON does not have, where it stands first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The line.
    pub line: usize,
    /// What it is.
    pub what: &'static str,
}

/// A document that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct Torn {
    /// The line.
    pub line: usize,
    /// What is there.
    pub problem: String,
}

/// Reads a document.
///
/// # Errors
/// Where it is not even JSON with these freedoms.
pub fn read(text: &str) -> Result<Read, Torn> {
    Parser::new(text, true).document()
}

/// Reads strict JSON again, for what a value does not keep: its lines, and members given twice.
pub fn read_strict(text: &str) -> Read {
    Parser::new(text, false).document().unwrap_or_default()
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Whether anything may be there that strict JSON does not have.
    relaxed: bool,
    /// A place whose line is known.
    counted: (usize, usize),
    way: String,
    /// How many of a template's control blocks are open.
    blocks: usize,
    read: Read,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, relaxed: bool) -> Self {
        Self { text, at: 0, relaxed, counted: (0, 1), way: String::new(), blocks: 0, read: Read::default() }
    }

    fn document(mut self) -> Result<Read, Torn> {
        self.read.json = self.value(0)?;
        self.space();
        if self.peek().is_some() {
            let word: String =
                self.rest().chars().take_while(|c| !c.is_whitespace()).take(LONGEST_WORD).collect();
            return Err(self.torn(format!("`{word}` behind the end of the document")));
        }
        Ok(self.read)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Skips a character if it is the next one.
    fn take(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += if there { wanted.len_utf8() } else { 0 };
        there
    }

    fn line(&mut self) -> usize {
        let (from, line) = self.counted;
        let line = line + self.text[from..self.at].matches('\n').count();
        self.counted = (self.at, line);
        line
    }

    fn torn(&mut self, problem: impl Into<String>) -> Torn {
        Torn { line: self.line(), problem: problem.into() }
    }

    /// The next character in a message.
    fn here(&self) -> String {
        self.peek().map_or_else(|| "the end".to_owned(), |c| format!("`{c}`"))
    }

    fn remark(&mut self, what: &'static str) {
        let line = self.line();
        self.remark_at(line, what);
    }

    /// Only the first of its kind.
    fn remark_at(&mut self, line: usize, what: &'static str) {
        if self.read.remarks.iter().all(|remark| remark.what != what) {
            self.read.remarks.push(Remark { line, what });
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Torn> {
        self.space();
        let line = self.line();
        self.read.lines.insert(self.way.clone(), line);
        if depth > DEEPEST {
            return Err(self.torn("too many lists and objects within each other"));
        }
        match self.peek() {
            Some('{') if !self.rest().starts_with("{{") => self.object(depth),
            Some('[') => self.list(depth),
            Some('"' | '\'') => self.string().map(Value::String),
            Some(_) => self.word(),
            None => Err(self.torn("the end where a value is expected")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Torn> {
        self.bump();
        let mut members = Map::new();
        loop {
            self.commas('}');
            if self.take('}') {
                return Ok(Value::Object(members));
            }
            let name = match self.peek() {
                Some('"' | '\'') => self.string()?,
                _ => self.bare(),
            };
            self.space();
            if !self.take(':') {
                // A template puts whole members here.
                if word::is_marked(&name) && self.relaxed {
                    self.remark(word::OUTSIDE);
                    self.take(',');
                    continue;
                }
                return Err(self.torn(format!("{} where `:` is expected", self.here())));
            }
            let length = self.way.len();
            if length > 0 {
                self.way.push('.');
            }
            self.way.push_str(&name);
            // Both arms of a template's block are read.
            if members.contains_key(&name) && self.blocks == 0 {
                let line = self.line();
                self.read.twice.push(Twice { way: self.way.clone(), line });
            }
            let value = self.value(depth + 1)?;
            self.way.truncate(length);
            members.insert(name, value);
            self.end_of_item('}')?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Torn> {
        self.bump();
        let mut items = Vec::new();
        loop {
            self.commas(']');
            if self.take(']') {
                return Ok(Value::Array(items));
            }
            let length = self.way.len();
            self.way.push_str(&format!("[{}]", items.len()));
            let item = self.value(depth + 1)?;
            self.way.truncate(length);
            items.push(item);
            self.end_of_item(']')?;
        }
    }

    /// Skips commas that stand where an item or the end is expected. Within a template's block they may be an arm's.
    fn commas(&mut self, end: char) {
        let control = self.space();
        while self.relaxed && self.peek() == Some(',') {
            if !control && self.blocks == 0 {
                self.remark(if end == '}' {
                    "a comma too many in an object"
                } else {
                    "a comma too many in a list"
                });
            }
            self.bump();
            self.space();
        }
    }

    /// Skips what stands between items; the end is left there.
    fn end_of_item(&mut self, end: char) -> Result<(), Torn> {
        let control = self.space();
        if self.take(',') {
            let line = self.line();
            self.space();
            if self.peek() == Some(end) {
                self.remark_at(line, "a comma behind the last item");
            }
            return Ok(());
        }
        // What a template leaves out or repeats may end in a comma of its own.
        if self.peek() == Some(end) || control {
            return Ok(());
        }
        Err(self.torn(format!("{} where `,` or `{end}` is expected", self.here())))
    }
}

#[cfg(test)]
mod tests;
