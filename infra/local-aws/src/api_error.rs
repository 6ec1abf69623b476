//! What a call is refused with.

use hyper::StatusCode;

/// A refusal in AWS's words; each protocol has its own form for it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// 400, unless it is the server's fault.
    pub status: StatusCode,
    /// AWS's name of the error, such as `ClusterNotFoundException`.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

impl ApiError {
    /// A refusal that is the caller's fault.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: code.to_owned(), message: message.into() }
    }

    /// A fault of the local AWS itself.
    pub fn server(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "ServerException".to_owned(),
            message: message.into(),
        }
    }
}
