//! What the local AWS's answers are made.

use crate::asked::Asked;
use crate::exchange::Answered;
use crate::text;

/// Where load balancers are found: `NAME.alb.localhost`.
const DOMAIN: &str = ".alb.localhost";

/// Load balancers with the path of each in the place of its DNS name.
pub fn below_the_endpoint(_: &Asked, host: &str, answer: Answered) -> Answered {
    let body = text::between(&answer.body, "<DNSName>", "</DNSName>", |_, name| {
        name.strip_suffix(DOMAIN).map_or_else(|| name.to_owned(), |name| format!("{host}/_alb/{name}"))
    });
    Answered { body, ..answer }
}
