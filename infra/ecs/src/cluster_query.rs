//! The cluster query language: on which container instances a `memberOf` constraint lets a task run.
//!
//! ```text
//! attribute:ecs.instance-type =~ t3.* and attribute:ecs.availability-zone != ap-south-1c
//! not(task:group == service:database)
//! attribute:stack !exists or attribute:stack in [test, staging]
//! ```
//!
//! A comparison is a subject, an operator and, for most operators, an argument. Parentheses group; without
//! them `not` binds tighter than `and`, and `and` tighter than `or`, as everywhere. AWS publishes examples
//! but no grammar, so what they leave open is accepted here: a false refusal would stop a deployment that
//! works.

pub mod attribute;
pub mod comparison;
mod condition;
pub mod error;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

pub use attribute::Attribute;
pub use condition::{Condition, Subject, Test};
pub use error::{Expected, ExpressionError};

use std::fmt;
use std::str::FromStr;

/// An expression of a `memberOf` placement constraint, checked before the first API call.
///
/// Use a constraint where a task needs what only some of your instances have: an instance type, an
/// architecture, a disk, a neighbour on the same instance. It is a hard rule: a task that no instance
/// satisfies stays `PENDING`. To spread or pack tasks over instances use a placement strategy, which is only
/// a preference. The constraints of one task must all hold, so an "or" has to be written inside one
/// expression. Fargate has no container instances and takes no placement constraints (rule T39).
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html> and
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    text: String,
    condition: Condition,
}

impl Expression {
    /// Instances that run a task of this group: `service:NAME` for a service, `family:NAME` for a task
    /// started alone.
    ///
    /// Negated, it keeps a task away from those instances.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-groups.html>
    pub fn task_group(group: &str) -> Self {
        Self::of(Condition::Compare(Subject::TaskGroup, Test::Equals(group.to_owned())))
    }

    /// Instances that both expressions select.
    pub fn and(self, other: Self) -> Self {
        Self::of(self.condition.and(other.condition))
    }

    /// Instances that either expression selects.
    pub fn or(self, other: Self) -> Self {
        Self::of(self.condition.or(other.condition))
    }

    /// Instances that this expression does not select.
    pub fn negated(self) -> Self {
        Self::of(Condition::Not(Box::new(self.condition)))
    }

    /// The expression as it was written, which is what ECS gets; [`Display`](fmt::Display) is its canonical
    /// form.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the text says.
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// The names of the attributes it mentions, as often as it does: `ecs.availability-zone`.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.condition.subjects().into_iter().filter_map(|subject| match subject {
            Subject::Attribute(attribute) => Some(attribute.name()),
            _ => None,
        })
    }

    fn of(condition: Condition) -> Self {
        Self { text: condition.to_string(), condition }
    }
}

impl FromStr for Expression {
    type Err = ExpressionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self { text: text.to_owned(), condition: parser::parse(text)? })
    }
}

/// The canonical form: one spelling for every operator, and no parentheses or quotes that it can do without.
impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt(formatter)
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> Self {
        expression.text
    }
}
