//! Constraints on the container instances that may run a task.

use crate::open_enum;
use serde::{Deserialize, Serialize};

/// A constraint of a task definition: only `memberOf` exists here; `distinctInstance` belongs to services and run-task.
///
/// Use it where a task needs what only some instances have, such as a GPU, an architecture or a disk. Fargate has no
/// instances and no constraints.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html>
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TaskPlacementConstraint {
    /// `memberOf`.
    #[serde(rename = "type")]
    pub constraint_type: Option<TaskPlacementConstraintType>,
    /// The instances, in the cluster query language: `attribute:ecs.instance-type =~ t3.*`.
    pub expression: Option<String>,
}

open_enum! {
    /// The one type of constraint that a task definition can have.
    ///
    /// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinitionPlacementConstraint.html>
    pub enum TaskPlacementConstraintType {
        /// The instance must fit an expression.
        MemberOf = "memberOf",
    }
}
