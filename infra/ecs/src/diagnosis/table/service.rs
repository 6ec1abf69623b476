//! What services complain of beside their tasks.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>

use super::{Row, row};

/// By a service event.
pub(in super::super) const SERVICE: &[Row] = &[
    row(
        "deployment-blocked",
        &["because of the service deployment configuration"],
        "the service's percentages let ECS neither stop an old task nor start a new one",
        "lower minimumHealthyPercent or raise maximumPercent, so that one task more or less is allowed",
    ),
    row(
        "tasks-protected",
        &["under protection"],
        "tasks of an older revision are protected from scale-in and stay",
        "end their protection (UpdateTaskProtection), or wait until it expires",
    ),
    row(
        "operations-throttled",
        &["operations are being throttled"],
        "ECS asks other services of AWS too often for this account",
        "wait; deploy fewer services at the same time",
    ),
    row(
        "starts-throttled",
        &["unable to consistently start tasks"],
        "tasks of the service fail again and again; ECS waits longer between attempts",
        "see why its stopped tasks stopped",
    ),
    row(
        "targets-not-registered",
        &["failed to register targets", "failed to deregister targets", "failed to describe target health"],
        "ECS can't work with the target group: {quote}",
        "see that the target group exists and the role that ECS uses may work with it",
    ),
    row(
        "service-permissions-lost",
        &["IAM permissions policies have been misconfigured"],
        "ECS is no longer allowed to maintain the service",
        "give AWSServiceRoleForECS, or the service's role, its permissions back",
    ),
    row(
        "alarm-went-off",
        &["deployment failed: alarm detected"],
        "an alarm of the deployment went off",
        "see which of the service's CloudWatch alarms is in state ALARM, and why",
    ),
    row(
        "lifecycle-hook-failed",
        &["lifecycle hook(s) failed", "pause hook timed out", "hook execution failure"],
        "a lifecycle hook ended the deployment: {quote}",
        "see the hook's Lambda function and its log, or answer the pause",
    ),
    row(
        "networking-invalid",
        &["invalid networking configuration"],
        "ECS can't shift traffic: {quote}",
        "see that the listener rules are there, and that the infrastructure role may change them",
    ),
];

/// An event that complains of something else.
pub(in super::super) const COMPLAINT: Row = row(
    "service-event",
    &["unable to", "could not", "failed to", "deployment failed", "is unhealthy"],
    "{quote}",
    "look the text up in the ECS guide's service event messages",
);

/// A task that stopped for another reason.
pub(in super::super) const STOPPED: Row = row(
    "stopped",
    &[],
    "the task stopped: {quote}",
    "look the text up in the ECS guide's stopped task error messages, and at the end of its log",
);
