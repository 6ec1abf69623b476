//! The SDK's terse errors in our words, once, at the border.

use crate::guard;
use crate::profile::{self, Profile};
use crate::sign_in::sign_in_again;
use crate::this_machine;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use infra_engine::Failure;
use infra_engine::failure::{in_one_line, is_error};
use std::error::Error;

/// Puts an SDK error into our words.
pub trait SdkResult<T> {
    /// The value, or a failure that says which call failed and why.
    ///
    /// # Errors
    /// When the call failed.
    fn or_failure(self, call: &str) -> Result<T, Failure>;

    /// The value, or `None` where the service answered with one of these errors.
    ///
    /// # Errors
    /// When the call failed in any other way.
    fn none_if(self, errors: &[&str], call: &str) -> Result<Option<T>, Failure>;
}

impl<T, E> SdkResult<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    fn or_failure(self, call: &str) -> Result<T, Failure> {
        self.map_err(|error| failure(call, error))
    }

    fn none_if(self, errors: &[&str], call: &str) -> Result<Option<T>, Failure> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if problem_of(&error).is_one_of(errors) => Ok(None),
            Err(error) => Err(failure(call, error)),
        }
    }
}

/// What a failed call is about.
pub struct Problem<'a> {
    code: Option<&'a str>,
    message: Option<&'a str>,
    status: Option<u16>,
    text: String,
}

/// Looks at a failed call.
pub fn problem_of<E>(error: &SdkError<E, HttpResponse>) -> Problem<'_>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let service = error.as_service_error();
    Problem {
        code: service.and_then(ProvideErrorMetadata::code),
        message: service.and_then(ProvideErrorMetadata::message),
        status: error.raw_response().map(|response| response.status().as_u16()),
        text: in_one_line(error),
    }
}

impl Problem<'_> {
    /// Whether the service answered with one of these codes; `404` and `403` stand for answers without a body.
    pub fn has_code(&self, codes: &[&str]) -> bool {
        let status = self.status.map(|status| status.to_string()).unwrap_or_default();
        codes.iter().any(|code| self.code == Some(*code) || status == *code)
    }

    /// Whether it is one of the errors that a kind declares.
    pub fn is_one_of(&self, errors: &[&str]) -> bool {
        self.has_code(errors) || errors.iter().any(|error| is_error(error, self.code, self.message))
    }

    /// What the service says.
    pub fn message(&self) -> Option<&str> {
        self.message
    }

    /// Whether the service's message has this text in it.
    pub fn says(&self, text: &str) -> bool {
        self.message.is_some_and(|message| message.contains(text))
    }

    /// Whether there were no credentials, or none that are accepted.
    pub fn is_about_credentials(&self) -> bool {
        const CODES: [&str; 8] = [
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "InvalidToken",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
        ];
        let none = ["credential", "no providers in chain", "SSO", "profile"];
        self.has_code(&CODES) || (self.code.is_none() && none.iter().any(|word| self.text.contains(word)))
    }
}

fn failure<E>(call: &str, error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let problem = problem_of(&error);
    let is_broken = matches!(
        error,
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_)
    );
    // What is held back was never sent.
    let is_held_back = [guard::LOST, this_machine::ELSEWHERE].iter().any(|why| problem.text.contains(why));
    let lost = (is_broken && !is_held_back) || problem.status.is_some_and(|status| status >= 500);
    let (hint, code) = (hint_for(&problem), problem.code.map(str::to_owned));
    let failure = match (problem.code, problem.message) {
        (Some(code), Some(message)) => Failure::new(format!("{call}: {message} ({code})")),
        (Some(code), None) => Failure::caused_by(format!("{call}: {code}"), error),
        _ => Failure::caused_by(call.to_owned(), error),
    };
    let failure = if lost { failure.with_answer_lost() } else { failure };
    let failure = code.into_iter().fold(failure, |failure, code| failure.with_code(&code));
    hint.into_iter().fold(failure, Failure::hint)
}

fn hint_for(problem: &Problem<'_>) -> Option<String> {
    if problem.text.contains(guard::LOST) {
        return Some(
            "nothing more was written: look what the other run does, then run the same command again"
                .to_owned(),
        );
    }
    if problem.text.contains(this_machine::ELSEWHERE) {
        return Some(
            "unset the endpoints of single services, AWS_ENDPOINT_URL_<SERVICE> or a profile's `services`, or leave out --local"
                .to_owned(),
        );
    }
    if problem.is_about_credentials() {
        return Some(sign_in_again(profile::in_use(), &problem.text));
    }
    if problem.has_code(&["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"]) {
        // Keys of a profile with a second factor are used without it, and may be allowed little.
        let way_out = profile::in_use().and_then(Profile::way_out_of_mfa);
        let way_out = way_out.map(|way_out| format!("; or {way_out}")).unwrap_or_default();
        return Some(format!("the credentials do not allow this call: ask for the right in IAM{way_out}"));
    }
    if problem.text.contains("invalid peer certificate") {
        return Some(
            "the certificate is of an authority that is not trusted: where a company's proxy looks into connections, let \
             AWS_CA_BUNDLE name its certificates"
                .to_owned(),
        );
    }
    problem.text.contains("dispatch failure").then(|| {
        "the endpoint can't be reached: check the network, HTTPS_PROXY and NO_PROXY, and AWS_ENDPOINT_URL"
            .to_owned()
    })
}
