//! Why RunTask starts fewer tasks than were asked for, in words.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html> and
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>.

use aws_sdk_ecs::types::Failure as Refusal;

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
    match meaning(reason) {
        Some(meaning) => format!("{text}: {meaning}"),
        None => text,
    }
}

/// What a reason means and what helps.
fn meaning(reason: &str) -> Option<&'static str> {
    let reason = reason.to_ascii_uppercase();
    let meanings = [
        ("RESOURCE:CPU", "the instance has too little CPU left; ask for less with --cpu or add instances"),
        (
            "RESOURCE:MEMORY",
            "the instance has too little memory left; ask for less with --memory or add instances",
        ),
        (
            "RESOURCE:PORT",
            "a host port that the task wants is taken; run it on another instance, or let ECS choose the port",
        ),
        (
            "RESOURCE:ENI",
            "the instance has no network interface left for a task with awsvpc; use a larger instance type or ENI trunking",
        ),
        ("RESOURCE:GPU", "the instance has too few free GPUs"),
        ("RESOURCE:FPGA", "the instance has no free FPGA"),
        ("RESOURCE", "the instance has too little of this left"),
        ("AGENT", "the container agent on the instance is not connected; restart it or replace the instance"),
        (
            "ATTRIBUTE",
            "the instance lacks an attribute that the task needs, such as a log driver or an instance type",
        ),
        ("LOCATION", "the instance is in another availability zone than the subnets of the task"),
        ("MEMBEROF", "no instance fits the placement constraint memberOf"),
        (
            "DISTINCTINSTANCE",
            "every instance that fits has such a task already; ask for fewer or add instances",
        ),
        ("INACTIVE", "the instance is no longer registered with the cluster"),
        ("MISSING", "the instance is not there"),
        (
            "CAPACITY IS UNAVAILABLE",
            "Fargate has no room for it now; try again later, in other zones or in another size",
        ),
    ];
    meanings.iter().find(|(word, _)| reason.contains(word)).map(|(_, meaning)| *meaning)
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
            ("RESOURCE:MEMORY", "--memory"),
            ("RESOURCE:CPU", "--cpu"),
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
