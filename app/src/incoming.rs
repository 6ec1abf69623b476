//! The form as it comes in: axum's parser behind guards on how long a client may pause, how much it may send,
//! and how much the parser may hold back.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{StatusCode, header};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use thiserror::Error;

use crate::config::UploadLimits;
use crate::error::{AppError, causes};

/// A client that sends nothing for so long has gone; a load balancer gives up after 60 s.
const IDLE_TIMEOUT: Duration = Duration::from_secs(55);

/// How long we go on reading what a refused client still sends: a load balancer turns an answer that
/// comes before the end of the request into a 502 of its own.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Room for boundaries, part headers and other fields of a form.
const FORM_OVERHEAD: u64 = 1024 * 1024;

/// What the parser may take in before it gives anything out. It looks for the end of a part's headers without
/// a bound of its own.
const MAX_HELD_BYTES: usize = 1024 * 1024;

/// A multipart form that is being received.
pub struct Form {
    parts: Multipart,
    held: Arc<AtomicUsize>,
    limit: u64,
}

/// One field of the form.
pub struct Part<'a> {
    field: Field<'a>,
    held: &'a AtomicUsize,
    limit: u64,
}

impl Form {
    /// Takes over the body of a request.
    pub async fn open(request: Request, limits: &UploadLimits) -> Result<Self, AppError> {
        let files = u64::try_from(limits.max_files).unwrap_or(u64::MAX);
        let limit = limits.max_file_bytes.saturating_mul(files).saturating_add(FORM_OVERHEAD);
        if declared_length(&request).is_some_and(|length| length > limit) {
            return Err(AppError::BodyTooLarge { limit });
        }
        let held = Arc::new(AtomicUsize::new(0));
        let mut guarded = request.map(|body| Body::from_stream(guard(body, Arc::clone(&held))));
        DefaultBodyLimit::max(usize::try_from(limit).unwrap_or(usize::MAX)).apply(&mut guarded);
        let parts = Multipart::from_request(guarded, &()).await.map_err(|_| AppError::NotAForm)?;
        Ok(Self { parts, held, limit })
    }

    /// The next field; the one before must have been read to its end.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, AppError> {
        let limit = self.limit;
        let field = self.parts.next_field().await.map_err(|error| refusal(&error, limit))?;
        self.held.store(0, Ordering::Relaxed);
        Ok(field.map(|field| Part { field, held: &self.held, limit }))
    }

    /// Reads what still comes, for a while.
    pub async fn drain(&mut self) {
        patiently(async {
            while let Ok(Some(mut part)) = self.next().await {
                if part.read_on().await.is_err() {
                    break;
                }
            }
        })
        .await;
    }
}

impl Part<'_> {
    /// The file name, if this field is the form's file field and a file was chosen:
    /// a form sent without one still has the field, with an empty name.
    pub fn chosen_file(&self, fields: &[&str]) -> Option<String> {
        let ours = self.field.name().is_some_and(|name| fields.contains(&name));
        self.field.file_name().filter(|name| ours && !name.is_empty()).map(str::to_owned)
    }

    /// The next bytes, none at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, AppError> {
        let chunk = self.field.chunk().await.map_err(|error| refusal(&error, self.limit))?;
        self.held.store(0, Ordering::Relaxed);
        Ok(chunk)
    }

    /// Reads the rest of a field that nobody wants.
    pub async fn skip(mut self) -> Result<(), AppError> {
        self.read_on().await
    }

    /// Reads what still comes of a refused field, for a while.
    pub async fn drain(mut self) {
        // An error here is the client's end, and the refusal that led here is what it is told.
        patiently(async { drop(self.read_on().await) }).await;
    }

    async fn read_on(&mut self) -> Result<(), AppError> {
        while self.chunk().await?.is_some() {}
        Ok(())
    }
}

async fn patiently(rest: impl Future<Output = ()>) {
    if tokio::time::timeout(DRAIN_TIMEOUT, rest).await.is_err() {
        tracing::info!("the client of a refused upload is still sending: answering anyway");
    }
}

fn declared_length(request: &Request) -> Option<u64> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[derive(Debug, Error)]
enum GuardError {
    #[error("the client sent nothing for {} s", IDLE_TIMEOUT.as_secs())]
    Idle,
    #[error("the headers of a part are larger than {MAX_HELD_BYTES} bytes")]
    Held,
    #[error("the connection broke")]
    Cut(#[source] axum::Error),
}

fn guard(body: Body, held: Arc<AtomicUsize>) -> impl Stream<Item = Result<Bytes, GuardError>> + Send {
    stream::unfold((body.into_data_stream(), held), |(mut body, held)| async move {
        // The parser reads for as long as there is something to read: pausing after each chunk makes it give
        // out what it has, so that a fast client does not fill our memory.
        tokio::task::yield_now().await;
        let item = match tokio::time::timeout(IDLE_TIMEOUT, body.next()).await {
            Err(_) => Err(GuardError::Idle),
            Ok(next) => match next? {
                Ok(bytes) if held.fetch_add(bytes.len(), Ordering::Relaxed) < MAX_HELD_BYTES => Ok(bytes),
                Ok(_) => Err(GuardError::Held),
                Err(error) => Err(GuardError::Cut(error)),
            },
        };
        Some((item, (body, held)))
    })
}

fn refusal(error: &MultipartError, limit: u64) -> AppError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        AppError::BodyTooLarge { limit }
    } else {
        AppError::BadForm { detail: causes(error) }
    }
}
