//! What can go wrong in a request: its status, what the client reads, and what is logged.

use std::error::Error;
use std::sync::Arc;

use app_intake::form::{self, FormError};
use app_intake::image_format::{ImageDefect, ImageKind};
use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use thiserror::Error;

use crate::limits::OverLimit;
use crate::storage::StorageError;
use crate::{App, page, url};

/// A request that was not served. The text is for the client: it never holds what is ours alone.
#[derive(Debug, Error)]
pub enum AppError {
    /// The form has no file.
    #[error("no image was sent: choose at least one file in the field fileToUpload")]
    NoFile,
    /// A file is not an image, or not a whole one.
    #[error("\"{name}\" {defect}")]
    Defect {
        /// The file's name.
        name: String,
        /// What is wrong with it.
        defect: ImageDefect,
    },
    /// A file is said to be something else.
    #[error("\"{name}\" was sent as {claimed}, but is a {kind} image: send it as {} or without a type", kind.content_type())]
    ContentTypeMismatch {
        /// The file's name.
        name: String,
        /// What the client says.
        claimed: String,
        /// What it is.
        kind: ImageKind,
    },
    /// It is over one of the app's limits.
    #[error(transparent)]
    OverLimit(#[from] OverLimit),
    /// The body is not a complete form.
    #[error(transparent)]
    Form(FormError),
    /// What was looked at is not what is there.
    #[error("the file was sent again, or replaced while it was looked at: begin anew with it")]
    Replaced,
    /// The body is not the JSON that is wanted here.
    #[error("the request is not the JSON that is wanted here: send {wanted} as application/json")]
    NotJson {
        /// What is wanted.
        wanted: &'static str,
    },
    /// A browser was sent here by another site.
    #[error("the request comes from another site: use the page of this one")]
    CrossSite,
    /// There is no room.
    #[error("the server is busy: try again in a moment")]
    Busy,
    /// Nothing is served here.
    #[error("there is nothing at this address")]
    NotFound,
    /// Something is served here, by another method.
    #[error("this address does not take that method")]
    MethodNotAllowed,
    /// The image is shorter than the range asked for.
    #[error("the image has no such range")]
    NoSuchRange {
        /// The image's size, where it is known.
        size: Option<u64>,
    },
    /// The bucket did not do its part.
    #[error("the image store does not answer as it should: try again in a moment")]
    Storage(#[source] StorageError),
    /// We did not do our part.
    #[error("something went wrong here: try again in a moment")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl AppError {
    /// The status, which says whose fault it is.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoFile | Self::ContentTypeMismatch { .. } | Self::Replaced | Self::NotJson { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::Defect { defect: ImageDefect::NotAnImage, .. } | Self::Form(FormError::NotAForm) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Defect { .. } | Self::Form(_) => StatusCode::BAD_REQUEST,
            Self::OverLimit(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoSuchRange { .. } => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Busy | Self::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What a client needs to know beside the status.
    fn header(&self) -> Option<(header::HeaderName, HeaderValue)> {
        match self {
            Self::Busy => Some((header::RETRY_AFTER, HeaderValue::from(2))),
            Self::Storage(_) => Some((header::RETRY_AFTER, HeaderValue::from(5))),
            Self::NoSuchRange { size: Some(size) } => {
                let value = HeaderValue::try_from(format!("bytes */{size}")).ok()?;
                Some((header::CONTENT_RANGE, value))
            }
            _ => None,
        }
    }

    fn log(&self) {
        match self {
            Self::Storage(_) | Self::Internal(_) => tracing::error!(cause = causes(self), "{self}"),
            Self::Form(FormError::Malformed { detail }) => tracing::info!(cause = detail, "{self}"),
            _ => {}
        }
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NoSuchObject { .. } => Self::NotFound,
            StorageError::Changed { .. } => Self::Replaced,
            StorageError::NoSuchRange { .. } => Self::NoSuchRange { size: None },
            other => Self::Storage(other),
        }
    }
}

impl App {
    /// What the client of a form reads.
    pub fn form_error(&self, error: FormError) -> AppError {
        match error {
            FormError::BodyTooLarge { .. } => OverLimit::Body { limits: self.limits }.into(),
            other => AppError::Form(other),
        }
    }
}

/// An error leaves its message with the response; [`render`], which knows the request, makes a body of it.
impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        self.log();
        let mut response = self.status().into_response();
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, value);
        }
        response.extensions_mut().insert(Message(self.to_string()));
        response
    }
}

/// Refuses a request whose body nobody reads, after letting its client send it for a while.
pub async fn refuse(body: Body, error: AppError) -> Response {
    form::drain(body.into_data_stream()).await;
    error.into_response()
}

/// Gives failed requests a body: JSON for who asked for JSON, a page for everyone else.
pub async fn render(State(base_path): State<Arc<str>>, request: Request, next: Next) -> Response {
    let json = wants_json(request.headers());
    let root = url::root_from(request.uri().path(), &base_path);
    let mut response = next.run(request).await;
    let Some(Message(message)) = response.extensions_mut().remove() else { return response };
    let status = response.status();
    let body = if json {
        Json(ErrorBody { error: &message }).into_response()
    } else {
        page::error(&root, status, &message).into_response()
    };
    let mut rendered = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
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
