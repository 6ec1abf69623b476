//! Reads that tell late of what this run has written, as AWS's do.
//!
//! With `late@2` the next two answers to each question are those from before the write. With `unknown@2` questions that were
//! never asked before it are answered twice as if nothing were there, as of something that was made just now.

use super::super::call::Call;
use super::super::read_cache::Answer;
use super::status_of;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Services whose reads are in time: S3 promises it for what lies in its buckets.
const PROMPT_SERVICES: [&str; 2] = ["s3", "sts"];

/// How late reads tell of writes; not at all, as a rule.
#[derive(Debug, Default)]
pub struct LateReads {
    /// So many answers to a question are those from before a write.
    before: usize,
    /// So many answers to a question that was never asked before a write are that nothing is there.
    nothing: usize,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// How often each service was written to.
    writes: HashMap<String, usize>,
    /// What was asked, by its key.
    questions: HashMap<u64, InTime>,
}

/// The last answer in time to a question.
#[derive(Debug, Default)]
struct InTime {
    /// `None` when there was none before the first write.
    answer: Option<Arc<Answer>>,
    /// How often the service had been written to by then.
    writes: usize,
    /// How often it was given since.
    given: usize,
}

/// What the answer to a read is.
enum Told {
    Now { writes: usize },
    Before(Arc<Answer>),
    Nothing,
}

impl LateReads {
    /// Takes a fault of this kind; gives whether it is one.
    pub fn takes(&mut self, fault: &str) -> bool {
        let Some((kind, answers)) = fault.trim().split_once('@') else { return false };
        let answers = answers.parse();
        match (kind, answers) {
            ("late", Ok(answers)) => self.before = answers,
            ("unknown", Ok(answers)) => self.nothing = answers,
            _ => return false,
        }
        true
    }

    /// The answer to a call: the one that it gets when it is `asked`, or one that is late.
    ///
    /// # Errors
    /// Those of asking.
    pub async fn answer(
        &self,
        call: &Call,
        asked: impl Future<Output = Result<HttpResponse, ConnectorError>>,
    ) -> Result<HttpResponse, ConnectorError> {
        if self.before + self.nothing == 0 || PROMPT_SERVICES.contains(&call.service.as_str()) {
            return asked.await;
        }
        if call.is_write() {
            *self.known().writes.entry(call.service.clone()).or_default() += 1;
            return asked.await;
        }
        match self.told(call) {
            Told::Before(answer) => answer.again(),
            Told::Nothing => {
                let (status, body) = call.nothing_found();
                Ok(HttpResponse::new(status_of(status)?, SdkBody::from(body)))
            }
            Told::Now { writes } => {
                let answer = Arc::new(Answer::of(asked.await?).await?);
                let now = InTime { answer: Some(Arc::clone(&answer)), writes, given: 0 };
                self.known().questions.insert(call.key, now);
                answer.again()
            }
        }
    }

    fn told(&self, call: &Call) -> Told {
        let mut known = self.known();
        let writes = known.writes.get(&call.service).copied().unwrap_or_default();
        let last = known.questions.entry(call.key).or_default();
        let late = if last.answer.is_some() { self.before } else { self.nothing };
        if last.writes == writes || last.given >= late {
            return Told::Now { writes };
        }
        last.given += 1;
        last.answer.clone().map_or(Told::Nothing, Told::Before)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// What is told to reads; `W` writes, and each answer in time is another one.
    async fn told(faults: [&str; 2], calls: &str) -> String {
        let (mut late, in_time) = (LateReads::default(), AtomicUsize::new(0));
        assert!(faults.iter().all(|fault| late.takes(fault)));
        let mut told = String::new();
        for kind in calls.chars() {
            let operation = if kind == 'W' { "CreateCluster" } else { "DescribeClusters" };
            let asked = async {
                let number = in_time.fetch_add(1, Ordering::Relaxed).to_string();
                Ok(HttpResponse::new(status_of(200)?, SdkBody::from(number)))
            };
            let answer = late.answer(&Call::named(operation, 0), asked).await.unwrap();
            told += std::str::from_utf8(answer.body().bytes().unwrap()).unwrap();
        }
        told
    }

    #[tokio::test]
    async fn a_question_is_answered_as_before_a_write_for_a_while() {
        assert_eq!(told(["late@2", "unknown@0"], "RRWRRRR").await, "0121134");
    }

    #[tokio::test]
    async fn what_was_never_asked_before_a_write_is_not_known_for_a_while() {
        assert_eq!(told(["late@0", "unknown@2"], "WRRRWR").await, "0{}{}123");
    }

    #[tokio::test]
    async fn nothing_is_late_unless_it_is_asked_for() {
        assert_eq!(told(["late@0", "unknown@0"], "RWRR").await, "0123");
    }
}
