//! What an expression says, as a tree, and the one text that each tree has.

use super::attribute::Attribute;
use super::lexer;
use std::fmt;

/// A comparison, or several of them combined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// One comparison: `attribute:stack == prod`.
    Compare(Subject, Test),
    /// `not(…)`
    Not(Box<Self>),
    /// Two or more conditions that must all hold.
    And(Vec<Self>),
    /// Two or more conditions of which one must hold.
    Or(Vec<Self>),
}

/// What of a container instance is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// `agentConnected`: whether its ECS agent is connected, `true` or `false`.
    AgentConnected,
    /// `agentVersion`: the version of its ECS agent, `1.14.5`.
    AgentVersion,
    /// `attribute:NAME`: one of its attributes.
    Attribute(Attribute),
    /// `ec2InstanceId`: the EC2 instance that it is.
    Ec2InstanceId,
    /// `registeredAt`: when it joined the cluster, `2018-06-18` or `2018-06-18T22:28:28Z`.
    RegisteredAt,
    /// `runningTasksCount`: how many tasks run on it.
    RunningTasksCount,
    /// `task:group`: the groups of the tasks on it.
    TaskGroup,
}

/// An operator with its argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `==` or `equals`
    Equals(String),
    /// `!=` or `not_equals`; an instance without the attribute is not selected.
    NotEquals(String),
    /// `>` or `greater_than`
    GreaterThan(String),
    /// `>=` or `greater_than_equal`
    GreaterThanEqual(String),
    /// `<` or `less_than`
    LessThan(String),
    /// `<=` or `less_than_equal`
    LessThanEqual(String),
    /// `=~` or `matches`: a Java regular expression, so `t3.*` rather than `t3*`.
    Matches(String),
    /// `!~` or `not_matches`
    NotMatches(String),
    /// `in`, with at least one value.
    In(Vec<String>),
    /// `!in` or `not_in`, with at least one value.
    NotIn(Vec<String>),
    /// `exists`, without an argument.
    Exists,
    /// `!exists` or `not_exists`, without an argument.
    NotExists,
}

impl Condition {
    /// All that is compared, in the order of the text.
    pub fn subjects(&self) -> Vec<&Subject> {
        match self {
            Self::Compare(subject, _) => vec![subject],
            Self::Not(inner) => inner.subjects(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::subjects).collect(),
        }
    }

    pub(super) fn and(self, other: Self) -> Self {
        match self {
            Self::And(mut parts) => {
                parts.push(other);
                Self::And(parts)
            }
            first => Self::And(vec![first, other]),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut parts) => {
                parts.push(other);
                Self::Or(parts)
            }
            first => Self::Or(vec![first, other]),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(subject, test) => write!(formatter, "{subject} {test}"),
            Self::Not(inner) => write!(formatter, "not({inner})"),
            Self::And(parts) => {
                join(formatter, " and ", parts, |part| matches!(part, Self::And(_) | Self::Or(_)))
            }
            Self::Or(parts) => join(formatter, " or ", parts, |part| matches!(part, Self::Or(_))),
        }
    }
}

fn join(
    formatter: &mut fmt::Formatter<'_>,
    separator: &str,
    parts: &[Condition],
    needs_parentheses: fn(&Condition) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            formatter.write_str(separator)?;
        }
        if needs_parentheses(part) {
            write!(formatter, "({part})")?;
        } else {
            write!(formatter, "{part}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AgentConnected => formatter.write_str("agentConnected"),
            Self::AgentVersion => formatter.write_str("agentVersion"),
            Self::Attribute(attribute) => write!(formatter, "attribute:{}", attribute.name()),
            Self::Ec2InstanceId => formatter.write_str("ec2InstanceId"),
            Self::RegisteredAt => formatter.write_str("registeredAt"),
            Self::RunningTasksCount => formatter.write_str("runningTasksCount"),
            Self::TaskGroup => formatter.write_str("task:group"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (operator, value) = match self {
            Self::Equals(value) => ("==", value),
            Self::NotEquals(value) => ("!=", value),
            Self::GreaterThan(value) => (">", value),
            Self::GreaterThanEqual(value) => (">=", value),
            Self::LessThan(value) => ("<", value),
            Self::LessThanEqual(value) => ("<=", value),
            Self::Matches(value) => ("=~", value),
            Self::NotMatches(value) => ("!~", value),
            Self::In(values) => return list(formatter, "in", values),
            Self::NotIn(values) => return list(formatter, "!in", values),
            Self::Exists => return formatter.write_str("exists"),
            Self::NotExists => return formatter.write_str("!exists"),
        };
        write!(formatter, "{operator} {}", lexer::quoted_if_needed(value, false))
    }
}

fn list(formatter: &mut fmt::Formatter<'_>, operator: &str, values: &[String]) -> fmt::Result {
    let values: Vec<_> = values.iter().map(|value| lexer::quoted_if_needed(value, true)).collect();
    write!(formatter, "{operator} [{}]", values.join(", "))
}
