//! Why each rule is there, and a change of a sound request that breaks it. The tests of the rules hold the changes against what
//! the rules find.

/// Makes one table of explanations: number, request, change, reason.
macro_rules! explanations {
    ($($number:ident $request:literal $change:literal $reason:literal;)*) => {
        /// The explanations of this file.
        pub(super) const TABLE: &[Explanation] = &[$(
            Explanation { rule: Rule::$number, reason: $reason, request: $request, change: $change }
        ),*];
    };
}

mod balancing;
mod capacity;
mod deployments;
mod disputed;
mod services;
mod tasks;

use super::Rule;

/// What a rule is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The rule.
    pub rule: Rule,
    /// Why ECS refuses it; where sources disagree, about what.
    pub reason: &'static str,
    /// A sound request, in one word or two: `fargate`, `bridge-providers`.
    pub request: &'static str,
    /// What is changed in it, and makes it break the rule: `member = JSON`, `-` to leave it out, several after `;`. A member that
    /// begins with `c/` is of the first container, with `t/` of the service's task definition, with `d/` of its
    /// `deploymentConfiguration`.
    pub change: &'static str,
}

impl Rule {
    /// Why it is there, and what breaks it.
    pub fn explanation(self) -> Option<&'static Explanation> {
        TABLES.iter().flat_map(|table| table.iter()).find(|explanation| explanation.rule == self)
    }

    /// The rule of this number, such as `T34` or `t34`.
    pub fn numbered(number: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.number().eq_ignore_ascii_case(number))
    }

    /// Whether a text has the form of a rule's number, be there such a rule or not.
    pub fn is_number(text: &str) -> bool {
        let mut letters = text.bytes();
        letters.next().is_some_and(|first| b"TCSLDX".contains(&first.to_ascii_uppercase()))
            && letters.len() == 2
            && letters.all(|digit| digit.is_ascii_digit())
    }
}

const TABLES: [&[Explanation]; 6] =
    [tasks::TABLE, capacity::TABLE, services::TABLE, balancing::TABLE, deployments::TABLE, disputed::TABLE];

impl Explanation {
    /// The request in words.
    pub fn request_in_words(&self) -> &'static str {
        match (self.request, self.rule.number().as_bytes().first()) {
            ("fargate", Some(b'T' | b'X')) => "a task definition for Fargate",
            ("bridge", Some(b'T' | b'X')) => "a task definition for EC2 with network mode bridge",
            ("host", _) => "a task definition for EC2 with network mode host",
            ("windows", _) => "a task definition for Windows on Fargate",
            ("windows-ec2", _) => "a task definition for Windows on EC2",
            ("external", _) => "a task definition for EXTERNAL",
            ("managed", _) => "a task definition for MANAGED_INSTANCES",
            ("fargate" | "connect" | "disk", _) => "a service on Fargate",
            ("fargate-providers", _) => "a service on Fargate's capacity providers",
            ("bridge", _) => "a service on EC2 with network mode bridge",
            ("bridge-providers", _) => "a service on a capacity provider of EC2 instances",
            ("daemon", _) => "a daemon on EC2",
            ("run-task", _) => "a call of RunTask",
            ("cluster", _) => "a cluster",
            ("capacity-provider", _) => "a capacity provider with managed scaling",
            ("target-group", _) => "a target group for tasks on Fargate",
            ("load-balancer", _) => "an Application Load Balancer",
            (other, _) => other,
        }
    }

    /// The changes, each with the whole way to its member: `containerDefinitions[0].privileged = true`.
    pub fn changes(&self) -> Vec<String> {
        self.change.split(" ; ").map(written_out).collect()
    }
}

fn written_out(change: &str) -> String {
    let (member, value) = change.split_once(" = ").unwrap_or((change, ""));
    let member = match member.split_once('/') {
        Some(("c", member)) => format!("containerDefinitions[0].{member}"),
        Some(("d", member)) => format!("deploymentConfiguration.{member}"),
        Some(("t", member)) => format!("{member} of its task definition"),
        _ => member.to_owned(),
    };
    if value == "-" { format!("{member} left out") } else { format!("{member} = {value}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_explained_once() {
        let explained = TABLES.iter().flat_map(|table| table.iter().map(|it| it.rule));
        let mut explained: Vec<_> = explained.collect();
        explained.sort_unstable();
        let mut all = Rule::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(explained, all);
        for explanation in TABLES.iter().flat_map(|table| table.iter()) {
            let Explanation { rule, reason, request, .. } = explanation;
            assert!(
                !reason.is_empty() && !reason.contains("  ") && !reason.ends_with('.'),
                "{rule:?}: {reason}"
            );
            assert!(explanation.request_in_words() != *request, "{rule:?}: {request} has no words");
        }
    }

    #[test]
    fn a_change_is_written_with_the_whole_way_to_its_member() {
        let changes = |rule: Rule| rule.explanation().unwrap().changes();
        assert_eq!(changes(Rule::T34), ["containerDefinitions[0].privileged = true"]);
        assert_eq!(changes(Rule::T03), ["family left out"]);
        assert_eq!(
            changes(Rule::D08),
            [
                "deploymentConfiguration.minimumHealthyPercent = 100",
                "deploymentConfiguration.maximumPercent = 100"
            ]
        );
    }

    #[test]
    fn a_number_is_known_by_its_form() {
        assert_eq!(Rule::numbered("t34"), Some(Rule::T34));
        assert_eq!(Rule::numbered("T99"), None);
        assert!(Rule::is_number("T99") && Rule::is_number("x01"));
        for name in ["service/web", "web", "T1", "T345", "Q01", "", "Té1"] {
            assert!(!Rule::is_number(name), "{name}");
        }
    }
}
