//! Placement that was written wrongly.

/// A text that is not a placement strategy or constraint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlacementError {
    /// It is not a strategy.
    #[error("`{0}` is not a placement strategy: write spread:FIELD, binpack:cpu, binpack:memory or random")]
    NoStrategy(String),
    /// It is not a constraint.
    #[error("`{0}` is not a placement constraint: write distinctInstance or memberOf:EXPRESSION")]
    NoConstraint(String),
    /// Its expression is none of the cluster query language.
    #[error("`{text}` is not a placement constraint: {reason}")]
    NoExpression {
        /// The constraint.
        text: String,
        /// What is wrong with its expression.
        reason: String,
    },
}
