//! Which container instances run a service's or a run-task's tasks. Fargate has none to choose from.

mod error;
mod text;

pub use error::PlacementError;

use crate::open_enum;
use serde::{Deserialize, Serialize};

/// A constraint: instances that do not fit it run no task.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacementConstraint {
    /// Which constraint.
    #[serde(rename = "type")]
    pub constraint_type: PlacementConstraintType,
    /// The instances, for `memberOf`.
    pub expression: Option<String>,
}

open_enum! {
    /// The kinds of placement constraints.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html>
    pub enum PlacementConstraintType {
        /// Each task on an instance of its own. Only for services and run-task, not in task definitions.
        DistinctInstance = "distinctInstance",
        /// The instance must fit an expression.
        MemberOf = "memberOf",
    }
}

/// Which of the instances that fit is taken first. ECS does its best; a strategy never keeps a task from running.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacementStrategy {
    /// Which strategy.
    #[serde(rename = "type")]
    pub strategy_type: PlacementStrategyType,
    /// Over what tasks are spread, or what is packed tightly.
    pub field: Option<String>,
}

open_enum! {
    /// The kinds of placement strategies.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html>
    pub enum PlacementStrategyType {
        /// Any instance.
        Random = "random",
        /// Evenly, over `instanceId`, `host` or an attribute such as `attribute:ecs.availability-zone`: for availability.
        Spread = "spread",
        /// On as few instances as possible, by `cpu` or `memory`: for cost.
        Binpack = "binpack",
    }
}

impl PlacementStrategy {
    /// Any instance.
    pub fn random() -> Self {
        Self { strategy_type: PlacementStrategyType::Random, field: None }
    }

    /// Evenly over the values of a field.
    pub fn spread(field: &str) -> Self {
        Self { strategy_type: PlacementStrategyType::Spread, field: Some(field.to_owned()) }
    }

    /// Evenly over availability zones: what availability zone rebalancing asks for.
    pub fn spread_over_zones() -> Self {
        Self::spread("attribute:ecs.availability-zone")
    }

    /// On as few instances as possible, by CPU.
    pub fn binpack_cpu() -> Self {
        Self { strategy_type: PlacementStrategyType::Binpack, field: Some("cpu".to_owned()) }
    }

    /// On as few instances as possible, by memory.
    pub fn binpack_memory() -> Self {
        Self { strategy_type: PlacementStrategyType::Binpack, field: Some("memory".to_owned()) }
    }
}

impl PlacementConstraint {
    /// Each task on an instance of its own.
    pub fn distinct_instance() -> Self {
        Self { constraint_type: PlacementConstraintType::DistinctInstance, expression: None }
    }

    /// Only on instances that fit the expression.
    pub fn member_of(expression: &crate::Expression) -> Self {
        let expression = Some(expression.text().to_owned());
        Self { constraint_type: PlacementConstraintType::MemberOf, expression }
    }
}
