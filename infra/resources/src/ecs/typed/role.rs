//! The two roles of a task, which are easily confused, as two types that are not.

use crate::iam_role::IamRole;
use infra_engine::{Handle, Output};

/// What the app in the containers may do: read and write its bucket, for instance.
///
/// AWS: "Amazon ECS task IAM role", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRole(Output<String>);

/// What ECS itself may do to start the task: pull the image, write logs, read secrets.
///
/// AWS: "Amazon ECS task execution IAM role", Amazon ECS Developer Guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionRole(Output<String>);

impl TaskRole {
    /// A role of this stack, for the app.
    pub fn of(role: &Handle<IamRole>) -> Self {
        Self(role.arn.clone())
    }

    /// A role that is there already, by its ARN.
    pub fn existing(arn: impl Into<Output<String>>) -> Self {
        Self(arn.into())
    }

    pub(crate) fn arn(self) -> Output<String> {
        self.0
    }
}

impl ExecutionRole {
    /// A role of this stack, for ECS.
    pub fn of(role: &Handle<IamRole>) -> Self {
        Self(role.arn.clone())
    }

    /// A role that is there already, by its ARN.
    pub fn existing(arn: impl Into<Output<String>>) -> Self {
        Self(arn.into())
    }

    pub(crate) fn arn(self) -> Output<String> {
        self.0
    }
}
