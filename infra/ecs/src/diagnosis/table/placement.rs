//! Why a task has no place on the instances there are. RunTask gives the same reasons.
//!
//! AWS: <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>

use super::{Row, row};

pub(in super::super) const PLACEMENT: &[Row] = &[
    row(
        "no-cpu",
        &["RESOURCE:CPU", "insufficient CPU"],
        "no instance has enough CPU left",
        "ask for less CPU, or add instances; beside the old tasks the new ones need room, too",
    ),
    row(
        "no-memory",
        &["RESOURCE:MEMORY", "insufficient memory"],
        "no instance has enough memory left",
        "ask for less memory, or add instances; beside the old tasks the new ones need room, too",
    ),
    row(
        "host-port-taken",
        &["RESOURCE:PORT", "already using a port required", "resource type PORTS"],
        "the host port that the task wants is taken on every instance",
        "let ECS choose the host port (0), lower minimumHealthyPercent, or add instances",
    ),
    row(
        "no-gpu",
        &["RESOURCE:GPU", "insufficient GPU"],
        "no instance has enough free GPUs",
        "add instances with GPUs, or ask for fewer",
    ),
    row("no-room", &["RESOURCE:"], "no instance has enough left: {quote}", "ask for less, or add instances"),
    row(
        "agent-disconnected",
        &["TaskFailedToStart: AGENT", "encountered error \"AGENT\""],
        "the container agent on the instance is not connected",
        "restart it (`systemctl restart ecs`), or replace the instance",
    ),
    row(
        "attribute-missing",
        &["TaskFailedToStart: ATTRIBUTE", "missing an attribute required", "encountered error \"ATTRIBUTE\""],
        "no instance has an attribute that the task needs, such as a log driver, a processor or secrets",
        "update the agent, or compare `aws ecs list-attributes` with the task definition's \
         requiresAttributes",
    ),
    row(
        "wrong-zone",
        &["TaskFailedToStart: LOCATION", "encountered error \"LOCATION\""],
        "the instances are in other availability zones than the subnets of the task",
        "add a subnet in the instances' zones, or instances in the subnets'",
    ),
    row(
        "constraint-unsatisfied",
        &["MemberOf placement constraint"],
        "no instance fits the placement constraint memberOf",
        "correct its expression, or give an instance the attributes",
    ),
    row(
        "distinct-instance",
        &["DistinctInstance placement constraint"],
        "every instance that fits has such a task already (distinctInstance)",
        "add instances, ask for fewer tasks, or lower minimumHealthyPercent",
    ),
    row(
        "instance-inactive",
        &["TaskFailedToStart: INACTIVE"],
        "the instance is no longer registered with the cluster",
        "choose another instance",
    ),
    row(
        "instance-missing",
        &["TaskFailedToStart: MISSING"],
        "the instance is not there",
        "choose one that `aws ecs list-container-instances` names",
    ),
    row(
        "no-place",
        &["no container instance met all of its requirements"],
        "no instance meets all that the task needs: {quote}",
        "compare CPU, memory, ports and attributes of the task with `aws ecs describe-container-instances`",
    ),
];
