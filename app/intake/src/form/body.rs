//! The body of a request: how long its client may pause, how much it may send, and what is done with the rest.

use std::error::Error;
use std::pin::Pin;

use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};

use super::{FormError, Patience, malformed};
use crate::limits::FORM_OVERHEAD;

type BoxError = Box<dyn Error + Send + Sync>;

/// A body that is being received.
pub(super) struct Body {
    chunks: Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>,
    limit: u64,
    received: u64,
    patience: Patience,
}

impl Body {
    pub(super) fn new<E: Into<BoxError> + 'static>(
        chunks: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
        limit: u64,
        patience: Patience,
    ) -> Self {
        // Fused: someone may drain a body that has ended.
        Self { chunks: Box::pin(chunks.map_err(Into::into).fuse()), limit, received: 0, patience }
    }

    /// The next bytes, none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, FormError> {
        let next = tokio::time::timeout(self.patience.idle, self.chunks.next()).await;
        let Some(chunk) = next.map_err(|_| FormError::Idle)? else { return Ok(None) };
        let chunk = chunk.map_err(|error| malformed(format!("the connection broke: {}", chain(&*error))))?;
        self.received += chunk.len() as u64;
        if self.received > self.limit {
            return Err(FormError::BodyTooLarge { limit: self.limit });
        }
        Ok(Some(chunk))
    }

    /// What follows the form. A client that goes away before its last byte has not sent the form.
    pub(super) async fn end(&mut self) -> Result<(), FormError> {
        let end = self.received + FORM_OVERHEAD;
        while self.next().await?.is_some() {
            if self.received > end {
                return Err(malformed("it goes on after its end"));
            }
        }
        Ok(())
    }

    /// Reads what still comes of what was refused, for a while.
    pub(super) async fn drain(&mut self) {
        // An error here is the client's end, and the refusal that led here is what it reads.
        let rest = async { while let Some(Ok(_)) = self.chunks.next().await {} };
        if tokio::time::timeout(self.patience.drain, rest).await.is_err() {
            tracing::info!("the client of a refused upload is still sending: answering anyway");
        }
    }
}

/// An error and its sources, outermost first, on one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |error| (*error).source());
    let mut texts: Vec<String> = errors.map(ToString::to_string).collect();
    // Wrappers that only repeat what they wrap.
    texts.dedup();
    texts.join(": ")
}
