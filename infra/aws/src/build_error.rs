//! The SDK's builders refuse a request without a required member; that is our mistake, reported as a failure.

use aws_smithy_types::error::operation::BuildError;
use infra_engine::Failure;

/// Puts a builder's refusal into our words.
pub trait Built<T> {
    /// The request, or a failure that says which member is missing.
    ///
    /// # Errors
    /// When a required member was not given.
    fn built(self) -> Result<T, Failure>;
}

impl<T> Built<T> for Result<T, BuildError> {
    fn built(self) -> Result<T, Failure> {
        self.map_err(|error| Failure::caused_by("a request to AWS is incomplete", error))
    }
}
