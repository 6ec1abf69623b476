//! Why RunTask starts fewer tasks than were asked for, in words.

use aws_sdk_ecs::types::Failure as Refusal;
use infra_ecs::diagnosis::cause_of_placement;

/// One sentence: the reason as ECS gives it, the instance where there is one, and what it means.
pub fn explain(refusal: &Refusal) -> String {
    let reason = refusal.reason().unwrap_or("no reason given");
    let mut text = reason.to_owned();
    if let Some(arn) = refusal.arn().filter(|arn| !arn.is_empty()) {
        text.push_str(&format!(" on {}", infra_aws::live_service::last_part(arn)));
    }
    if let Some(detail) = refusal.detail().filter(|detail| !detail.is_empty()) {
        text.push_str(&format!(" ({detail})"));
    }
    match cause_of_placement(reason) {
        Some(cause) => format!("{text}: {}; {}", cause.what, cause.next),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(reason: &str, arn: &str) -> String {
        explain(&Refusal::builder().reason(reason).arn(arn).build())
    }

    #[test]
    fn each_reason_is_reported_with_its_meaning() {
        for (reason, word) in [
            ("RESOURCE:MEMORY", "less memory"),
            ("RESOURCE:CPU", "less CPU"),
            ("RESOURCE:PORTS", "host port"),
            ("RESOURCE:ENI", "network interface"),
            ("AGENT", "container agent"),
            ("MemberOf placement constraint unsatisfied.", "memberOf"),
            ("Capacity is unavailable at this time. Please try again later", "Fargate"),
        ] {
            let text = explained(reason, "");
            assert!(text.starts_with(&format!("{reason}: ")) && text.contains(word), "{text}");
        }
    }

    #[test]
    fn the_instance_is_named_and_an_unknown_reason_stays_as_it_is() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:container-instance/demo/4f2a";
        assert_eq!(explained("SOMETHING NEW", arn), "SOMETHING NEW on 4f2a");
    }
}
