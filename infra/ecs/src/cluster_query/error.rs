//! What is wrong with an expression, and where.

use std::fmt;

/// The parser calls itself for every group in a group, so an endless row of parentheses must end before the
/// stack does.
pub(super) const MAX_DEPTH: usize = 64;

/// Why a text is no expression of the cluster query language, and the column where that shows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at column {position}: expected {expected}, found {found}")]
pub struct ExpressionError {
    position: usize,
    expected: Expected,
    found: Found,
}

/// What would be valid at that column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// What to compare.
    Subject,
    /// The name after `attribute:`.
    AttributeName,
    /// How to compare it.
    Operator,
    /// What to compare it with.
    Value,
    /// The values for `in` and `!in`.
    List,
    /// More values, or the end of the list.
    ListEnd,
    /// The quote that closes a value, and the column of the one that opens it.
    Quote(char, usize),
    /// The bracket that closes one in a value without quotes.
    Bracket(char),
    /// Another comparison, or the end.
    Connective,
    /// Another comparison, or the end of the group.
    GroupEnd,
    /// Fewer groups within groups.
    LessNesting,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Text(String),
    End,
}

/// More of the text than this says nothing more.
const FOUND_CHARACTERS: usize = 40;

impl ExpressionError {
    /// An empty `found` is the end of the expression.
    pub(super) fn new(position: usize, expected: Expected, found: &str) -> Self {
        let found = if found.is_empty() { Found::End } else { Found::Text(printable(found)) };
        Self { position, expected, found }
    }

    /// The column where the text stops being an expression, in characters, the first being 1.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What would be valid there.
    pub fn expected(&self) -> Expected {
        self.expected
    }

    /// The text, and below it a caret under the column.
    pub fn pointer(&self, text: &str) -> String {
        format!("{}\n{}^", printable(text), " ".repeat(self.position - 1))
    }
}

/// Line ends, tabs and escape sequences as spaces, so that the text stays one line and its columns stay.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subject => formatter.write_str(
                "a subject (attribute:NAME, task:group, agentConnected, agentVersion, ec2InstanceId, \
                 registeredAt or runningTasksCount)",
            ),
            Self::AttributeName => {
                formatter.write_str(r"the name of an attribute (letters, digits and - _ . / \)")
            }
            Self::Operator => {
                formatter.write_str("an operator (==, !=, >, >=, <, <=, =~, !~, in, !in, exists or !exists)")
            }
            Self::Value => formatter.write_str("a value"),
            Self::List => formatter.write_str("a list like [a, b]"),
            Self::ListEnd => formatter.write_str("`,` or `]`"),
            Self::Quote(quote, column) => write!(formatter, "`{quote}` to close the one at column {column}"),
            Self::Bracket(bracket) => {
                write!(formatter, "`{bracket}` to complete the value (one with spaces needs quotes)")
            }
            Self::Connective => formatter.write_str("`and`, `or` or the end of the expression"),
            Self::GroupEnd => formatter.write_str("`and`, `or` or `)`"),
            Self::LessNesting => write!(formatter, "at most {MAX_DEPTH} levels of parentheses and `not`"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => formatter.write_str("end of expression"),
            Self::Text(text) if text.chars().count() > FOUND_CHARACTERS => {
                let start: String = text.chars().take(FOUND_CHARACTERS).collect();
                write!(formatter, "`{start}…`")
            }
            Self::Text(text) => write!(formatter, "`{text}`"),
        }
    }
}
