//! S3 refuses a change of a bucket while it is busy with another one of the same bucket: then the call is made again.

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};

/// What S3 calls it.
const CODE: &[u8] = b"OperationAborted";

/// Knows that refusal from others.
#[derive(Debug)]
pub struct BucketConflict;

impl ClassifyRetry for BucketConflict {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let body = context.response().and_then(|answer| answer.body().bytes()).unwrap_or_default();
        if body.windows(CODE.len()).any(|part| part == CODE) {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }

    fn name(&self) -> &'static str {
        "BucketConflict"
    }
}
