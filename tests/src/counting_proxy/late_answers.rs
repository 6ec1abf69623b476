//! Reads that tell of a write only after a while, as AWS's do: some answers more are those from before it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

use super::{Answer, Call};

/// Services whose reads tell of every write at once, as AWS promises.
const PROMPT_SERVICES: [&str; 2] = ["s3", "sts"];

/// What is known of the answers that came so far.
pub struct LateAnswers {
    /// So many answers to each question are late.
    answers: usize,
    /// Operations that are answered in time.
    in_time: &'static [&'static str],
    /// An account in which nothing was made yet: the answers to questions that were not asked before a write.
    empty_account: String,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Whether there was something before the first write.
    is_old: bool,
    /// How often each service was written to.
    writes: HashMap<String, usize>,
    /// The last answer in time to each question.
    questions: HashMap<Question, InTime>,
}

/// A service, an operation and its parameters.
type Question = (String, Option<String>, Vec<u8>);

struct InTime {
    /// `None` when there was none before the first write.
    answer: Option<Answer>,
    /// How often the service had been written to by then.
    writes: usize,
    /// How often it was given since.
    given: usize,
}

/// Where an answer comes from.
pub enum Source {
    /// The account as it is.
    Now,
    /// The account in which nothing was made yet, at this address.
    EmptyAccount(String),
    /// Here it is.
    Before(Answer),
}

impl LateAnswers {
    /// So many answers to each question after a write are those from before it. A question that was never asked before is
    /// passed to an account in which nothing is, at this address.
    pub fn after(answers: usize, empty_account: String) -> Self {
        Self { answers, in_time: &[], empty_account, known: Mutex::default() }
    }

    /// Answers these operations in time.
    #[must_use]
    pub fn but_not(self, in_time: &'static [&'static str]) -> Self {
        Self { in_time, ..self }
    }

    /// Where the answer to a call comes from. Those that come from now are to be [noted](Self::note).
    pub(super) fn source(&self, call: &Call, body: &[u8]) -> Source {
        let is_in_time = |action: &str| self.in_time.contains(&action);
        if PROMPT_SERVICES.contains(&call.service.as_str()) || call.action.as_deref().is_some_and(is_in_time)
        {
            return Source::Now;
        }
        let mut known = self.known();
        let writes = known.writes.entry(call.service.clone()).or_default();
        if !call.is_read() {
            *writes += 1;
            return Source::Now;
        }
        let writes = *writes;
        if known.is_old && !known.questions.contains_key(&question(call, body)) {
            return Source::Now;
        }
        let never_asked = || InTime { answer: None, writes: 0, given: 0 };
        let last = known.questions.entry(question(call, body)).or_insert_with(never_asked);
        if last.writes == writes || last.given >= self.answers {
            return Source::Now;
        }
        last.given += 1;
        match &last.answer {
            Some(answer) => Source::Before(answer.clone()),
            None => Source::EmptyAccount(self.empty_account.clone()),
        }
    }

    /// Keeps an answer from now.
    pub(super) fn note(&self, call: &Call, body: &[u8], answer: &Answer) {
        let mut known = self.known();
        let writes = known.writes.get(&call.service).copied().unwrap_or_default();
        let now = InTime { answer: Some(answer.clone()), writes, given: 0 };
        known.questions.insert(question(call, body), now);
    }

    /// Time passes, and reads tell of all that was written so far.
    pub(super) fn catch_up(&self, is_empty: bool) {
        *self.known() = Known { is_old: !is_empty, ..Known::default() };
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(|_| panic!("the proxy has failed"))
    }
}

fn question(call: &Call, body: &[u8]) -> Question {
    (call.service.clone(), call.action.clone(), body.to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::tests::call;
    use super::*;

    /// Where the answer comes from; one that comes from now is noted.
    fn told(late: &LateAnswers, action: &str) -> &'static str {
        let call = call(axum::http::Method::POST, Some(action));
        match late.source(&call, b"") {
            Source::Now => {
                late.note(&call, b"", &Answer::default());
                "now"
            }
            Source::Before(_) => "before",
            Source::EmptyAccount(_) => "nothing",
        }
    }

    #[test]
    fn a_question_is_answered_as_before_a_write_for_a_while() {
        let late = LateAnswers::after(2, String::new());
        let asked =
            ["ListRoles", "ListRoles", "CreateRole", "ListRoles", "ListRoles", "ListRoles", "ListRoles"];
        let told: Vec<_> = asked.iter().map(|action| told(&late, action)).collect();
        assert_eq!(told, ["now", "now", "now", "before", "before", "now", "now"]);
    }

    #[test]
    fn a_question_that_is_new_after_a_write_finds_nothing_for_a_while() {
        let late = LateAnswers::after(1, String::new());
        let told: Vec<_> = ["CreateRole", "GetRole", "GetRole"].iter().map(|it| told(&late, it)).collect();
        assert_eq!(told, ["now", "nothing", "now"]);
    }

    #[test]
    fn what_was_written_a_while_ago_is_told() {
        let late = LateAnswers::after(1, String::new());
        told(&late, "CreateRole");
        late.catch_up(false);
        let told: Vec<_> = ["TagRole", "GetRole", "TagRole", "GetRole"].map(|it| told(&late, it)).into();
        assert_eq!(told, ["now", "now", "now", "before"]);
    }
}
