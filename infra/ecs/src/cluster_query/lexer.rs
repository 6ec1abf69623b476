//! Reading the text: what is next, and what a value is.
//!
//! What a character means depends on where it stands: `in` is an operator after a subject but a value after
//! `==`, and `(p2|g4).*` is one value. So the parser asks for what may come next, rather than for a list of
//! tokens.

use super::error::{Expected, ExpressionError};

/// A place in the text. The rest never begins with white space.
pub(super) struct Cursor<'text> {
    text: &'text str,
    rest: &'text str,
}

/// AWS allows letters, digits, hyphens, underscores, periods and both slashes. Only task groups have colons.
pub(super) fn is_attribute_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|character| is_name(character) && character != ':')
}

/// A value as it is written: alone where it reads back as itself, else in quotes.
pub(super) fn quoted_if_needed(value: &str, in_list: bool) -> String {
    // Whatever follows a value must not become part of it: `a\` would swallow the parenthesis.
    let followed = format!("{value}{}", if in_list { ']' } else { ')' });
    if Cursor::new(&followed).value(in_list).is_ok_and(|read| read == value) {
        return value.to_owned();
    }
    if value.contains('\'') && !value.contains('"') {
        return format!("\"{value}\"");
    }
    format!("'{}'", value.replace('\'', "''"))
}

impl<'text> Cursor<'text> {
    pub fn new(text: &'text str) -> Self {
        Self { text, rest: text.trim_start() }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is wrong here.
    pub fn error(&self, expected: Expected) -> ExpressionError {
        ExpressionError::new(self.column(), expected, self.token())
    }

    /// The next name, operator or sign; empty at the end.
    pub fn token(&self) -> &'text str {
        let name = run(self.rest, is_name);
        let signs = run(self.rest, |character| "=!<>~".contains(character));
        let length = match (name, signs) {
            // `!in` and `!exists` are operators of their own.
            (0, 1) if self.rest.starts_with('!') => 1 + run(&self.rest[1..], is_name),
            (0, 0) => self.rest.chars().next().map_or(0, char::len_utf8),
            (name, signs) => name.max(signs),
        };
        &self.rest[..length]
    }

    /// Whether this sign is next.
    pub fn is_at(&self, sign: char) -> bool {
        self.rest.starts_with(sign)
    }

    /// Whether this word is next, in whatever case.
    pub fn is_at_word(&self, word: &str) -> bool {
        self.token().eq_ignore_ascii_case(word)
    }

    /// Passes these signs, if they are next.
    pub fn eat(&mut self, signs: &str) -> bool {
        let found = self.rest.starts_with(signs);
        if found {
            self.pass(signs.len());
        }
        found
    }

    /// Passes this word, if it is next.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_at_word(word);
        if found {
            self.pass(word.len());
        }
        found
    }

    /// Passes this many bytes of what was looked at, and the white space that follows.
    pub fn pass(&mut self, length: usize) {
        self.rest = self.rest[length..].trim_start();
    }

    /// The value that is next: in quotes, or up to a space or whatever else ends it.
    pub fn value(&mut self, in_list: bool) -> Result<String, ExpressionError> {
        match self.rest.chars().next() {
            Some(quote @ ('\'' | '"')) => self.quoted(quote),
            _ => self.bare(in_list),
        }
    }

    /// A quote within quotes is written twice.
    fn quoted(&mut self, quote: char) -> Result<String, ExpressionError> {
        let opened = self.column();
        let mut value = String::new();
        let mut rest = &self.rest[quote.len_utf8()..];
        while let Some((part, after)) = rest.split_once(quote) {
            value.push_str(part);
            let Some(after_second) = after.strip_prefix(quote) else {
                self.rest = after.trim_start();
                return Ok(value);
            };
            value.push(quote);
            rest = after_second;
        }
        self.rest = "";
        Err(self.error(Expected::Quote(quote, opened)))
    }

    fn bare(&mut self, in_list: bool) -> Result<String, ExpressionError> {
        let (length, missing) = bare_length(self.rest, in_list);
        let value = &self.rest[..length];
        // These are missing values and mistyped operators, not values: `stack == and …`, `stack == = prod`.
        let is_connective = !in_list && matches!(value, "and" | "or");
        if value.is_empty() || is_connective || value.starts_with(['=', '!', '<', '>', '~']) {
            return Err(self.error(Expected::Value));
        }
        self.pass(length);
        match missing {
            Some(bracket) => Err(self.error(Expected::Bracket(bracket))),
            None => Ok(value.to_owned()),
        }
    }

    fn column(&self) -> usize {
        let passed = self.text.len() - self.rest.len();
        self.text[..passed].chars().count() + 1
    }
}

/// How far a value without quotes goes, and the bracket that it leaves open.
///
/// Brackets belong to a value where they pair, as in `(p[2,3]|g4).*`: patterns are Java regular expressions.
fn bare_length(text: &str, in_list: bool) -> (usize, Option<char>) {
    let mut open = Vec::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let ends = match character {
            '\\' => {
                characters.next_if(|(_, escaped)| r"()[]\".contains(*escaped));
                false
            }
            // A parenthesis in a class like `[(]` is only a character.
            '(' if open.last() != Some(&']') => {
                open.push(')');
                false
            }
            '[' => {
                open.push(']');
                false
            }
            ')' | ']' if open.last() == Some(&character) => {
                open.pop();
                false
            }
            ')' | ']' => open.is_empty(),
            ',' => in_list && open.is_empty(),
            '&' | '|' => open.is_empty() && text[at + 1..].starts_with(character),
            _ => character.is_whitespace(),
        };
        if ends {
            return (at, open.pop());
        }
    }
    (text.len(), open.pop())
}

fn run(text: &str, belongs: fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || r"-_./\:".contains(character)
}
