//! What can be asked of an attribute.

use super::Expression;
use super::attribute::Attribute;
use super::condition::{Condition, Subject, Test};

impl Attribute {
    /// Instances where it has this value.
    pub fn equals(self, value: &str) -> Expression {
        self.test(Test::Equals(value.to_owned()))
    }

    /// Instances where it has another value. Instances without the attribute are not among them.
    pub fn not_equals(self, value: &str) -> Expression {
        self.test(Test::NotEquals(value.to_owned()))
    }

    /// Instances where its value matches this Java regular expression: `t3.*`.
    pub fn matches(self, pattern: &str) -> Expression {
        self.test(Test::Matches(pattern.to_owned()))
    }

    /// Instances where its value does not match this Java regular expression.
    pub fn not_matches(self, pattern: &str) -> Expression {
        self.test(Test::NotMatches(pattern.to_owned()))
    }

    /// Instances where it has the first value or one of the others: a list is never empty.
    pub fn is_in(self, first: &str, others: &[&str]) -> Expression {
        self.test(Test::In(values(first, others)))
    }

    /// Instances where it has neither the first value nor one of the others.
    pub fn is_not_in(self, first: &str, others: &[&str]) -> Expression {
        self.test(Test::NotIn(values(first, others)))
    }

    /// Instances that have it, whatever its value.
    pub fn exists(self) -> Expression {
        self.test(Test::Exists)
    }

    /// Instances that don't have it.
    pub fn not_exists(self) -> Expression {
        self.test(Test::NotExists)
    }

    fn test(self, test: Test) -> Expression {
        Expression::of(Condition::Compare(Subject::Attribute(self), test))
    }
}

fn values(first: &str, others: &[&str]) -> Vec<String> {
    std::iter::once(&first).chain(others).map(|value| (*value).to_owned()).collect()
}
