//! Who makes thumbnails: few at a time, each once however many ask for it, and none again in vain.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, watch};
use tracing::Instrument;

use super::produce;
use crate::App;
use crate::error::{AppError, causes};
use crate::shutdown::Phase;

/// So many are made at a time: each holds a file and its pixels in memory.
const AT_A_TIME: usize = 2;

/// So many may be waiting for their turn.
const MOST_QUEUED: usize = 64;

/// So many requests may wait for thumbnails; more get the image itself.
const MOST_WAITING: usize = 256;

/// An image never changes, and neither does what became of it.
const ITSELF_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Trouble with S3 passes.
const FAILED_FOR: Duration = Duration::from_secs(30);

/// So many images are remembered as served themselves.
const MOST_REMEMBERED: usize = 4096;

/// Who may make a thumbnail, and who waits for one.
#[derive(Debug)]
pub struct ThumbnailPermits {
    places: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// What is being made, and where its outcome is announced.
    running: HashMap<String, watch::Receiver<Option<Outcome>>>,
    waiting: usize,
    /// Images that are served themselves, and until when.
    itself: HashMap<String, Instant>,
    /// The same, oldest first.
    order: VecDeque<String>,
}

/// What became of making a thumbnail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the bucket.
    Stored,
    /// The image is better served as it is.
    Itself,
    /// It did not work out this time.
    Failed,
}

/// A request that waits.
struct Waiter<'a> {
    permits: &'a ThumbnailPermits,
    outcome: watch::Receiver<Option<Outcome>>,
}

/// A thumbnail that is being made, until that has ended in whatever way.
struct Running {
    permits: Arc<ThumbnailPermits>,
    key: String,
    announce: watch::Sender<Option<Outcome>>,
}

impl Default for ThumbnailPermits {
    fn default() -> Self {
        Self { places: Semaphore::new(AT_A_TIME), state: Mutex::default() }
    }
}

impl ThumbnailPermits {
    /// Whether an image is known to be served itself.
    pub fn serves_itself(&self, key: &str) -> bool {
        self.state().itself.get(key).is_some_and(|until| *until > Instant::now())
    }

    /// Waits for an image's thumbnail, which is made unless that is under way already.
    /// False where the image is better served as it is, for good or for now.
    pub async fn make(self: &Arc<Self>, app: &App, key: &str) -> bool {
        let (mut waiter, first) = match self.join(key) {
            Some(joined) => joined,
            None => return false,
        };
        if let Some(running) = first {
            let making = run(app.clone(), running);
            // A task of its own: who waits for it may go away.
            app.tasks.spawn(making.in_current_span());
        }
        waiter.outcome().await == Outcome::Stored
    }

    /// A place among those who wait, and the work itself for the first of them. None where there is no room.
    fn join(self: &Arc<Self>, key: &str) -> Option<(Waiter<'_>, Option<Running>)> {
        let mut state = self.state();
        if state.waiting == MOST_WAITING {
            return None;
        }
        let (outcome, first) = match state.running.get(key) {
            Some(outcome) => (outcome.clone(), None),
            None if state.running.len() == MOST_QUEUED => return None,
            None => {
                let (announce, outcome) = watch::channel(None);
                state.running.insert(key.to_owned(), outcome.clone());
                (outcome, Some(Running { permits: Arc::clone(self), key: key.to_owned(), announce }))
            }
        };
        state.waiting += 1;
        Some((Waiter { permits: self, outcome }, first))
    }

    fn remember(&self, key: &str, outcome: Outcome) {
        let time = match outcome {
            Outcome::Stored => return,
            Outcome::Itself => ITSELF_FOR,
            Outcome::Failed => FAILED_FOR,
        };
        let mut state = self.state();
        if state.itself.insert(key.to_owned(), Instant::now() + time).is_none() {
            state.order.push_back(key.to_owned());
        }
        if state.order.len() > MOST_REMEMBERED
            && let Some(oldest) = state.order.pop_front()
        {
            state.itself.remove(&oldest);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run(app: App, running: Running) {
    // The semaphore is never closed.
    let _place = running.permits.places.acquire().await;
    // Whoever waits gets the image itself, and the end of the process need not wait for what has not begun.
    if app.lifecycle.phase() == Phase::Finishing {
        running.announce.send_replace(Some(Outcome::Failed));
        return;
    }
    let outcome = match produce(&app, &running.key).await {
        Ok(outcome) => outcome,
        // The image itself is served, or says the same to whoever asked.
        Err(AppError::NotFound) => Outcome::Failed,
        Err(error) => {
            let key = &running.key;
            tracing::warn!(key, cause = causes(&error), "{error}: the image is served as it is for now");
            Outcome::Failed
        }
    };
    running.permits.remember(&running.key, outcome);
    running.announce.send_replace(Some(outcome));
}

impl Waiter<'_> {
    async fn outcome(&mut self) -> Outcome {
        let announced = self.outcome.wait_for(Option::is_some).await;
        // Whoever makes it has come to an unexpected end.
        announced.ok().and_then(|outcome| *outcome).unwrap_or(Outcome::Failed)
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.permits.state().waiting -= 1;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.permits.state().running.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::fake_s3::FakeS3;
    use crate::shutdown::{Asked, Patience};
    use crate::storage::ObjectFacts;
    use crate::tests::{config, png};

    #[test]
    fn who_asks_for_the_same_thumbnail_waits_for_the_first() {
        let permits = Arc::new(ThumbnailPermits::default());
        let (_first, running) = permits.join("a").unwrap();
        assert!(running.is_some());
        assert!(permits.join("a").unwrap().1.is_none());
        assert!(permits.join("b").unwrap().1.is_some());
        drop(running);
        assert!(permits.join("a").unwrap().1.is_some());
    }

    #[tokio::test]
    async fn an_unexpected_end_is_a_failure_for_all_who_wait() {
        let permits = Arc::new(ThumbnailPermits::default());
        let (mut first, running) = permits.join("a").unwrap();
        let (mut second, _) = permits.join("a").unwrap();
        drop(running);
        assert_eq!((first.outcome().await, second.outcome().await), (Outcome::Failed, Outcome::Failed));
    }

    #[tokio::test]
    async fn none_is_begun_while_the_process_ends() {
        let (s3, storage) = FakeS3::start().await;
        let app = App::new(Arc::new(storage), &config());
        let (ask, mut asked) = mpsc::unbounded_channel();
        ask.send(Asked::ToHurry).unwrap();
        let patience = Patience { drain: Duration::ZERO, finish: Duration::from_secs(3600) };
        app.lifecycle.end(&mut asked, patience, async {}).await;
        let facts = ObjectFacts { content_type: "image/png", dimensions: None, made_of: None };
        app.storage.put("uploads/1-a/a.png", &facts, png().into()).await.unwrap();
        assert!(!app.permits.make(&app, "uploads/1-a/a.png").await);
        assert_eq!(s3.contents().opened, [""; 0]);
        assert!(!app.permits.serves_itself("uploads/1-a/a.png"));
    }

    #[test]
    fn those_who_wait_are_bounded() {
        let permits = Arc::new(ThumbnailPermits::default());
        let waiting: Vec<_> = (0..MOST_WAITING).map(|_| permits.join("a").unwrap()).collect();
        assert!(permits.join("a").is_none());
        drop(waiting);
        let queued: Vec<_> = (0..MOST_QUEUED).map(|key| permits.join(&key.to_string()).unwrap()).collect();
        assert!(permits.join("a").is_none());
        assert!(permits.join("0").is_some());
        drop(queued);
        let state = permits.state();
        assert_eq!((state.waiting, state.running.len()), (0, 0));
    }

    #[test]
    fn what_is_served_itself_is_remembered_within_bounds() {
        let permits = ThumbnailPermits::default();
        permits.remember("kept", Outcome::Stored);
        assert!(!permits.serves_itself("kept"));
        for key in 0..=MOST_REMEMBERED {
            permits.remember(&key.to_string(), Outcome::Itself);
            permits.remember(&key.to_string(), Outcome::Failed);
        }
        assert!(!permits.serves_itself("0"));
        assert!(permits.serves_itself("1") && permits.serves_itself(&MOST_REMEMBERED.to_string()));
        let state = permits.state();
        assert_eq!((state.itself.len(), state.order.len()), (MOST_REMEMBERED, MOST_REMEMBERED));
    }
}
