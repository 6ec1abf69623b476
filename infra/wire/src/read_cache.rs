//! The answers of one read of the whole account, in which each question is asked once, however many kinds of resource ask it. It ends
//! before anything is written, so no answer outlives what it reports.

use super::call::Call;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

const NOT_FOUND: u16 = 404;

/// The answers of the read that is under way, by what was asked; `None` while there is none.
static ANSWERS: Mutex<Option<Answers>> = Mutex::new(None);

#[derive(Default)]
struct Answers {
    places: HashMap<u64, Arc<OnceCell<Answer>>>,
    /// Whether each is given once more and then forgotten.
    is_over: bool,
}

/// Ends the cache when it is dropped.
#[derive(Debug)]
pub struct ReadCache(());

/// Begins a cache.
pub fn begin() -> ReadCache {
    *ANSWERS.lock().unwrap_or_else(PoisonError::into_inner) = Some(Answers::default());
    ReadCache(())
}

impl ReadCache {
    /// What was asked is answered once more, and nothing new is kept: for who looks whether all is done and asks again later if
    /// it is not.
    pub fn over(&self) {
        if let Some(answers) = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            answers.is_over = true;
        }
    }

    /// Forgets every answer.
    pub fn end(&self) {
        *ANSWERS.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Drop for ReadCache {
    fn drop(&mut self) {
        self.end();
    }
}

/// The place for the answer to a read, if a cache is under way.
pub fn place_of(call: &Call) -> Option<Arc<OnceCell<Answer>>> {
    let mut answers = ANSWERS.lock().unwrap_or_else(PoisonError::into_inner);
    let answers = answers.as_mut().filter(|_| !call.is_write())?;
    if answers.is_over {
        return answers.places.remove(&call.key);
    }
    Some(Arc::clone(answers.places.entry(call.key).or_default()))
}

/// An answer that can be given more than once.
#[derive(Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Why there is no answer to be kept: a refusal may be another one the next time, and is given only to who asked.
#[derive(Debug)]
pub enum NotKept {
    /// The service refused.
    Refused(HttpResponse),
    /// There was no answer.
    Failed(ConnectorError),
}

impl Answer {
    /// Keeps an answer.
    ///
    /// # Errors
    /// When it is none, or one that asks for patience.
    pub async fn keep(answer: Result<HttpResponse, ConnectorError>) -> Result<Self, NotKept> {
        let answer = answer.map_err(NotKept::Failed)?;
        // That something is not there is an answer, too.
        if !answer.status().is_success() && answer.status().as_u16() != NOT_FOUND {
            return Err(NotKept::Refused(answer));
        }
        Self::of(answer).await.map_err(NotKept::Failed)
    }

    /// Takes an answer whole, whatever it says.
    ///
    /// # Errors
    /// When it breaks off.
    pub async fn of(answer: HttpResponse) -> Result<Self, ConnectorError> {
        let status = answer.status().as_u16();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = headers.collect();
        let body = ByteStream::new(answer.into_body()).collect().await;
        let body = body.map_err(|error| ConnectorError::io(error.into()))?;
        Ok(Self { status, headers, body: body.to_vec() })
    }

    /// The answer again.
    ///
    /// # Errors
    /// Never for one that came from a service.
    pub fn again(&self) -> Result<HttpResponse, ConnectorError> {
        let status = StatusCode::try_from(self.status).map_err(|error| ConnectorError::user(error.into()))?;
        let mut answer = HttpResponse::new(status, SdkBody::from(self.body.clone()));
        for (name, value) in &self.headers {
            let added = answer.headers_mut().try_append(name.clone(), value.clone());
            added.map_err(|error| ConnectorError::user(error.into()))?;
        }
        Ok(answer)
    }
}

impl NotKept {
    /// What came instead.
    ///
    /// # Errors
    /// When nothing did.
    pub fn into_answer(self) -> Result<HttpResponse, ConnectorError> {
        match self {
            Self::Refused(answer) => Ok(answer),
            Self::Failed(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_question_is_asked_once_in_a_cache_and_anew_after_it() {
        let same = |a: &Arc<OnceCell<Answer>>, b: &Arc<OnceCell<Answer>>| Arc::ptr_eq(a, b);
        let cache = begin();
        let [first, again, other] = [1, 1, 2].map(|key| place_of(&Call::named("ListRoles", key)).unwrap());
        assert!(same(&first, &again) && !same(&first, &other));
        assert!(place_of(&Call::named("CreateRole", 1)).is_none());
        cache.over();
        assert!(place_of(&Call::named("ListRoles", 2)).is_some_and(|last| same(&last, &other)));
        assert!(place_of(&Call::named("ListRoles", 2)).is_none());
        drop(cache);
        assert!(place_of(&Call::named("ListRoles", 1)).is_none());
    }

    #[tokio::test]
    async fn that_something_is_not_there_is_kept_and_a_refusal_is_not() {
        let answer = |status: u16| {
            let mut answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from("text"));
            answer.headers_mut().insert("x-amzn-requestid", "1");
            answer
        };
        for (status, is_kept) in [(200, true), (404, true), (400, false), (503, false)] {
            let kept = Answer::keep(Ok(answer(status))).await;
            assert_eq!(kept.is_ok(), is_kept, "{status}");
            let again = kept.map_or_else(NotKept::into_answer, |kept| kept.again()).unwrap();
            assert_eq!((again.status().as_u16(), again.body().bytes()), (status, Some(&b"text"[..])));
            assert_eq!(again.headers().get("x-amzn-requestid"), Some("1"));
        }
    }
}
