//! A client that hears late of what it has written itself.
//!
//! With `late@2` the next two answers to each question are those from before the write. With `unknown@2` questions that were
//! never asked before it are answered twice as if nothing were there, as of something that was made just now.

use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use infra_wire::read_cache::Answer;

use super::response;
use crate::late_reads::{LateReads, Source};
use infra_emulators::answers;
use infra_wire::call::Call;

/// How late the client hears; not at all, as a rule.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lateness {
    before: usize,
    nothing: usize,
}

/// What a client hears of its writes.
#[derive(Debug)]
pub struct LateClient {
    reads: Option<LateReads<u64, Arc<Answer>>>,
}

impl Lateness {
    /// Takes a fault of this kind; gives whether it is one.
    pub fn takes(&mut self, fault: &str) -> bool {
        let Some((kind, answers)) = fault.trim().split_once('@') else { return false };
        match (kind, answers.parse()) {
            ("late", Ok(answers)) => self.before = answers,
            ("unknown", Ok(answers)) => self.nothing = answers,
            _ => return false,
        }
        true
    }

    /// A client that is so late.
    pub fn client(self) -> LateClient {
        let Self { before, nothing } = self;
        LateClient { reads: (before + nothing > 0).then(|| LateReads::new(before, nothing)) }
    }
}

impl LateClient {
    /// The answer to a call: the one that it gets when it is `asked`, or one that is late.
    ///
    /// # Errors
    /// Those of asking.
    pub async fn answer(
        &self,
        call: &Call,
        asked: impl Future<Output = Result<HttpResponse, ConnectorError>>,
    ) -> Result<HttpResponse, ConnectorError> {
        let Some(reads) = &self.reads else { return asked.await };
        match reads.source(&call.service, call.is_write(), call.key) {
            Source::Service => asked.await,
            Source::Before(answer) => answer.again(),
            Source::Nothing => {
                let (status, body) = answers::nothing_found(call);
                response(status, body)
            }
            Source::Kept(writes) => {
                let answer = Arc::new(Answer::of(asked.await?).await?);
                reads.keep(&call.service, call.key, writes, Arc::clone(&answer));
                answer.again()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// What reads are answered; `W` writes, and each answer in time is another one.
    async fn answers(faults: &[&str], calls: &str) -> String {
        let (mut lateness, in_time) = (Lateness::default(), AtomicUsize::new(0));
        assert!(faults.iter().all(|fault| lateness.takes(fault)));
        let (client, mut answers) = (lateness.client(), String::new());
        for kind in calls.chars() {
            let operation = if kind == 'W' { "CreateCluster" } else { "DescribeClusters" };
            let asked = async { response(200, in_time.fetch_add(1, Ordering::Relaxed).to_string()) };
            let answer = client.answer(&Call::named(operation, 0), asked).await.unwrap();
            answers += std::str::from_utf8(answer.body().bytes().unwrap()).unwrap();
        }
        answers
    }

    #[tokio::test]
    async fn a_question_is_answered_as_before_a_write_for_a_while() {
        assert_eq!(answers(&["late@2"], "RRWRRRR").await, "0121134");
    }

    #[tokio::test]
    async fn what_was_never_asked_before_a_write_is_not_known_for_a_while() {
        assert_eq!(answers(&["late@0", "unknown@2"], "WRRRWR").await, "0{}{}123");
    }

    #[tokio::test]
    async fn nothing_is_late_unless_it_is_asked_for() {
        assert_eq!(answers(&[], "RWRR").await, "0123");
    }
}
