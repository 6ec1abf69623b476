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

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

    #[test]
    fn a_load_balancer_is_at_a_path_of_the_endpoint() {
        let asked = Asked::of(&HttpRequest::empty());
        let answer = |text: &str| {
            below_the_endpoint(&asked, "127.0.0.1:4566", Answered::new(200, text.to_owned())).body
        };
        assert_eq!(answer("<DNSName>a.alb.localhost</DNSName>"), "<DNSName>127.0.0.1:4566/_alb/a</DNSName>");
        assert_eq!(answer("<DNSName>a.example.com</DNSName>"), "<DNSName>a.example.com</DNSName>");
    }
}
