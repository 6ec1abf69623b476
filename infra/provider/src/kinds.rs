//! The list of all kinds of resource, each in a file of its own.

mod bucket;
mod cluster;
mod default_vpc;
mod ecr_repository;
mod elb;
mod iam_role;
mod image;
mod listener;
mod listener_rule;
mod load_balancer;
mod log_group;
mod security_group;
mod service;
mod target_group;
mod task_definition;

use crate::Aws;
use infra_engine::Provider;

/// Every kind that a program can deploy.
pub fn all(aws: &Aws) -> Provider {
    Provider::default()
        .with(bucket::Buckets(aws.clone()))
        .with(cluster::Clusters(aws.clone()))
        .with(default_vpc::DefaultVpcs(aws.clone()))
        .with(ecr_repository::EcrRepositories(aws.clone()))
        .with(iam_role::IamRoles(aws.clone()))
        .with(image::Images(aws.clone()))
        .with(listener::Listeners(aws.clone()))
        .with(listener_rule::ListenerRules(aws.clone()))
        .with(load_balancer::LoadBalancers(aws.clone()))
        .with(log_group::LogGroups(aws.clone()))
        .with(security_group::SecurityGroups(aws.clone()))
        .with(service::Services(aws.clone()))
        .with(target_group::TargetGroups(aws.clone()))
        .with(task_definition::TaskDefinitions(aws.clone()))
}
