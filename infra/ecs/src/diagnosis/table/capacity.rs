//! Too little Fargate, or no instances.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>

use super::{Row, row};

pub(in super::super) const CAPACITY: &[Row] = &[
    row(
        "spot-interruption",
        &["SpotInterruption", "Spot Task was interrupted"],
        "AWS took the Spot capacity of a task back; the task itself is not at fault",
        "ECS replaces it when there is Spot capacity; give FARGATE a base in the capacity provider strategy \
         if some must stay",
    ),
    row(
        "instance-lost",
        &[
            "Host EC2*terminated",
            "Host EC2*stopped",
            "deregistration forced by user",
            "TerminationNotice",
            "InfrastructureHealth",
        ],
        "the instance or host below the task is gone; the task itself is not at fault",
        "ECS places it elsewhere; if it happens again, look at the Auto Scaling group's activities",
    ),
    row(
        "fargate-capacity-unavailable",
        &["Capacity is unavailable", "RESOURCE:FARGATE"],
        "Fargate has no room for the task now",
        "wait, or add subnets in other zones, take another size, or FARGATE beside FARGATE_SPOT",
    ),
    row(
        "fargate-quota",
        &[
            "limit on the number of tasks you can run",
            "limit on the number of vCPUs you can run",
            "configuration is above your limit",
        ],
        "the account may not run more on Fargate: {quote}",
        "stop what is not needed, or ask for more vCPUs in Service Quotas (Fargate)",
    ),
    row(
        "instance-quota",
        &["VcpuLimitExceeded", "MaxSpotInstanceCountExceeded", "InstanceLimitExceeded"],
        "the account may not run more instances: {quote}",
        "stop what is not needed, or ask for more vCPUs in Service Quotas (EC2)",
    ),
    row(
        "instance-capacity-unavailable",
        &["InsufficientInstanceCapacity", "UnfulfillableCapacity"],
        "EC2 has no instance of this kind now: {quote}",
        "wait, or allow other instance types and zones",
    ),
    row(
        "instance-launch-failed",
        &["Unable to launch instance"],
        "no instance can be launched: {quote}",
        "correct the capacity provider: its roles (iam:PassRole), service control policies, subnets, and \
         the KMS key of encrypted disks",
    ),
    row(
        "no-instances",
        &[
            "EMPTY CAPACITY PROVIDER",
            "NO ACTIVE INSTANCES",
            "No Container Instances were found in your capacity provider",
            "No Container Instances were found in your cluster",
        ],
        "the cluster has no instance that registered",
        "look at the Auto Scaling group's activities (service control policy, encrypted disk); running \
         instances need a way to ECS (public address or NAT) and a role with \
         AmazonEC2ContainerServiceforEC2Role",
    ),
    row(
        "launch-type-mismatch",
        &["not compatible with the selected compute strategy"],
        "the task definition does not fit the capacity that the service asks for",
        "add the launch type to requiresCompatibilities, or choose another capacity provider",
    ),
    row(
        "provisioning-limit",
        &["tasks provisioning capacity limit was exceeded"],
        "too many tasks of the cluster wait for capacity",
        "let the capacity providers catch up, or raise their Auto Scaling groups' greatest size",
    ),
];
