//! What can go wrong in a request: its status, what the client is told, and what is logged.

use std::error::Error;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;

use crate::page;
use crate::storage::StorageError;

/// A request that was not served. The text is for the client: it never holds what is ours alone.
#[derive(Debug, Error)]
pub enum AppError {
    /// The form has no file.
    #[error("no image was sent: choose at least one file in the field fileToUpload")]
    NoFile,
    /// A file has no content.
    #[error("{name:?} is empty: choose a file with content")]
    EmptyFile {
        /// The file's name.
        name: String,
    },
    /// A file is something else.
    #[error("{name:?} is not an image that is taken here: send JPEG, PNG, GIF, WebP or AVIF")]
    NotAnImage {
        /// The file's name.
        name: String,
    },
    /// A file is too large.
    #[error("{name:?} is larger than the limit of {}: send a smaller image", page::size(*limit))]
    FileTooLarge {
        /// The file's name.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The form has too many files.
    #[error("more than {limit} files in one upload: send at most {limit} at a time")]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// The request is larger than all files together may be.
    #[error("the upload is larger than the limit of {} for one request: send fewer images", page::size(*limit))]
    BodyTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The body is no complete form.
    #[error("the upload was cut short or is no multipart form: send it again")]
    BadForm {
        /// What the parser says, for the log.
        detail: String,
    },
    /// The content type is not a form with files.
    #[error("the upload is not multipart/form-data: send the form that the page shows")]
    NotAForm,
    /// Nothing is served here.
    #[error("there is nothing at this address")]
    NotFound,
    /// Something is served here, by another method.
    #[error("this address does not take that method")]
    MethodNotAllowed,
    /// The image is shorter than the range asked for.
    #[error("the image has no such range")]
    NoSuchRange,
    /// The bucket did not do its part.
    #[error("the image store does not answer as it should: try again in a moment")]
    Storage(#[source] StorageError),
    /// We did not do our part.
    #[error("something went wrong here: try again in a moment")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl AppError {
    /// The status that tells a client whose fault it is.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoFile | Self::EmptyFile { .. } | Self::BadForm { .. } => StatusCode::BAD_REQUEST,
            Self::NotAnImage { .. } | Self::NotAForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::FileTooLarge { .. } | Self::TooManyFiles { .. } | Self::BodyTooLarge { .. } => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoSuchRange => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Storage(_) => StatusCode::BAD_GATEWAY,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn log(&self) {
        match self {
            Self::Storage(_) | Self::Internal(_) => tracing::error!(cause = causes(self), "{self}"),
            Self::BadForm { detail } => tracing::info!(cause = detail, "{self}"),
            _ => {}
        }
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSuchObject { .. } => Self::NotFound,
            StorageError::NoSuchRange { .. } => Self::NoSuchRange,
            other => Self::Storage(other),
        }
    }
}

/// An error leaves its message with the response; [`render`], which knows the request, makes a body of it.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        self.log();
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Message(self.to_string()));
        response
    }
}

/// Gives failed requests a body: JSON for who asked for JSON, a page for everyone else.
pub async fn render(request: Request, next: Next) -> Response {
    let json = wants_json(request.headers());
    let root = page::root_from(request.uri().path());
    let mut response = next.run(request).await;
    let Some(Message(message)) = response.extensions_mut().remove() else { return response };
    let status = response.status();
    let body = if json {
        Json(ErrorBody { error: &message }).into_response()
    } else {
        page::error(&root, status, &message).into_response()
    };
    let mut rendered = (status, body).into_response();
    // What the router said beside the status, such as `Allow`, stays.
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != header::CONTENT_LENGTH) {
        rendered.headers_mut().insert(name, value.clone());
    }
    rendered
}

/// Whether a client asked for JSON by name.
pub fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accept.flat_map(|value| value.split(',')).any(|range| {
        range.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    })
}

/// The sources of an error, outermost first, on one line. Wrappers that only repeat what they wrap are left out.
pub fn causes(error: &dyn Error) -> String {
    let sources = std::iter::successors(error.source(), |source| (*source).source());
    let mut texts: Vec<String> = sources.map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}

#[derive(Clone)]
struct Message(String);

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
}
