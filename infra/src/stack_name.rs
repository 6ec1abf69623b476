//! The name of a stack.

use std::fmt;
use std::str::FromStr;

/// The stack that is meant when none is named.
pub const DEFAULT_STACK: &str = "cloudfolks";

/// The name of a stack: lower-case letters, digits and hyphens, beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackName(String);

/// A text that is not a valid stack name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a valid stack name: use lower-case letters, digits and single hyphens, beginning with a letter"
)]
pub struct StackNameError(String);

impl StackName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The default stack has the tutorial's own name for a thing, other stacks one with the stack's name in front.
    pub(crate) fn tutorial(&self, name: &str) -> String {
        if self.0 == DEFAULT_STACK { name.to_owned() } else { format!("{}-{name}", self.0) }
    }
}

impl FromStr for StackName {
    type Err = StackNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let characters = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase());
        if characters && begins && !text.ends_with('-') && !text.contains("--") {
            Ok(Self(text.to_owned()))
        } else {
            Err(StackNameError(text.to_owned()))
        }
    }
}

impl fmt::Display for StackName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
