//! Answers of ECS that are failures in part: the call succeeds, and of each resource it is said whether it did.

use aws_sdk_ecs::types::Failure as Refusal;
use infra_engine::Failure;

/// So ECS says that there is no such resource, which is an answer to who asks what there is.
const MISSING: &str = "MISSING";

/// Takes an answer that describes resources: those that are missing are not in it, and nothing else may be wrong.
///
/// # Errors
/// When one could not be described although it may be there, with ECS's reason.
pub fn described(failures: Option<&[Refusal]>, call: &str) -> Result<(), Failure> {
    let failures = failures.unwrap_or_default().iter();
    all_done(failures.filter(|failure| failure.reason() != Some(MISSING)), call)
}

/// Takes an answer whose every part must have succeeded.
///
/// # Errors
/// When one did not, with each resource and ECS's reason.
pub fn all_done<'a>(failures: impl IntoIterator<Item = &'a Refusal>, call: &str) -> Result<(), Failure> {
    let reported: Vec<String> = failures.into_iter().map(in_words).collect();
    if reported.is_empty() { Ok(()) } else { Err(Failure::new(format!("{call}: {}", reported.join("; ")))) }
}

fn in_words(failure: &Refusal) -> String {
    let reason = failure.reason().unwrap_or("no reason given");
    let detail = failure.detail().filter(|detail| !detail.is_empty());
    let detail = detail.map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{}: {reason}{detail}", failure.arn().unwrap_or("a resource without a name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(arn: &str, reason: &str) -> Refusal {
        Refusal::builder().arn(arn).reason(reason).build()
    }

    #[test]
    fn what_is_missing_is_no_failure_to_describe_and_all_else_is_one() {
        assert!(described(None, "describe").is_ok());
        assert!(described(Some(&[refusal("a", "MISSING")]), "describe").is_ok());
        let failures = [refusal("a", "MISSING"), refusal("b", "ACCESS_DENIED")];
        let error = described(Some(&failures), "describe").unwrap_err().to_string();
        assert_eq!(error, "describe: b: ACCESS_DENIED");
    }

    #[test]
    fn each_part_that_failed_is_reported() {
        let failures = [refusal("a:1", "still in use"), Refusal::builder().detail("who knows").build()];
        let error = all_done(&failures, "delete revisions").unwrap_err().to_string();
        assert_eq!(
            error,
            "delete revisions: a:1: still in use; a resource without a name: no reason given (who knows)"
        );
    }
}
