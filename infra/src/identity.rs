//! Who the tasks are: the role of the apps themselves, and the role ECS uses to start them.

use crate::destination::Destination;
use crate::keys::{self, Keys};
use crate::names::Names;
use crate::secrets;
use crate::settings::Settings;
use crate::storage::INCOMING;
use infra_ecs::{ExecutionRole, TaskRole};
use infra_engine::{Handle, Output, Stack};
use infra_resources::iam_role::{assumed_by_ecs, assumed_by_ecs_tasks, assumed_by_instances};
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
    keys: &Keys,
) -> Result<Roles, NameError> {
    let trust = assumed_by_ecs_tasks(&destination.account_id, &destination.region);
    let permissions_boundary = boundary(names, settings);
    let task = IamRole {
        name: names.task_role.clone(),
        path: names.role_path.clone(),
        assume_role_policy: trust.clone(),
        inline_policies: task_policies(names, settings, keys),
        managed_policies: Vec::new(),
        permissions_boundary: permissions_boundary.clone(),
    };
    let start = ("start-tasks".to_owned(), start_policy(names, settings, destination)?);
    let read =
        secrets::read_policy(settings, destination, keys).map(|read| ("read-secrets".to_owned(), read));
    let execution = IamRole {
        name: names.execution_role.clone(),
        path: names.role_path.clone(),
        assume_role_policy: trust,
        inline_policies: [start].into_iter().chain(read).collect(),
        managed_policies: Vec::new(),
        permissions_boundary,
    };
    Ok(Roles {
        task: TaskRole::with(stack.add("task", task).arn.clone()),
        execution: ExecutionRole::with(stack.add("execution", execution).arn.clone()),
    })
}

/// The instances' role: joining the cluster, and being reached through SSM Session Manager instead of an open port.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html>
pub fn instance_role(stack: &mut Stack, names: &Names, settings: &Settings) -> Handle<IamRole> {
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
            permissions_boundary: boundary(names, settings),
        },
    )
}

/// The infrastructure role: with it ECS changes the rules of the load balancer, and registers tasks in two target groups.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AmazonECSInfrastructureRolePolicyForLoadBalancers.html>
pub fn infrastructure_role(stack: &mut Stack, names: &Names, settings: &Settings) -> Handle<IamRole> {
    stack.add(
        "infrastructure",
        IamRole {
            name: names.infrastructure_role.clone(),
            path: names.role_path.clone(),
            assume_role_policy: assumed_by_ecs(),
            inline_policies: BTreeMap::new(),
            managed_policies: vec![
                names.partition.aws_policy("AmazonECSInfrastructureRolePolicyForLoadBalancers"),
            ],
            permissions_boundary: boundary(names, settings),
        },
    )
}

/// The policy that bounds each role, as an ARN.
fn boundary(names: &Names, settings: &Settings) -> Option<String> {
    let policy = settings.iam.permissions_boundary.as_ref()?;
    if policy.starts_with("arn:") {
        return Some(policy.clone());
    }
    Some(names.partition.arn("iam", "", &names.account_id, &format!("policy/{policy}")))
}

/// What the apps do, and where ECS Exec is enabled, what its agent in their containers does. All apps have the same role.
fn task_policies(names: &Names, settings: &Settings, keys: &Keys) -> BTreeMap<String, Value> {
    let mut policies = BTreeMap::from([("uploads".to_owned(), uploads_policy(names))]);
    if settings.apps.iter().any(|(_, app)| app.execute_command) {
        policies.insert("execute-command".to_owned(), execute_command_policy());
    }
    if let Some(key) = keys.arn(settings.storage.kms_key.as_ref()) {
        policies.insert("uploads-key".to_owned(), uploads_key_policy(key));
    }
    policies
}

/// What S3 does with the bucket's key for who writes and reads; the parts of an upload are read to be put together.
///
/// AWS: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuAndPermissions.html>
fn uploads_key_policy(key: Output<String>) -> Value {
    let statement = keys::allow("UploadsKey", &["kms:Decrypt", "kms:GenerateDataKey"], &[key]);
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The channels to Session Manager, which have no ARNs.
///
/// AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions>
fn execute_command_policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "ExecuteCommand",
        "Effect": "Allow",
        "Action": [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        "Resource": "*",
    }]})
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
    let own = settings
        .apps
        .specs()
        .iter()
        .map(|app| names.repository(app, settings.registry.kms_key.as_deref()).map(arn));
    let mut arns = own.collect::<Result<Vec<_>, _>>()?;
    let given = settings.apps.iter().filter_map(|(_, app)| app.image.as_ref());
    for arn in given.filter_map(|image| Some(EcrImage::of(image)?.repository_arn())) {
        if !arns.contains(&arn) {
            arns.push(arn);
        }
    }
    Ok(arns)
}
