//! Tasks that run and are not healthy.
//!
//! AWS: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>

use super::{Row, row};

/// By what DescribeTargetHealth says.
pub(in super::super) const TARGETS: &[Row] = &[
    row(
        "health-check-status",
        &["Target.ResponseCodeMismatch", "failed with these codes"],
        "the health check on {path} answers with status {status}",
        "let the app answer {path} with the status that the target group expects, or correct path or matcher",
    ),
    row(
        "health-check-timed-out",
        &["Target.Timeout", "Request timed out"],
        "the health check on {path} gets no answer from {port} in time",
        "let the task's security group accept the load balancer's on {port}; if it does, the app is too \
         slow: raise timeout or grace period",
    ),
    row(
        "load-balancer-error",
        &["Elb.InternalError", "due to an internal error"],
        "the load balancer can't make its health checks: an error of its own",
        "wait; see the AWS Health Dashboard if it stays",
    ),
    row(
        "port-closed",
        &["Target.FailedHealthChecks", "Health checks failed", "UnhealthyThreshold"],
        "nothing listens on {port}, or it breaks the connection",
        "let the app listen on 0.0.0.0 and {port}, or correct containerPort; raise the grace period if it \
         only starts slowly",
    ),
    row(
        "target-zone-disabled",
        &["Availability Zone that is not enabled"],
        "the task is in an availability zone that the load balancer does not serve",
        "add a subnet of this zone to the load balancer, or take it from the service",
    ),
    row(
        "target-group-unused",
        &["Target.NotInUse", "not configured to receive traffic"],
        "no listener rule of the load balancer leads to the target group",
        "add a rule that forwards to it",
    ),
    row(
        "target-stopped",
        &["Target.InvalidState"],
        "the instance below the target is stopped or terminated",
        "ECS replaces the task; look at the Auto Scaling group's activities if it happens again",
    ),
    row(
        "target-address-unusable",
        &["Target.IpUnusable", "cannot be used as a target"],
        "the load balancer itself has the address of the target",
        "register the task, not the load balancer",
    ),
    row(
        "target-group-missing",
        &["TARGET GROUP IS NOT FOUND"],
        "the service's target group is not there",
        "create it again, and update the service with its ARN",
    ),
];

/// A task that is stopped for its load balancer's health check.
pub(in super::super) const LOAD_BALANCER_CHECK: Row = row(
    "load-balancer-health-check-failed",
    &["failed ELB health checks"],
    "the load balancer's health check on {path}, {port} fails",
    "see that the app listens on 0.0.0.0 and {port} and answers {path} in time, and that its security group \
     lets the load balancer in",
);

/// The same, of a container that its own health check finds well.
pub(in super::super) const LOAD_BALANCER_BLOCKED: Row = row(
    "load-balancer-blocked",
    &[],
    "the container's own health check passes, the load balancer's on {path}, {port} does not",
    "let the task's security group accept the load balancer's on {port}, and compare the two checks' port \
     and path",
);

/// The same, where the log tells of another port.
pub(in super::super) const OTHER_PORT: Row = row(
    "other-port",
    &[],
    "the app listens on port {other_port}, the load balancer expects {port}",
    "let the app listen on {port}, or set containerPort to {other_port}",
);

/// The same, where the log tells of an address that only the container has.
pub(in super::super) const OTHER_ADDRESS: Row = row(
    "listens-on-localhost",
    &[],
    "the app listens on an address of the container alone (localhost), where no load balancer gets at it",
    "let the app listen on 0.0.0.0",
);

/// A task that is stopped for its container's health check.
pub(in super::super) const CONTAINER_CHECK: Row = row(
    "container-health-check-failed",
    &["failed container health checks"],
    "the health check of {container} fails",
    "run its command inside the container (`aws ecs execute-command`): a tool that the image lacks, such as \
     curl, or a short startPeriod are frequent",
);
