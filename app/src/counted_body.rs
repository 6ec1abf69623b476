//! A body that counts its bytes, and keeps something alive until it is sent or dropped.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Error;
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use metrics::Counter;

/// A body that adds its bytes to a counter and drops `guard` with itself.
pub fn counted<G: Send + Unpin + 'static>(body: Body, counter: Counter, guard: G) -> Body {
    Body::new(Counted { body, counter, _guard: guard })
}

struct Counted<G> {
    body: Body,
    counter: Counter,
    _guard: G,
}

// The body's length stays known, so that an answer keeps its `Content-Length`.
impl<G: Unpin> HttpBody for Counted<G> {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.counter.increment(bytes.len() as u64);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
