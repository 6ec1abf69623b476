//! The body on its way to the parser, and the guards that it passes.

use std::error::Error;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt, future, stream};
use thiserror::Error;

/// What the parser may take in before it gives anything out. It looks for the end of a part's headers without
/// a bound of its own, and then makes of a content type with many parameters sixteen times its size.
const MAX_HELD_BYTES: usize = 16 * 1024;

/// What the parser gets at once.
const PIECE_BYTES: usize = 8 * 1024;

type BoxError = Box<dyn Error + Send + Sync>;
type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// A request's body. The parser reads it, and whoever drains it.
#[derive(Clone)]
pub(super) struct Body {
    chunks: Arc<Mutex<Chunks>>,
    idle: Duration,
}

/// What the parser is doing, as far as it shows from outside.
#[derive(Clone, Default)]
pub(super) struct Progress(Arc<Counters>);

#[derive(Default)]
struct Counters {
    /// What it took since it gave something out.
    held: AtomicUsize,
    /// Whether it was asked to look at what it has before it gets more.
    has_looked: AtomicBool,
}

#[derive(Debug, Error)]
pub(super) enum GuardError {
    #[error("the client sent nothing for too long")]
    Idle,
    #[error("the headers of a part are larger than {MAX_HELD_BYTES} bytes")]
    Held,
    #[error("the body is larger than {limit} bytes")]
    TooLarge { limit: u64 },
    #[error("the connection broke")]
    Cut(#[source] BoxError),
}

impl Body {
    pub(super) fn new<E: Into<BoxError> + 'static>(
        chunks: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
        idle: Duration,
    ) -> Self {
        // Fused: someone may drain a body that has ended.
        let chunks: Chunks = Box::pin(chunks.map_err(Into::into).fuse());
        Self { chunks: Arc::new(Mutex::new(chunks)), idle }
    }

    /// The next bytes, none at the end.
    pub(super) async fn next(&self) -> Result<Option<Bytes>, GuardError> {
        let next = future::poll_fn(|context| {
            self.chunks.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
        });
        match tokio::time::timeout(self.idle, next).await {
            Err(_) => Err(GuardError::Idle),
            Ok(chunk) => chunk.transpose().map_err(GuardError::Cut),
        }
    }
}

impl Progress {
    /// The parser is asked for something.
    pub(super) fn begin(&self) {
        self.0.has_looked.store(false, Ordering::Relaxed);
    }

    /// The parser gave something out.
    pub(super) fn clear(&self) {
        self.0.held.store(0, Ordering::Relaxed);
    }

    fn take(&self, bytes: usize) -> Result<(), GuardError> {
        let held = self.0.held.fetch_add(bytes, Ordering::Relaxed);
        if held < MAX_HELD_BYTES { Ok(()) } else { Err(GuardError::Held) }
    }
}

/// A body for the parser: in small pieces, no more than the limit, and nothing while the parser holds too much.
///
/// The parser reads for as long as there is something to read, even if it holds all it was asked for. So it has to
/// wait before each piece, which makes it give out what it has: neither a fast client nor one that sends very small
/// parts fills our memory.
pub(super) fn guarded(
    body: Body,
    progress: Progress,
    limit: u64,
) -> impl Stream<Item = Result<Bytes, GuardError>> + Send {
    let guard = Guard { body, progress: progress.clone(), limit, left: limit, chunk: Bytes::new() };
    let pieces =
        stream::try_unfold(
            guard,
            |mut guard| async move { Ok(guard.piece().await?.map(|piece| (piece, guard))) },
        );
    let mut pieces = Box::pin(pieces);
    stream::poll_fn(move |context| {
        if !progress.0.has_looked.swap(true, Ordering::Relaxed) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = pieces.poll_next_unpin(context);
        if piece.is_ready() {
            progress.begin();
        }
        piece
    })
}

struct Guard {
    body: Body,
    progress: Progress,
    limit: u64,
    left: u64,
    chunk: Bytes,
}

impl Guard {
    async fn piece(&mut self) -> Result<Option<Bytes>, GuardError> {
        while self.chunk.is_empty() {
            let Some(chunk) = self.body.next().await? else { return Ok(None) };
            let left = self.left.checked_sub(chunk.len() as u64);
            self.left = left.ok_or(GuardError::TooLarge { limit: self.limit })?;
            self.chunk = chunk;
        }
        let piece = self.chunk.split_to(self.chunk.len().min(PIECE_BYTES));
        self.progress.take(piece.len())?;
        Ok(Some(piece))
    }
}
