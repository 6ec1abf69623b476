//! The two roles of a task, which are easily confused, as two types that are not.

use infra_engine::Output;

/// What the app in the containers may do: read and write its bucket, for instance.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRole(Output<String>);

/// What ECS itself may do to start the task: pull the image, write logs, read secrets.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutionRole(Output<String>);

impl TaskRole {
    /// The role with this ARN, for the app.
    pub fn with(arn: impl Into<Output<String>>) -> Self {
        Self(arn.into())
    }

    pub(crate) fn arn(self) -> Output<String> {
        self.0
    }
}

impl ExecutionRole {
    /// The role with this ARN, for ECS.
    pub fn with(arn: impl Into<Output<String>>) -> Self {
        Self(arn.into())
    }

    pub(crate) fn arn(self) -> Output<String> {
        self.0
    }
}
