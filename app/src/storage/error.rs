//! What can go wrong with the bucket. Errors of the SDK become ours here, once.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use thiserror::Error;

/// A call that did not do what was asked.
#[derive(Debug, Error)]
pub enum StorageError {
    /// There is no such object.
    #[error("no object {key} in the bucket")]
    NoSuchObject {
        /// The key asked for.
        key: String,
    },
    /// The object is shorter than the range asked for.
    #[error("no such range in object {key}")]
    NoSuchRange {
        /// The key asked for.
        key: String,
    },
    /// The object is what the client has.
    #[error("object {key} still has the tag asked about")]
    NotModified {
        /// The key asked for.
        key: String,
        /// Its tag.
        e_tag: Option<String>,
    },
    /// The object is another one than was asked for.
    #[error("object {key} was changed meanwhile")]
    Changed {
        /// The key asked for.
        key: String,
    },
    /// S3 refused or did not answer.
    #[error("could not {action} {target} (code {code}, s3 request id {request_id})")]
    Failed {
        /// What was tried.
        action: &'static str,
        /// On which bucket or key.
        target: String,
        /// S3's error code.
        code: String,
        /// S3's id of the request.
        request_id: String,
        /// What the SDK says.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An object's bytes end before the object does.
    #[error("object {key} broke off while it was read")]
    BrokenOff {
        /// Its key.
        key: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Several requests waited for one call.
    #[error(transparent)]
    Shared(Arc<StorageError>),
    /// S3 said yes, and left out what it must say.
    #[error("could not {action} {target}: the answer has no {missing}")]
    Incomplete {
        /// What was tried.
        action: &'static str,
        /// On which key.
        target: String,
        /// What was left out.
        missing: &'static str,
    },
    /// No credentials were found.
    #[error("could not {action}: there are no AWS credentials")]
    NoCredentials {
        /// What was tried.
        action: &'static str,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StorageError {
    /// An error of the SDK as ours.
    pub(super) fn of<E>(action: &'static str, target: &str, error: SdkError<E>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
        SdkError<E>: RequestId,
    {
        let code = code_of(&error);
        // A HEAD request's error has no body, and so no code but the status.
        let missing = error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404);
        let unmodified = error.raw_response().filter(|answer| answer.status().as_u16() == 304);
        if let Some(answer) = unmodified {
            let e_tag = answer.headers().get("etag").map(str::to_owned);
            return Self::NotModified { key: target.to_owned(), e_tag };
        }
        match code.as_str() {
            "NoSuchKey" | "NotFound" if missing => Self::NoSuchObject { key: target.to_owned() },
            "PreconditionFailed" => Self::Changed { key: target.to_owned() },
            "InvalidRange" => Self::NoSuchRange { key: target.to_owned() },
            _ => Self::Failed {
                action,
                target: target.to_owned(),
                code,
                request_id: error.request_id().unwrap_or("none").to_owned(),
                source: Box::new(error),
            },
        }
    }
}

/// S3's error code, or what kept S3 from giving one.
pub(super) fn code_of<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata,
{
    let without_answer = match error {
        SdkError::TimeoutError(_) => "timeout",
        SdkError::DispatchFailure(_) => "no connection",
        SdkError::ResponseError(_) => "broken answer",
        _ => "none",
    };
    error.code().unwrap_or(without_answer).to_owned()
}
