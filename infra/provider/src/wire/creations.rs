//! A call that creates something may have done so although its answer is lost or is a server error. The engine looks before
//! it tries again; the SDK would make a second one, or be told that there is one.

use super::call::Call;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryReason};
use aws_smithy_types::retry::ErrorKind;

/// A header by which [`Creations`] knows the answer to such a call: the request is gone by then.
const MARK: &str = "x-image-app-creates";

/// Keeps the SDK from making such a call again.
pub fn made_once(
    answer: Result<HttpResponse, ConnectorError>,
    call: &Call,
) -> Result<HttpResponse, ConnectorError> {
    match answer {
        answer if !call.creates() => answer,
        Ok(mut answer) => {
            answer.headers_mut().insert(MARK, "");
            Ok(answer)
        }
        Err(lost) if lost.is_timeout() || lost.is_io() => Err(ConnectorError::other(lost.into(), None)),
        other => other,
    }
}

/// What the SDK asks whether it should make a call again.
#[derive(Debug)]
pub struct Creations;

impl ClassifyRetry for Creations {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, so_far: &RetryAction) -> RetryAction {
        let RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. }) = so_far else {
            return RetryAction::NoActionIndicated;
        };
        let creates = context.response().is_some_and(|answer| answer.headers().contains_key(MARK));
        // A call that AWS throttled had no effect.
        if creates && *kind != ErrorKind::ThrottlingError {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "Creations"
    }
}
