//! The form as it comes in: a parser behind guards on how long a client may pause and how much it may send.
//! A form takes up less than 300 KiB of memory, whatever the client sends.

mod body;
mod parameters;
mod parser;

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures::Stream;
use thiserror::Error;

use body::Body;
use parser::{Found, Head, ParseError, Parser, Piece};

use crate::limits::UploadLimits;

const PATIENCE: Patience = Patience { idle: Duration::from_secs(55), drain: Duration::from_secs(5) };

/// No form of ours has more fields; each costs more than its bytes.
const MAX_PARTS: usize = 1000;

/// RFC 2046 allows no longer ones.
const MAX_BOUNDARY_BYTES: usize = 70;

/// A multipart form that is being received.
pub struct Form {
    parser: Parser,
    body: Body,
    parts: usize,
}

/// One field of the form.
pub struct Part<'a> {
    form: &'a mut Form,
    head: Head,
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
    Body::new(body, u64::MAX, PATIENCE).drain().await;
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
        Self { parser: Parser::new(&boundary), body: Body::new(body, limit, patience), parts: 0 }
    }

    /// The next field, none at the end of the form. What is left of the one before is passed over.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, FormError> {
        let head = loop {
            match self.parser.next()? {
                Some(Found::Part(head)) => break head,
                Some(Found::End) => {
                    self.body.end().await?;
                    return Ok(None);
                }
                None => self.receive().await?,
            }
        };
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(malformed(format!("more than {MAX_PARTS} fields")));
        }
        Ok(Some(Part { form: self, head }))
    }

    /// Reads what still comes of a refused form, for a while. There is nothing more to get from the form then.
    pub async fn drain(&mut self) {
        self.body.drain().await;
    }

    async fn receive(&mut self) -> Result<(), FormError> {
        let more = self.body.next().await?;
        self.parser.feed(more.ok_or_else(|| malformed("it ends early"))?);
        Ok(())
    }
}

impl Part<'_> {
    /// The file name, if this is one of the form's file fields and a file was chosen:
    /// a form sent without one still has the field, with an empty name.
    pub fn chosen_file(&self, fields: &[&str]) -> Option<String> {
        let disposition = parameters::Disposition::parse(self.head.disposition.as_ref()?);
        let ours = disposition.name.is_some_and(|name| fields.contains(&name.as_str()));
        disposition.file_name.filter(|name| ours && !name.is_empty())
    }

    /// The content type that the client gave the field, as it was written.
    pub fn claimed_type(&self) -> Option<String> {
        self.head.content_type.as_ref().map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// The next bytes, none at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, FormError> {
        loop {
            match self.form.parser.data() {
                Some(Piece::Data(bytes)) => return Ok(Some(bytes)),
                Some(Piece::End) => return Ok(None),
                None => self.form.receive().await?,
            }
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
        .ok_or_else(|| malformed("the content type has no valid boundary"))
}

fn malformed(detail: impl Into<String>) -> FormError {
    FormError::Malformed { detail: detail.into() }
}

impl From<ParseError> for FormError {
    fn from(error: ParseError) -> Self {
        malformed(error.to_string())
    }
}

#[cfg(test)]
mod tests;
