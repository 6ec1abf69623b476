//! What a rule finds.

use super::rule::Rule;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::fmt;

/// A value that ECS would refuse, or that the sources disagree about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}{}{}", rule.number(), path, if path.is_empty() { "" } else { ": " }, self.message())]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The way to the value: `containerDefinitions[0].portMappings[1].hostPort`; empty for the whole.
    pub path: String,
    /// What is wrong with the value.
    pub problem: String,
    /// Who minds.
    pub minds: Minds,
}

/// Who minds what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Minds {
    /// ECS itself.
    #[serde(rename = "ECS")]
    Ecs,
    /// The parameter validation of aws-cli and of SDKs like it; ECS does not.
    #[serde(rename = "aws-cli")]
    AwsCli,
    /// What starts the task: Docker, or ECS's agent. ECS registers it.
    #[serde(rename = "agent")]
    Agent,
    /// This check alone, which can't see the value that will be sent.
    #[serde(rename = "check")]
    Check,
}

impl fmt::Display for Minds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ecs => "ECS",
            Self::AwsCli => "aws-cli",
            Self::Agent => "Docker or ECS's agent, when the task starts",
            Self::Check => "this check alone",
        })
    }
}

impl Finding {
    /// What is wrong with the value, and what would be valid.
    pub fn message(&self) -> String {
        self.valid().map_or_else(|| self.problem.clone(), |valid| format!("{}; valid: {valid}", self.problem))
    }

    /// What would be valid, unless the problem itself says what is expected.
    pub fn valid(&self) -> Option<&'static str> {
        (self.rule != Rule::T01).then(|| self.rule.valid())
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Finding", 4)?;
        members.serialize_field("rule", self.rule.number())?;
        members.serialize_field("path", &self.path)?;
        members.serialize_field("message", &self.message())?;
        members.serialize_field("minds", &self.minds)?;
        members.end()
    }
}
