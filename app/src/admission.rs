//! Who is let in: as many requests and uploads at a time as there is room for. The rest learns when to come again,
//! before memory runs out.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::AdmissionLimits;
use crate::counted_body::counted;
use crate::error::AppError;
use crate::{health, metrics};

/// How long an upload waits for its turn.
const TURN_WITHIN: Duration = Duration::from_secs(10);

/// How long an upload that has its turn waits for memory: below the 60 s after which a load balancer gives up on a
/// connection where nothing moves.
const MEMORY_WITHIN: Duration = Duration::from_secs(45);

/// Memory is counted in this unit.
const KIB: usize = 1024;

/// What is free.
#[derive(Debug)]
pub struct Admission {
    requests: Arc<Semaphore>,
    rate: Option<DefaultDirectRateLimiter>,
    uploads: Arc<Semaphore>,
    memory: Arc<Semaphore>,
}

/// A place among the uploads, until it is dropped.
pub struct Turn {
    _permit: OwnedSemaphorePermit,
    _counted: Box<dyn Send + Sync>,
}

/// Memory that an upload may use, until it is dropped.
pub struct Memory {
    _permit: OwnedSemaphorePermit,
    _counted: Box<dyn Send + Sync>,
}

impl Admission {
    /// Nobody is in yet.
    pub fn new(limits: AdmissionLimits) -> Self {
        Self {
            requests: Arc::new(Semaphore::new(limits.requests)),
            rate: NonZeroU32::new(limits.requests_per_second)
                .map(|rate| RateLimiter::direct(Quota::per_second(rate))),
            uploads: Arc::new(Semaphore::new(limits.uploads)),
            memory: Arc::new(Semaphore::new(limits.upload_memory_bytes / KIB)),
        }
    }

    /// From now on no upload gets memory.
    #[cfg(test)]
    pub fn refuse_memory(&self) {
        self.memory.close();
    }

    /// A place among the uploads, after a wait if need be.
    pub async fn turn(&self) -> Result<Turn, AppError> {
        let permit = tokio::time::timeout(TURN_WITHIN, Arc::clone(&self.uploads).acquire_owned()).await;
        match permit {
            Ok(Ok(permit)) => Ok(Turn { _permit: permit, _counted: Box::new(metrics::upload_in_flight()) }),
            _ => Err(refused("uploads")),
        }
    }

    /// Memory for an upload. It is taken at once or not at all, and nobody who waits for it holds any:
    /// so whoever has some can finish, and the others' turn comes.
    pub async fn memory(&self, bytes: usize) -> Result<Memory, AppError> {
        let kib = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.memory).acquire_many_owned(kib);
        match tokio::time::timeout(MEMORY_WITHIN, permit).await {
            Ok(Ok(permit)) => {
                Ok(Memory { _permit: permit, _counted: Box::new(metrics::memory_reserved(bytes)) })
            }
            _ => Err(refused("upload memory")),
        }
    }
}

/// Lets a request in, or refuses it at once. Health checks are always let in: a busy task is not a sick one.
pub async fn admit(State(admission): State<Arc<Admission>>, request: Request, next: Next) -> Response {
    if health::CHECKS.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    if admission.rate.as_ref().is_some_and(|rate| rate.check().is_err()) {
        return refused("rate").into_response();
    }
    let Ok(permit) = Arc::clone(&admission.requests).try_acquire_owned() else {
        return refused("requests").into_response();
    };
    // A place is free again when the answer is sent to its end.
    next.run(request).await.map(|body| counted(body, ::metrics::Counter::noop(), permit))
}

fn refused(reason: &'static str) -> AppError {
    let error = AppError::Busy;
    metrics::refused(reason, error.status());
    error
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn admission() -> Admission {
        let limits = AdmissionLimits {
            requests: 1,
            requests_per_second: 0,
            uploads: 1,
            upload_memory_bytes: 10 * KIB,
        };
        Admission::new(limits)
    }

    #[tokio::test]
    async fn an_upload_waits_for_its_turn() {
        let admission = admission();
        let first = admission.turn().await.unwrap();
        let mut second = Box::pin(admission.turn());
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        drop(first);
        assert!(second.await.is_ok());
    }

    #[tokio::test]
    async fn memory_is_shared_by_size() {
        let admission = admission();
        let small = admission.memory(KIB).await.unwrap();
        let large = admission.memory(9 * KIB).await.unwrap();
        let mut third = Box::pin(admission.memory(1));
        assert!(third.as_mut().now_or_never().is_none(), "it waits");
        drop(large);
        assert!(third.await.is_ok());
        assert!(admission.memory(9 * KIB - 100).await.is_ok());
        drop(small);
    }
}
