//! Answers that are changed on their way: to those that AWS may give and an emulator does not.

use std::sync::Arc;

use super::{Answer, Call};

/// What becomes of the text of an answer, by the call and its body.
pub type Edit = Arc<dyn Fn(&Call, &[u8], String) -> String + Send + Sync>;

/// The answer after the edit, if there is one; an answer that is no text stays as it is.
pub(super) fn edited(edit: Option<&Edit>, call: &Call, asked: &[u8], mut answer: Answer) -> Answer {
    if let Some(edit) = edit
        && let Ok(text) = std::str::from_utf8(&answer.body)
    {
        answer.body = edit(call, asked, text.to_owned()).into();
    }
    answer
}
