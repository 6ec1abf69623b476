//! The lower bound: how long the longest path through the stack's graph takes when each resource needs only the calls
//! that AWS itself demands one after the other. Nothing that deploys this graph can be faster.

use crate::latencies::milliseconds;
use infra::{Destination, Settings, StackName};
use infra_engine::Stack;

/// The calls of a kind of resource that can't be made at the same time, as service and operation.
type Chain = &'static [(&'static str, Option<&'static str>)];

/// A write to S3, whose operations have no names.
const PUT: Option<&str> = None;

/// What making one takes.
fn creating(kind: &str) -> Chain {
    match kind {
        "auto-scaling-group" => &[
            ("autoscaling", Some("CreateAutoScalingGroup")),
            // Its ARN is not in the answer.
            ("autoscaling", Some("DescribeAutoScalingGroups")),
        ],
        "bucket" => &[("s3", PUT), ("s3", PUT)],
        "capacity-provider" => &[("ecs", Some("CreateCapacityProvider"))],
        "cluster" => &[("ecs", Some("CreateCluster"))],
        "cluster-capacity" => {
            &[("ecs", Some("DescribeClusters")), ("ecs", Some("PutClusterCapacityProviders"))]
        }
        "default-vpc" => &[("ec2", Some("DescribeVpcs"))],
        "ecr-repository" => &[("ecr", Some("CreateRepository")), ("ecr", Some("PutLifecyclePolicy"))],
        "gateway-endpoint" => &[("ec2", Some("CreateVpcEndpoint"))],
        "iam-role" => &[("iam", Some("CreateRole")), ("iam", Some("PutRolePolicy"))],
        "instance-profile" => {
            &[("iam", Some("CreateInstanceProfile")), ("iam", Some("AddRoleToInstanceProfile"))]
        }
        "launch-template" => &[("ec2", Some("CreateLaunchTemplate"))],
        "listener" => &[("elasticloadbalancing", Some("CreateListener"))],
        "listener-rule" => &[("elasticloadbalancing", Some("CreateRule"))],
        "load-balancer" => &[
            ("elasticloadbalancing", Some("CreateLoadBalancer")),
            ("elasticloadbalancing", Some("ModifyLoadBalancerAttributes")),
        ],
        "log-group" => &[("logs", Some("CreateLogGroup")), ("logs", Some("PutRetentionPolicy"))],
        "security-group" => {
            &[("ec2", Some("CreateSecurityGroup")), ("ec2", Some("AuthorizeSecurityGroupIngress"))]
        }
        "service" => &[("ecs", Some("CreateService"))],
        "service-scaling" => &[
            ("application-autoscaling", Some("RegisterScalableTarget")),
            ("application-autoscaling", Some("PutScalingPolicy")),
        ],
        "target-group" => &[
            ("elasticloadbalancing", Some("CreateTargetGroup")),
            ("elasticloadbalancing", Some("ModifyTargetGroupAttributes")),
        ],
        "task-definition" => &[("ecs", Some("RegisterTaskDefinition"))],
        _ => &[],
    }
}

/// What deleting one takes.
fn deleting(kind: &str) -> Chain {
    match kind {
        "auto-scaling-group" => &[
            ("autoscaling", Some("UpdateAutoScalingGroup")),
            ("autoscaling", Some("DeleteAutoScalingGroup")),
        ],
        "bucket" => &[("s3", PUT)],
        "capacity-provider" => &[("ecs", Some("DeleteCapacityProvider"))],
        "cluster" => &[("ecs", Some("DeleteCluster"))],
        "cluster-capacity" => &[("ecs", Some("PutClusterCapacityProviders"))],
        "ecr-repository" => &[("ecr", Some("DeleteRepository"))],
        "gateway-endpoint" => &[("ec2", Some("DeleteVpcEndpoints"))],
        "iam-role" => &[("iam", Some("DeleteRolePolicy")), ("iam", Some("DeleteRole"))],
        "instance-profile" => {
            &[("iam", Some("RemoveRoleFromInstanceProfile")), ("iam", Some("DeleteInstanceProfile"))]
        }
        "launch-template" => &[("ec2", Some("DeleteLaunchTemplate"))],
        "listener" => &[("elasticloadbalancing", Some("DeleteListener"))],
        "listener-rule" => &[("elasticloadbalancing", Some("DeleteRule"))],
        "load-balancer" => &[("elasticloadbalancing", Some("DeleteLoadBalancer"))],
        "log-group" => &[("logs", Some("DeleteLogGroup"))],
        "security-group" => {
            &[("ec2", Some("RevokeSecurityGroupIngress")), ("ec2", Some("DeleteSecurityGroup"))]
        }
        "service" => &[("ecs", Some("UpdateService")), ("ecs", Some("DeleteService"))],
        "service-scaling" => &[("application-autoscaling", Some("DeregisterScalableTarget"))],
        "target-group" => &[("elasticloadbalancing", Some("DeleteTargetGroup"))],
        "task-definition" => {
            &[("ecs", Some("DeregisterTaskDefinition")), ("ecs", Some("DeleteTaskDefinitions"))]
        }
        _ => &[],
    }
}

/// The default stack, as the provider deploys it.
pub fn default_stack() -> anyhow::Result<Stack> {
    let name: StackName = "measured".parse()?;
    let destination = Destination { account_id: "123456789012".to_owned(), region: "eu-west-1".to_owned() };
    let tags = infra::apps::ALL.iter().map(|app| (app.name, "src-0".to_owned())).collect();
    Ok(infra::program(&name, &Settings::default(), &destination, &tags)?.stack)
}

/// Of a first deploy, in milliseconds.
pub fn of_first_deploy(stack: &Stack) -> u64 {
    longest_path(stack, creating)
}

/// Of a teardown, in milliseconds: the same graph backwards is as long forwards.
pub fn of_teardown(stack: &Stack) -> u64 {
    longest_path(stack, deleting)
}

/// Of a deploy that changes a task definition: its revision, then its service.
pub fn of_change() -> u64 {
    duration(&[("ecs", Some("RegisterTaskDefinition")), ("ecs", Some("UpdateService"))])
}

/// Of what every run begins with: what is there, and what that is like.
pub fn looking() -> u64 {
    2 * milliseconds("iam", Some("ListRoles"), true)
}

/// Of taking the lease and giving it back.
pub fn lease() -> u64 {
    2 * milliseconds("s3", PUT, false)
}

/// Of the same where the lease's bucket has to be made first.
pub fn first_lease() -> u64 {
    lease() + milliseconds("s3", PUT, false)
}

fn longest_path(stack: &Stack, calls: fn(&str) -> Chain) -> u64 {
    let mut ends: Vec<u64> = Vec::with_capacity(stack.nodes().len());
    for node in stack.nodes() {
        let begins = node.dependencies.iter().map(|before| ends[*before]).max().unwrap_or_default();
        ends.push(begins + duration(calls(&node.id.kind)));
    }
    ends.into_iter().max().unwrap_or_default()
}

fn duration(chain: Chain) -> u64 {
    let is_read = |operation: &Option<&str>| operation.is_some_and(|it| it.starts_with("Describe"));
    chain.iter().map(|(service, operation)| milliseconds(service, *operation, is_read(operation))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_default_stack_has_its_calls() {
        let only_looked_up = ["default-vpc", "instance-subnets", "image"];
        for node in default_stack().unwrap().nodes() {
            let kind = node.id.kind.as_str();
            assert!(!creating(kind).is_empty() || only_looked_up.contains(&kind), "{kind}");
            assert!(!deleting(kind).is_empty() || only_looked_up.contains(&kind), "{kind}");
        }
    }

    #[test]
    fn a_path_is_as_long_as_its_calls() {
        assert_eq!(of_change(), 250 + 350);
        assert_eq!(duration(creating("iam-role")), 500 + 400);
    }
}
