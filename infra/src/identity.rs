//! Who the tasks are: the role of the apps themselves, and the role ECS uses to start them.

use crate::destination::Destination;
use crate::names::Names;
use crate::settings::Settings;
use crate::storage::INCOMING;
use infra_ecs::{ExecutionRole, TaskRole};
use infra_engine::{Handle, Stack};
use infra_resources::iam_role::{assumed_by_ecs_tasks, assumed_by_instances};
use infra_resources::{EcrImage, IamRole, NameError};
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
///
/// # Errors
/// When a repository's name is too long.
pub fn roles(
    stack: &mut Stack,
    names: &Names,
    settings: &Settings,
    destination: &Destination,
) -> Result<Roles, NameError> {
    let trust = assumed_by_ecs_tasks(&destination.account_id, &destination.region);
    let task = IamRole {
        name: names.task_role.clone(),
        path: names.role_path.clone(),
        assume_role_policy: trust.clone(),
        inline_policies: BTreeMap::from([("uploads".to_owned(), uploads_policy(names))]),
        managed_policies: Vec::new(),
    };
    let execution = IamRole {
        name: names.execution_role.clone(),
        path: names.role_path.clone(),
        assume_role_policy: trust,
        inline_policies: BTreeMap::from([(
            "start-tasks".to_owned(),
            start_policy(names, settings, destination)?,
        )]),
        managed_policies: Vec::new(),
    };
    Ok(Roles {
        task: TaskRole::with(stack.add("task", task).arn.clone()),
        execution: ExecutionRole::with(stack.add("execution", execution).arn.clone()),
    })
}

/// The instances' role: joining the cluster, and being reached through SSM Session Manager instead of an open port.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html>
pub fn instance_role(stack: &mut Stack, names: &Names) -> Handle<IamRole> {
    stack.add(
        "ec2",
        IamRole {
            name: names.instance_role.clone(),
            path: names.role_path.clone(),
            assume_role_policy: assumed_by_instances(names.partition),
            inline_policies: BTreeMap::new(),
            managed_policies: vec![
                names.partition.aws_policy("service-role/AmazonEC2ContainerServiceforEC2Role"),
                names.partition.aws_policy("AmazonSSMManagedInstanceCore"),
            ],
        },
    )
}

/// Reading, writing and deleting images, their thumbnails and what browsers sent, and listing the bucket.
fn uploads_policy(names: &Names) -> Value {
    let bucket = &names.bucket;
    let below = |prefix: &str| names.partition.s3_arn(&format!("{bucket}/{prefix}*"));
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
            "Resource": names.partition.s3_arn(bucket),
        },
    ]})
}

/// What AWS's `AmazonECSTaskExecutionRolePolicy` allows, limited to the repositories of the images and to this stack's logs.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html>
fn start_policy(names: &Names, settings: &Settings, destination: &Destination) -> Result<Value, NameError> {
    let Destination { account_id, region } = destination;
    let log_group = format!("log-group:{}:*", names.log_group);
    let repositories = repositories(names, settings, destination)?;
    Ok(json!({"Version": "2012-10-17", "Statement": [
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
            "Resource": repositories,
        },
        {
            "Sid": "Log",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": names.partition.arn("logs", region, account_id, &log_group),
        },
    ]}))
}

/// The stack's own repositories, to which a rollout may go back, and those that images of the settings are in.
fn repositories(
    names: &Names,
    settings: &Settings,
    destination: &Destination,
) -> Result<Vec<String>, NameError> {
    let Destination { account_id, region } = destination;
    let arn = |name: String| names.partition.arn("ecr", region, account_id, &format!("repository/{name}"));
    let own = settings.apps.specs().iter().map(|app| names.repository(app).map(arn));
    let mut arns = own.collect::<Result<Vec<_>, _>>()?;
    let given = settings.apps.iter().filter_map(|(_, app)| app.image.as_ref());
    for arn in given.filter_map(|image| Some(EcrImage::of(image)?.repository_arn())) {
        if !arns.contains(&arn) {
            arns.push(arn);
        }
    }
    Ok(arns)
}
