//! What a task needs before its containers start: secrets, log groups, roles, volumes, network interfaces.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html>

use super::{Row, row};

pub(in super::super) const RESOURCES: &[Row] = &[
    row(
        "secrets-unreachable",
        &[
            "connection issue between the task and AWS Secrets Manager",
            "connection issue between the task and AWS Systems Manager",
            "retrieve secret*deadline exceeded",
            "retrieve secret*RequestError",
            "retrieve secret*i/o timeout",
        ],
        "the task finds no way to the service that keeps {secret}",
        "give it a public address, a NAT gateway, or endpoints for secretsmanager and ssm, and let its \
         security group out to port 443",
    ),
    row(
        "secret-key-missing",
        &["did not contain json key", "is not JSON, but json key"],
        "the secret has no JSON key {key}",
        "add the key to the secret, or correct it in the task definition (valueFrom)",
    )
    .hopeless(),
    row(
        "parameter-denied",
        &["retrieve secrets from ssm*AccessDenied", "not authorized to perform: ssm:GetParameter"],
        "{execution_role} may not read {parameter}",
        "let {execution_role} call ssm:GetParameters on it, and kms:Decrypt with its key",
    )
    .hopeless(),
    row(
        "parameter-not-found",
        &["invalid ssm parameters", "retrieve secrets from ssm*invalid parameters", "ParameterNotFound"],
        "there is no {parameter}",
        "create it in the region of the service, or correct its name in the task definition (valueFrom)",
    )
    .hopeless(),
    row(
        "secret-denied",
        &[
            "retrieve secret from asm*AccessDenied",
            "retrieve secret from asm*Access to KMS is not allowed",
            "not authorized to perform: secretsmanager:GetSecretValue",
        ],
        "{execution_role} may not read {secret}",
        "let {execution_role} call secretsmanager:GetSecretValue on it, and kms:Decrypt with its key",
    )
    .hopeless(),
    row(
        "secret-not-found",
        &[
            "retrieve secret from asm*ResourceNotFoundException",
            "Secrets Manager can't find the specified secret",
            "retrieve secret from asm*marked for deletion",
            "retrieve secret from asm*has no",
        ],
        "{secret} is not there, or has no such version",
        "create or restore it in the region of the service and give it a value, or correct its ARN in the \
         task definition (valueFrom)",
    )
    .hopeless(),
    row(
        "environment-file-unreadable",
        &["failed to download env files"],
        "a file of environment variables can't be read: {quote}",
        "upload it, and let {execution_role} call s3:GetObject on it and s3:GetBucketLocation on its bucket",
    )
    .hopeless(),
    row(
        "logs-unreachable",
        &[
            "connection issue between the task and Amazon CloudWatch",
            "failed to validate logger args*deadline exceeded",
        ],
        "the task finds no way to CloudWatch Logs",
        "give it a public address, a NAT gateway or an endpoint for logs, and let its security group out to \
         port 443",
    ),
    row(
        "log-group-missing",
        &["The specified log group does not exist", "log group does not exist"],
        "{log_group} does not exist",
        "create it (`aws logs create-log-group`), or correct awslogs-group and awslogs-region",
    )
    .hopeless(),
    row(
        "log-denied",
        &[
            "failed to validate logger args*AccessDenied",
            "failed to initialize logging driver*AccessDenied",
            "not authorized to perform: logs:",
        ],
        "{execution_role} may not write to {log_group}",
        "let {execution_role} call logs:CreateLogStream and logs:PutLogEvents on it",
    )
    .hopeless(),
    row(
        "log-driver-failed",
        &["failed to validate logger args", "failed to initialize logging driver"],
        "the log driver does not start: {quote}",
        "correct logConfiguration, or the service that it names",
    ),
    row(
        "service-linked-role-missing",
        &["service linked role", "service-linked role", "AWSServiceRoleForECS"],
        "the role with which ECS works in this account is missing or not usable: AWSServiceRoleForECS",
        "create it: `aws iam create-service-linked-role` for the service principal of ECS",
    )
    .hopeless(),
    row(
        "role-unusable",
        &["unable to assume the role", "not authorized to perform: sts:AssumeRole", "unable to assume role"],
        "ECS can't assume {role}",
        "create it, and let the service principal of ecs-tasks assume it (trust policy)",
    )
    .hopeless(),
    row(
        "file-system-not-mounted",
        &["EFS utils commands", "mount.nfs", "mount.efs"],
        "the EFS file system is not mounted: {quote}",
        "it needs a mount target in the task's zone, port 2049 open to the task, an existing root directory \
         and a task role that may mount it",
    ),
    row(
        "volume-not-created",
        &["CannotCreateVolume", "EBS volume", "EphemeralStorage provisioning"],
        "a volume of the task is not created: {quote}",
        "correct the volume in the task definition or the service, or the infrastructure role that makes it",
    ),
    row(
        "subnet-full",
        &[
            "InsufficientFreeAddressesInSubnet",
            "insufficient free addresses",
            "Create Network Interface with public IP",
        ],
        "a subnet of the service has no free address left",
        "add a subnet to the service, or stop what holds addresses there",
    ),
    row(
        "network-interface-limit",
        &["unused device index", "RESOURCE:ENI", "AttachmentLimitExceeded", "NetworkInterfaceLimitExceeded"],
        "the instance has no network interface left for a task with awsvpc",
        "use a larger instance type, ENI trunking (account setting awsvpcTrunking) or more instances",
    ),
    row(
        "network-interface-failed",
        &["network interface provisioning", "Unexpected EC2 error", "failed to configure ENI"],
        "the task gets no network interface: {quote}",
        "look at subnets, security groups, tag policies and the quota of network interfaces; passing faults \
         go by themselves",
    ),
];
