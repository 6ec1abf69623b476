//! Reads that show a write only after a while, as AWS's do: which of them are answered as before it. Where answers come from is
//! for those who ask.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Services whose reads show every write at once, as AWS promises of what lies in S3's buckets.
const PROMPT_SERVICES: [&str; 2] = ["s3", "sts"];

/// How late reads show writes.
#[derive(Debug)]
pub struct LateReads<Question, Answer> {
    /// So many answers to a question are those from before a write.
    before: usize,
    /// So many answers to a question that was never asked before a write are that nothing is there.
    nothing: usize,
    known: Mutex<Known<Question, Answer>>,
}

/// Where the answer to a call comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Source<Answer> {
    /// The service, and nobody asks for it later.
    Service,
    /// The service, whose answer is to be [kept](LateReads::keep) with this number: how often it was written to by now.
    Kept(usize),
    /// Here it is, from before a write.
    Before(Answer),
    /// An account in which nothing was made yet.
    Nothing,
}

#[derive(Debug)]
struct Known<Question, Answer> {
    /// Whether there was something before the first write.
    is_old: bool,
    /// How often each service was written to.
    writes: HashMap<String, usize>,
    questions: HashMap<Question, InTime<Answer>>,
}

/// The last answer in time to a question.
#[derive(Debug)]
struct InTime<Answer> {
    /// `None` when there was none before the first write.
    answer: Option<Answer>,
    /// How often the service had been written to by then.
    writes: usize,
    /// How often it was given since.
    given: usize,
}

impl<Question: Eq + Hash, Answer: Clone> LateReads<Question, Answer> {
    /// So many answers to a question are those from before a write; to one that was never asked before, so many are that
    /// nothing is there.
    pub fn new(before: usize, nothing: usize) -> Self {
        Self { before, nothing, known: Mutex::new(Known::new(false)) }
    }

    /// Where the answer to a call to a service comes from.
    pub fn source(&self, service: &str, is_write: bool, question: Question) -> Source<Answer> {
        if PROMPT_SERVICES.contains(&service) {
            return Source::Service;
        }
        let mut known = self.known();
        let writes = known.writes.entry(service.to_owned()).or_default();
        if is_write {
            *writes += 1;
            return Source::Service;
        }
        let writes = *writes;
        if known.is_old && !known.questions.contains_key(&question) {
            return Source::Kept(writes);
        }
        let never_asked = || InTime { answer: None, writes: 0, given: 0 };
        let last = known.questions.entry(question).or_insert_with(never_asked);
        let late = if last.answer.is_some() { self.before } else { self.nothing };
        if last.writes == writes || last.given >= late {
            return Source::Kept(writes);
        }
        last.given += 1;
        last.answer.clone().map_or(Source::Nothing, Source::Before)
    }

    /// Keeps a service's answer.
    pub fn keep(&self, service: &str, question: Question, writes: usize, answer: Answer) {
        let mut known = self.known();
        // Reads may have caught up while it was on its way.
        let writes = writes.min(known.writes.get(service).copied().unwrap_or_default());
        known.questions.insert(question, InTime { answer: Some(answer), writes, given: 0 });
    }

    /// Time passes, and reads show all that was written so far. After that there is nothing in the account, or something.
    pub fn catch_up(&self, is_empty: bool) {
        *self.known() = Known::new(!is_empty);
    }

    fn known(&self) -> MutexGuard<'_, Known<Question, Answer>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Question, Answer> Known<Question, Answer> {
    fn new(is_old: bool) -> Self {
        Self { is_old, writes: HashMap::new(), questions: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What reads of one question are answered: a service's answers are numbers, `-` is nothing; `W` writes.
    fn answers(late: &LateReads<(), usize>, calls: &str) -> String {
        let mut answers = String::new();
        for (number, kind) in calls.chars().enumerate() {
            answers += &match late.source("ecs", kind == 'W', ()) {
                Source::Service => "w".to_owned(),
                Source::Kept(writes) => {
                    late.keep("ecs", (), writes, number);
                    number.to_string()
                }
                Source::Before(answer) => answer.to_string(),
                Source::Nothing => "-".to_owned(),
            };
        }
        answers
    }

    #[test]
    fn a_question_is_answered_as_before_a_write_for_a_while() {
        assert_eq!(answers(&LateReads::new(2, 0), "RRWRRRR"), "01w1156");
    }

    #[test]
    fn a_question_that_is_new_after_a_write_finds_nothing_for_a_while() {
        assert_eq!(answers(&LateReads::new(0, 2), "WRRRWR"), "w--3w5");
    }

    #[test]
    fn nothing_is_late_unless_it_is_asked_for() {
        assert_eq!(answers(&LateReads::new(0, 0), "RWRR"), "0w23");
    }

    #[test]
    fn what_was_written_a_while_ago_is_shown() {
        let late = LateReads::new(1, 1);
        assert_eq!(answers(&late, "WR"), "w-");
        late.catch_up(false);
        assert_eq!(answers(&late, "WRWR"), "w1w1");
        late.catch_up(true);
        assert_eq!(answers(&late, "WRR"), "w-2");
    }

    #[test]
    fn what_lies_in_a_bucket_is_shown_at_once() {
        let late = LateReads::<(), ()>::new(1, 1);
        for is_write in [true, false] {
            assert_eq!(late.source("s3", is_write, ()), Source::Service);
        }
    }
}
