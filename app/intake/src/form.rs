//! The form as it comes in: a parser behind guards on how long a client may pause, how much it may send,
//! and how much the parser may hold back. A form takes up less than 300 KiB of memory, whatever the client sends.

mod guard;
mod parameters;
mod part_heads;

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use multer::{Field, Multipart};
use thiserror::Error;

use guard::{Body, GuardError, Progress};
use part_heads::PartHeads;

use crate::limits::{FORM_OVERHEAD, UploadLimits};

const PATIENCE: Patience = Patience { idle: Duration::from_secs(55), drain: Duration::from_secs(5) };

/// No form of ours has more fields; each costs more than its bytes.
const MAX_PARTS: usize = 1000;

/// RFC 2046 allows no longer ones.
const MAX_BOUNDARY_BYTES: usize = 70;

/// A multipart form that is being received.
pub struct Form {
    parser: Multipart<'static>,
    source: Source,
    parts: usize,
}

/// One field of the form.
pub struct Part<'a> {
    field: Field<'static>,
    source: &'a Source,
}

/// What a form and its parts read from.
struct Source {
    body: Body,
    progress: Progress,
    patience: Patience,
}

/// How long a client may take.
#[derive(Clone, Copy)]
struct Patience {
    /// A client that sends nothing for so long has gone; a load balancer gives up after 60 s.
    idle: Duration,
    /// How long we go on reading what a refused client still sends: a load balancer turns an answer that
    /// comes before the end of the request into a 502 of its own.
    drain: Duration,
}

/// A body that is not a form, or not all of one.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FormError {
    /// The content type is not a form with files.
    #[error("the upload is not multipart/form-data: send the form that the page shows")]
    NotAForm,
    /// The body is larger than all files together may be.
    #[error("the upload is larger than the limit of {limit} bytes for one request: send fewer images")]
    BodyTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The body is not a complete form.
    #[error("the upload was cut short or is not a valid form: send it again")]
    Malformed {
        /// What is wrong, for the log.
        detail: String,
    },
    /// The client has gone quiet.
    #[error("the upload stopped for {} seconds: send it again", PATIENCE.idle.as_secs())]
    Idle,
}

/// Reads what still comes of a body that is refused before it is opened, for a while.
pub async fn drain<S, E>(body: S)
where
    S: Stream<Item = Result<Bytes, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    Source::new(body, PATIENCE).drain().await;
}

impl Form {
    /// Whether a request can be opened, by its headers alone.
    pub fn check(
        content_type: Option<&str>,
        declared_length: Option<u64>,
        limits: &UploadLimits,
    ) -> Result<(), FormError> {
        boundary(content_type.unwrap_or_default())?;
        let limit = limits.max_body_bytes();
        if declared_length.is_some_and(|length| length > limit) {
            return Err(FormError::BodyTooLarge { limit });
        }
        Ok(())
    }

    /// Takes over the body of a request with this content type and, if the client said it, this length.
    /// Fails as [`Self::check`] does, after which nobody can [`drain`] the body.
    pub fn open<S, E>(
        content_type: Option<&str>,
        declared_length: Option<u64>,
        body: S,
        limits: &UploadLimits,
    ) -> Result<Self, FormError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        Self::check(content_type, declared_length, limits)?;
        let boundary = boundary(content_type.unwrap_or_default())?;
        Ok(Self::open_patiently(boundary, body, limits.max_body_bytes(), PATIENCE))
    }

    fn open_patiently<S, E>(boundary: String, body: S, limit: u64, patience: Patience) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        let source = Source::new(body, patience);
        let mut heads = PartHeads::new(&boundary);
        let pieces = guard::guarded(source.body.clone(), source.progress.clone(), limit);
        let parser = Multipart::new(pieces.map_ok(move |piece| heads.cleaned(piece)), boundary);
        Self { parser, source, parts: 0 }
    }

    /// The next field, none at the end of the form. The one before must have been read to its end.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, FormError> {
        self.source.progress.begin();
        let Some(field) = self.parser.next_field().await.map_err(refusal)? else {
            self.source.end().await?;
            return Ok(None);
        };
        self.source.progress.clear();
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(FormError::Malformed { detail: format!("more than {MAX_PARTS} fields") });
        }
        Ok(Some(Part { field, source: &self.source }))
    }

    /// Reads what still comes of a refused form, for a while. There is nothing more to get from the form then.
    pub async fn drain(&mut self) {
        self.source.drain().await;
    }
}

impl Part<'_> {
    /// The file name, if this is one of the form's file fields and a file was chosen:
    /// a form sent without one still has the field, with an empty name.
    pub fn chosen_file(&self, fields: &[&str]) -> Option<String> {
        let disposition = parameters::Disposition::parse(self.header("content-disposition")?);
        let ours = disposition.name.is_some_and(|name| fields.contains(&name.as_str()));
        disposition.file_name.filter(|name| ours && !name.is_empty())
    }

    /// The content type that the client gave the field, as it was written.
    pub fn claimed_type(&self) -> Option<String> {
        self.header("content-type").map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The next bytes, none at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, FormError> {
        loop {
            self.source.progress.begin();
            let chunk = self.field.chunk().await.map_err(refusal)?;
            self.source.progress.clear();
            // The parser ends a field with an empty piece if nothing else is left of it.
            if chunk.as_ref().is_none_or(|bytes| !bytes.is_empty()) {
                return Ok(chunk);
            }
        }
    }

    /// Reads the rest of a field that nobody wants.
    pub async fn skip(mut self) -> Result<(), FormError> {
        while self.chunk().await?.is_some() {}
        Ok(())
    }

    /// Reads what still comes of a refused form, for a while. There is nothing more to get from the form then.
    pub async fn drain(self) {
        self.source.drain().await;
    }

    fn header(&self, name: &str) -> Option<&[u8]> {
        self.field.headers().get(name).map(|value| value.as_bytes())
    }
}

impl Source {
    fn new<S, E>(body: S, patience: Patience) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Error + Send + Sync + 'static,
    {
        Self { body: Body::new(body, patience.idle), progress: Progress::default(), patience }
    }

    /// What follows the form. A client that goes away before its last byte has not sent the form.
    async fn end(&self) -> Result<(), FormError> {
        let mut left = FORM_OVERHEAD;
        while let Some(chunk) = self.body.next().await.map_err(|error| guard_refusal(&error))? {
            let too_much = || FormError::Malformed { detail: "it goes on after its end".to_owned() };
            left = left.checked_sub(chunk.len() as u64).ok_or_else(too_much)?;
        }
        Ok(())
    }

    async fn drain(&self) {
        // An error here is the client's end, and the refusal that led here is what it reads.
        let rest = async { while let Ok(Some(_)) = self.body.next().await {} };
        if tokio::time::timeout(self.patience.drain, rest).await.is_err() {
            tracing::info!("the client of a refused upload is still sending: answering anyway");
        }
    }
}

/// What separates the parts, from the content type.
fn boundary(content_type: &str) -> Result<String, FormError> {
    let (essence, mut parameters) = parameters::split(content_type.as_bytes());
    if !essence.eq_ignore_ascii_case(b"multipart/form-data") {
        return Err(FormError::NotAForm);
    }
    let boundary = parameters.find(|(name, _)| name == "boundary").map(|(_, value)| value);
    boundary
        .filter(|value| (1..=MAX_BOUNDARY_BYTES).contains(&value.len()))
        .and_then(|value| String::from_utf8(value).ok())
        .filter(|value| value.chars().all(|c| c == ' ' || c.is_ascii_graphic()) && !value.ends_with(' '))
        .ok_or_else(|| FormError::Malformed { detail: "the content type has no valid boundary".to_owned() })
}

fn guard_refusal(error: &GuardError) -> FormError {
    match error {
        GuardError::Idle => FormError::Idle,
        other => FormError::Malformed { detail: chain(other) },
    }
}

fn refusal(error: multer::Error) -> FormError {
    let guard = match &error {
        multer::Error::StreamReadFailed(source) => source.downcast_ref::<GuardError>(),
        _ => None,
    };
    match guard {
        Some(GuardError::TooLarge { limit }) => FormError::BodyTooLarge { limit: *limit },
        Some(GuardError::Idle) => FormError::Idle,
        Some(GuardError::Held | GuardError::Cut(_)) | None => FormError::Malformed { detail: chain(&error) },
    }
}

/// An error and its sources, outermost first, on one line.
fn chain(error: &dyn Error) -> String {
    let errors = std::iter::successors(Some(error), |error| (*error).source());
    let mut texts: Vec<String> = errors.map(ToString::to_string).collect();
    // Wrappers that only repeat what they wrap.
    texts.dedup();
    texts.join(": ")
}

#[cfg(test)]
mod tests;
