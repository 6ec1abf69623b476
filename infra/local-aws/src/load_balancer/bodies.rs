//! Bodies on their way through, unbuffered: how long nothing moved, and when they are cut.

use super::answers::BoxError;
use super::state::TargetLive;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Instant;

/// When something of an exchange moved last, either way.
pub struct Activity {
    started: Instant,
    idle_after: Duration,
    last_millis: AtomicU64,
    uploaded: AtomicBool,
    upload_failed: AtomicBool,
}

impl Activity {
    /// Of an exchange that begins now.
    pub fn new(idle_after: Duration) -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            idle_after,
            last_millis: AtomicU64::new(0),
            uploaded: AtomicBool::new(false),
            upload_failed: AtomicBool::new(false),
        })
    }

    /// Something moved.
    pub fn touch(&self) {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_millis.store(millis, Ordering::Relaxed);
    }

    /// Waits until nothing has moved for the idle timeout.
    pub async fn idle(self: Arc<Self>) {
        loop {
            let last = Duration::from_millis(self.last_millis.load(Ordering::Relaxed));
            let until = self.started + last + self.idle_after;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }

    /// Whether all of the request's body came.
    pub fn uploaded(&self) -> bool {
        self.uploaded.load(Ordering::Relaxed)
    }

    /// Whether the client broke off.
    pub fn upload_failed(&self) -> bool {
        self.upload_failed.load(Ordering::Relaxed)
    }
}

/// A request's body.
pub struct Upload {
    inner: Incoming,
    activity: Arc<Activity>,
}

impl Upload {
    /// Passes a body on.
    pub fn new(inner: Incoming, activity: Arc<Activity>) -> Self {
        activity.uploaded.store(inner.is_end_stream(), Ordering::Relaxed);
        Self { inner, activity }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(context));
        self.activity.touch();
        match &frame {
            Some(Ok(_)) => self.activity.uploaded.store(self.inner.is_end_stream(), Ordering::Relaxed),
            Some(Err(_)) => self.activity.upload_failed.store(true, Ordering::Relaxed),
            None => self.activity.uploaded.store(true, Ordering::Relaxed),
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A request that a target works on.
pub struct InFlight(pub Arc<TargetLive>);

impl InFlight {
    /// From now on.
    pub fn new(target: Arc<TargetLive>) -> Self {
        target.in_flight.fetch_add(1, Ordering::Relaxed);
        target.requests.fetch_add(1, Ordering::Relaxed);
        Self(target)
    }

    /// Waits until the target is gone, which ends all that it works on.
    pub async fn cut(target: Arc<TargetLive>) {
        let mut cut = target.cut.subscribe();
        // The sender is in the target.
        let _ = cut.wait_for(|cut| *cut).await;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

type Ends = Pin<Box<dyn Future<Output = &'static str> + Send + Sync>>;

/// An answer's body.
pub struct Download {
    inner: Incoming,
    activity: Arc<Activity>,
    in_flight: InFlight,
    /// Made when the body has to be waited for.
    ends: Option<Ends>,
}

impl Download {
    /// Passes a body on.
    pub fn new(inner: Incoming, activity: Arc<Activity>, in_flight: InFlight) -> Self {
        Self { inner, activity, in_flight, ends: None }
    }
}

impl Body for Download {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.inner).poll_frame(context) {
            self.activity.touch();
            return Poll::Ready(frame.map(|it| it.map_err(BoxError::from)));
        }
        let (activity, target) = (Arc::clone(&self.activity), Arc::clone(&self.in_flight.0));
        let ends = self.ends.get_or_insert_with(|| {
            Box::pin(async {
                tokio::select! {
                    () = InFlight::cut(target) => "the target is deregistered, and its time to drain is over",
                    () = activity.idle() => "nothing came for the idle timeout",
                }
            })
        });
        let why = ready!(ends.as_mut().poll(context));
        Poll::Ready(Some(Err(why.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
