//! The web ACL of AWS WAF that looks at a load balancer's requests first.

use crate::Aws;
use crate::waf::Waf;
use infra_engine::{Context, Failure};
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::time::Duration;

/// A load balancer that is new is not known to WAF at once.
const DEADLINE: Duration = Duration::from_secs(120);
const NOT_KNOWN_YET: &str = "WAFUnavailableEntityException";

/// The ARN of the one that a load balancer has.
///
/// # Errors
/// When it can't be read.
pub async fn read(aws: &Aws, load_balancer_arn: &str) -> Result<Option<String>, Failure> {
    let answer = aws.client::<Waf>().web_acl_of(&aws.region, load_balancer_arn).await;
    let answer = answer.none_if(&["WAFNonexistentItemException"], "get the load balancer's web ACL")?;
    Ok(answer.and_then(|answer| Some(answer["WebACL"]["ARN"].as_str()?.to_owned())))
}

/// Puts one before a load balancer, in the place of another.
///
/// # Errors
/// When it can't be put there.
pub async fn put(
    aws: &Aws,
    load_balancer_arn: &str,
    arn: &str,
    context: &Context<'_>,
) -> Result<(), Failure> {
    poll_until(DEADLINE, context, async || {
        let put = aws.client::<Waf>().associate(&aws.region, arn, load_balancer_arn).await;
        if put.as_ref().is_err_and(|error| problem_of(error).has_code(&[NOT_KNOWN_YET])) {
            return Ok(Poll::Pending("AWS WAF to know the load balancer".to_owned()));
        }
        put.or_failure(&format!("put web ACL {arn} before the load balancer"))?;
        Ok(Poll::Ready(()))
    })
    .await
}
