//! Which writes the SDK makes again by itself. A call that creates something may have done so although its answer is lost or
//! is a server error: the engine looks first; the SDK would make a second one, or get the answer that there is one. And a call
//! that names what was just made may get the answer that there is no such thing: AWS needs a moment to know it everywhere.

use super::call::Call;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction, RetryReason};
use aws_smithy_types::retry::ErrorKind;
use infra_engine::operations::Effect;

/// Headers by which [`Writes`] knows what an answer answers: the request is gone by then.
const CREATES: &str = "x-image-app-creates";
const NEEDS: &str = "x-image-app-needs-what-it-names";
/// What is in the codes by which services say that something does not exist.
const NOT_FOUND: [&[u8]; 3] = [b"NotFound", b"NoSuchEntity", b"NoSuchBucket"];

/// Notes in an answer what [`Writes`] has to know of its call.
pub fn noted(
    answer: Result<HttpResponse, ConnectorError>,
    call: &Call,
) -> Result<HttpResponse, ConnectorError> {
    match answer {
        Ok(mut answer) => {
            if call.effect == Effect::Creates {
                answer.headers_mut().insert(CREATES, "");
            }
            if matches!(call.effect, Effect::Creates | Effect::Changes) {
                answer.headers_mut().insert(NEEDS, "");
            }
            Ok(answer)
        }
        Err(lost) if call.effect == Effect::Creates && (lost.is_timeout() || lost.is_io()) => {
            Err(ConnectorError::other(lost.into(), None))
        }
        other => other,
    }
}

/// What the SDK asks whether it should make a call again.
#[derive(Debug)]
pub struct Writes;

impl ClassifyRetry for Writes {
    fn classify_retry(&self, _: &InterceptorContext) -> RetryAction {
        RetryAction::NoActionIndicated
    }

    fn classify_retry_v2(&self, context: &InterceptorContext, so_far: &RetryAction) -> RetryAction {
        let Some(answer) = context.response() else { return RetryAction::NoActionIndicated };
        let is = |header| answer.headers().contains_key(header);
        match so_far {
            // A call that AWS throttled had no effect.
            RetryAction::RetryIndicated(RetryReason::RetryableError { kind, .. })
                if is(CREATES) && *kind != ErrorKind::ThrottlingError =>
            {
                RetryAction::RetryForbidden
            }
            RetryAction::NoActionIndicated if is(NEEDS) && is_not_found(answer) => {
                RetryAction::transient_error()
            }
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "Writes"
    }
}

fn is_not_found(answer: &HttpResponse) -> bool {
    let body = answer.body().bytes().unwrap_or_default();
    answer.status().is_client_error()
        && NOT_FOUND.iter().any(|code| body.windows(code.len()).any(|part| part == *code))
}
