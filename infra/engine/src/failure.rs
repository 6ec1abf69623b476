//! What can go wrong with a resource, said so that its reader knows what to do next.

use crate::id::ResourceId;
use std::error::Error;
use std::fmt;
use std::time::Duration;

/// So often a change is made whose answer is lost each time.
pub(crate) const MADE_AT_MOST: u32 = 4;
/// So often a resource is looked for that is there, as AWS says, and can't be read yet: 15 s.
pub(crate) const SOUGHT_AT_MOST: u32 = 6;
/// So long it is waited before the second time, and twice as long before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// Leaves a service that does not answer time to come back, when something was made so many times.
pub(crate) async fn wait_after(times: u32) {
    tokio::time::sleep(FIRST_WAIT * 2_u32.pow(times - 1)).await;
}

/// An error with its causes, in one line.
pub fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Why a resource could not be read or changed, with a hint on what to do where there is one.
///
/// `Display` does not repeat the source; whoever prints it walks the chain.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    message: String,
    hint: Option<String>,
    code: Option<String>,
    lost: bool,
    taken: bool,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    /// A failure without a cause of its own.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, code: None, lost: false, taken: false, source: None }
    }

    /// A failure that something else caused.
    pub fn caused_by(message: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..Self::new(message) }
    }

    /// The same failure with a word on what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same failure of a call whose answer did not arrive: it may have been processed or not.
    #[must_use]
    pub fn with_answer_lost(self) -> Self {
        Self { lost: true, ..self }
    }

    /// Whether the call may have been processed, as its answer did not arrive.
    pub fn answer_is_lost(&self) -> bool {
        self.lost
    }

    /// The same failure of a call that a service answered with this error code.
    #[must_use]
    pub fn with_code(self, code: &str) -> Self {
        Self { code: Some(code.to_owned()), ..self }
    }

    /// The error code that a service answered with.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The same failure of a creation, which was refused because there is such a resource already if it is one of these errors.
    #[must_use]
    pub(crate) fn with_name_taken_if(self, errors: &[&str]) -> Self {
        let taken = errors.iter().any(|error| is_error(error, self.code.as_deref(), Some(&self.message)));
        Self { taken, ..self }
    }

    /// Whether there is such a resource already.
    pub fn name_is_taken(&self) -> bool {
        self.taken
    }

    /// The same failure, after another one that led to it and comes first: it says more about the cause.
    #[must_use]
    pub fn after(self, first: &Self) -> Self {
        let message = format!("{}; then: {}", in_one_line(first), self.message);
        Self { message, hint: first.hint.clone().or(self.hint), ..self }
    }

    /// What to do next, if that is known.
    pub fn what_to_do(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// Whether a kind's word for an error is about this one: its code or, with a space in it, a part of its message.
pub fn is_error(word: &str, code: Option<&str>, message: Option<&str>) -> bool {
    if word.contains(' ') {
        message.is_some_and(|message| message.contains(word))
    } else {
        code == Some(word)
    }
}

/// One resource on which an action failed.
#[derive(Debug, thiserror::Error)]
#[error("{action} {id} ({name})")]
pub struct ResourceFailure {
    /// What was tried: `read`, `create`, `update`, `delete`.
    pub action: &'static str,
    /// The resource.
    pub id: ResourceId,
    /// Its physical name.
    pub name: String,
    /// Why it failed.
    #[source]
    pub source: Failure,
}

/// Everything that failed in one run: independent resources fail independently.
#[derive(Debug)]
pub struct ResourceFailures(pub Vec<ResourceFailure>);

impl fmt::Display for ResourceFailures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(formatter, "{one} failed"),
            many => write!(formatter, "{} resources failed", many.len()),
        }
    }
}

impl Error for ResourceFailures {}

impl From<ResourceFailure> for ResourceFailures {
    fn from(one: ResourceFailure) -> Self {
        Self(vec![one])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_known_by_its_code_or_by_a_part_of_its_message() {
        for (word, is_so) in [("InUse", true), ("In", false), ("still used", true), ("is used", false)] {
            assert_eq!(is_error(word, Some("InUse"), Some("it is still used")), is_so, "{word}");
        }
    }
}
