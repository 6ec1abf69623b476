//! Answers to reads that are from before a write, or from an account in which nothing was made yet.

use super::{Answer, Call};
use crate::late_reads::{LateReads, Source};

/// Which answers are late, and where those of the empty account are.
pub struct LateAnswers {
    reads: LateReads<Question, Answer>,
    /// Operations that are answered in time.
    in_time: &'static [&'static str],
    /// The address of an account in which nothing is.
    pub(super) empty_account: String,
}

/// A service, an operation and its parameters.
type Question = (String, Option<String>, Vec<u8>);

impl LateAnswers {
    /// So many answers to each question after a write are those from before it. A question that was never asked before is
    /// passed to an account in which nothing is, at this address.
    pub fn after(answers: usize, empty_account: String) -> Self {
        Self { reads: LateReads::new(answers, answers), in_time: &[], empty_account }
    }

    /// Answers these operations in time.
    #[must_use]
    pub fn but_not(self, in_time: &'static [&'static str]) -> Self {
        Self { in_time, ..self }
    }

    /// Where the answer to a call comes from.
    pub(super) fn source(&self, call: &Call, body: &[u8]) -> Source<Answer> {
        if call.action.as_deref().is_some_and(|action| self.in_time.contains(&action)) {
            return Source::Service;
        }
        self.reads.source(&call.service, !call.is_read(), question(call, body))
    }

    /// Keeps an answer that was given after so many writes.
    pub(super) fn keep(&self, call: &Call, body: &[u8], writes: usize, answer: &Answer) {
        self.reads.keep(&call.service, question(call, body), writes, answer.clone());
    }

    /// Time passes, and reads show all that was written so far.
    pub(super) fn catch_up(&self, is_empty: bool) {
        self.reads.catch_up(is_empty);
    }
}

fn question(call: &Call, body: &[u8]) -> Question {
    (call.service.clone(), call.action.clone(), body.to_vec())
}
