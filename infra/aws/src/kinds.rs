//! The list of all kinds of resource, each in a file of its own.

mod auto_scaling_group;
pub mod bucket;
mod capacity_provider;
pub mod cluster;
mod cluster_capacity;
pub mod default_vpc;
mod ecr_repository;
pub mod elb;
mod gateway_endpoint;
pub mod iam_role;
pub mod image;
mod instance_profile;
pub mod instance_subnets;
mod kms_key;
pub mod launch_template;
mod listener;
mod listener_rule;
pub mod load_balancer;
mod log_group;
mod policy_document;
mod security_group;
pub mod service;
pub mod service_scaling;
pub mod target_group;
pub mod task_definition;

pub use cluster::described::clusters_of;

use crate::Aws;
use crate::clients::Elb;
use infra_engine::ownership::STACK_TAG;
use infra_engine::{Failure, Provider};
use infra_wire::sdk_error::SdkResult;
use std::collections::BTreeSet;

/// Every kind that a program can deploy.
pub fn all(aws: &Aws) -> Provider {
    let provider = Provider::default()
        .with(auto_scaling_group::AutoScalingGroups(aws.clone()))
        .with(bucket::Buckets(aws.clone()))
        .with(capacity_provider::CapacityProviders(aws.clone()))
        .with(cluster_capacity::ClusterCapacities(aws.clone()))
        .with(cluster::Clusters(aws.clone()))
        .with(default_vpc::DefaultVpcs(aws.clone()))
        .with(ecr_repository::EcrRepositories(aws.clone()))
        .with(iam_role::IamRoles(aws.clone()))
        .with(image::Images(aws.clone()))
        .with(instance_profile::InstanceProfiles(aws.clone()))
        .with(instance_subnets::InstanceSubnets(aws.clone()))
        .with(kms_key::KmsKeys(aws.clone()))
        .with(launch_template::LaunchTemplates(aws.clone()))
        .with(listener::Listeners(aws.clone()))
        .with(listener_rule::ListenerRules(aws.clone()))
        .with(load_balancer::LoadBalancers(aws.clone()))
        .with(log_group::LogGroups(aws.clone()))
        .with(security_group::SecurityGroups(aws.clone()))
        .with(service::Services::new(aws.clone()))
        .with(service_scaling::ServiceScalings(aws.clone()))
        .with(target_group::TargetGroups(aws.clone()))
        // Nothing follows from these two lists that is not asked anyway: they may come after the others.
        .with(task_definition::TaskDefinitions(aws.clone()))
        .with(gateway_endpoint::GatewayEndpoints(aws.clone()));
    match &aws.emulator {
        Some(emulator) => emulator.around(provider),
        None => provider,
    }
}

/// The stacks that live in this account and region, by the tags of their clusters and load balancers.
///
/// # Errors
/// When they can't be listed.
pub async fn stacks(aws: &Aws) -> Result<BTreeSet<String>, Failure> {
    let mut stacks: BTreeSet<String> =
        cluster::described::all_tags(aws).await?.into_iter().filter_map(stack_in).collect();
    let pages = aws.client::<Elb>().describe_load_balancers().into_paginator().items().send();
    let balancers = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list load balancers")?;
    let arns: Vec<String> =
        balancers.iter().filter_map(|balancer| balancer.load_balancer_arn().map(str::to_owned)).collect();
    stacks.extend(elb::tags_of(aws, &arns).await?.into_values().filter_map(stack_in));
    Ok(stacks)
}

fn stack_in(mut tags: infra_engine::live::Tags) -> Option<String> {
    tags.remove(STACK_TAG)
}
