//! Who the tasks are: the role of the apps themselves, and the role ECS uses to start them.

use crate::Destination;
use crate::names::Names;
use crate::storage::INCOMING;
use infra_engine::{Handle, Stack};
use infra_resources::IamRole;
use infra_resources::ecs::{ExecutionRole, TaskRole};
use infra_resources::iam_role::{assumed_by_ecs_tasks, assumed_by_instances};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The roles of a task.
pub struct Roles {
    /// What the app may do.
    pub task: TaskRole,
    /// What ECS may do to start it.
    pub execution: ExecutionRole,
}

/// Each role may do what it needs with this stack's own resources, and nothing else.
pub fn roles(stack: &mut Stack, names: &Names, destination: &Destination) -> Roles {
    let trust = assumed_by_ecs_tasks(&destination.account_id, &destination.region);
    let task = IamRole {
        name: names.task_role.clone(),
        path: names.role_path.clone(),
        assume_role_policy: trust.clone(),
        inline_policies: BTreeMap::from([("uploads".to_owned(), uploads_policy(&names.bucket))]),
        managed_policies: Vec::new(),
    };
    let execution = IamRole {
        name: names.execution_role.clone(),
        path: names.role_path.clone(),
        assume_role_policy: trust,
        inline_policies: BTreeMap::from([("start-tasks".to_owned(), start_policy(names, destination))]),
        managed_policies: Vec::new(),
    };
    Roles {
        task: TaskRole::of(&stack.add("task", task)),
        execution: ExecutionRole::of(&stack.add("execution", execution)),
    }
}

/// The instances' role: joining the cluster, and being reached through SSM Session Manager instead of an open port.
///
/// AWS: "Amazon ECS container instance IAM role", Amazon ECS Developer Guide.
pub fn instance_role(stack: &mut Stack, names: &Names) -> Handle<IamRole> {
    stack.add(
        "ec2",
        IamRole {
            name: names.instance_role.clone(),
            path: names.role_path.clone(),
            assume_role_policy: assumed_by_instances(),
            inline_policies: BTreeMap::new(),
            managed_policies: vec![
                "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role".to_owned(),
                "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore".to_owned(),
            ],
        },
    )
}

/// Reading, writing and deleting images, their thumbnails and what browsers sent, and listing the bucket.
fn uploads_policy(bucket: &str) -> Value {
    let below = |prefix: &str| format!("arn:aws:s3:::{bucket}/{prefix}*");
    json!({"Version": "2012-10-17", "Statement": [
        {
            "Sid": "Uploads",
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
            "Resource": [below("uploads/"), below("thumbnails/"), below(INCOMING)],
        },
        {
            "Sid": "List",
            "Effect": "Allow",
            "Action": ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
            "Resource": format!("arn:aws:s3:::{bucket}"),
        },
    ]})
}

/// What AWS's `AmazonECSTaskExecutionRolePolicy` allows, limited to this stack's repositories and logs.
///
/// AWS: "Amazon ECS task execution IAM role", Amazon ECS Developer Guide.
fn start_policy(names: &Names, destination: &Destination) -> Value {
    let Destination { account_id, region } = destination;
    let repository = |name: &str| format!("arn:aws:ecr:{region}:{account_id}:repository/{name}");
    json!({"Version": "2012-10-17", "Statement": [
        {
            "Sid": "LogIn",
            "Effect": "Allow",
            "Action": "ecr:GetAuthorizationToken",
            "Resource": "*",
        },
        {
            "Sid": "Pull",
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": [repository(&names.web.repository), repository(&names.php.repository)],
        },
        {
            "Sid": "Log",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("arn:aws:logs:{region}:{account_id}:log-group:{}:*", names.log_group),
        },
    ]})
}
