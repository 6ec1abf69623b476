//! Takes rules back by their own ids, as those that name a group which is gone can't be named otherwise.

use super::SecurityGroups;
use crate::Aws;
use crate::clients::Ec2;
use aws_sdk_ec2::types::{Filter, IpPermission, SecurityGroupRule};
use infra_engine::{Failure, ResourceKind};
use infra_wire::sdk_error::SdkResult;

/// Takes the rules of these permissions out of the group; none where the group itself is gone.
///
/// # Errors
/// When they can't be listed or taken out.
pub async fn revoke(aws: &Aws, group: &str, permissions: &[IpPermission]) -> Result<(), Failure> {
    let rules = rules_of(aws, group).await?;
    let unwanted = rules.iter().filter(|rule| permissions.iter().any(|permission| is_of(rule, permission)));
    let ids: Vec<String> =
        unwanted.filter_map(|rule| Some(rule.security_group_rule_id()?.to_owned())).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let request = aws.client::<Ec2>().revoke_security_group_ingress().group_id(group);
    let revoked = request.set_security_group_rule_ids(Some(ids)).send().await;
    // So EC2 answers, too, when a call is made again whose answer was lost.
    let gone = ["InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound"];
    revoked.none_if(&gone, "take rules out of the security group by their ids")?;
    Ok(())
}

/// The rules of a group with their ids; the permissions of a group have none.
///
/// # Errors
/// When they can't be listed.
pub async fn rules_of(aws: &Aws, group: &str) -> Result<Vec<SecurityGroupRule>, Failure> {
    let of_the_group = Filter::builder().name("group-id").values(group).build();
    let request = aws.client::<Ec2>().describe_security_group_rules().filters(of_the_group);
    let pages = request.into_paginator().items().send();
    let rules = pages.collect::<Result<Vec<_>, _>>().await;
    Ok(rules.none_if(SecurityGroups::NOT_FOUND, "list the security group's rules")?.unwrap_or_default())
}

fn is_of(rule: &SecurityGroupRule, permission: &IpPermission) -> bool {
    let is_same_traffic = rule.ip_protocol() == permission.ip_protocol()
        && rule.from_port().unwrap_or(-1) == permission.from_port().unwrap_or(-1)
        && rule.to_port().unwrap_or(-1) == permission.to_port().unwrap_or(-1);
    rule.is_egress() != Some(true)
        && is_same_traffic
        && sources_of(permission).any(|it| Some(it) == source_of(rule))
}

fn source_of(rule: &SecurityGroupRule) -> Option<&str> {
    let group = rule.referenced_group_info().and_then(|group| group.group_id());
    group.or(rule.cidr_ipv4()).or(rule.cidr_ipv6()).or(rule.prefix_list_id())
}

fn sources_of(permission: &IpPermission) -> impl Iterator<Item = &str> {
    let groups = permission.user_id_group_pairs().iter().filter_map(|pair| pair.group_id());
    let ranges = permission.ip_ranges().iter().filter_map(|range| range.cidr_ip());
    let ranges6 = permission.ipv6_ranges().iter().filter_map(|range| range.cidr_ipv6());
    let lists = permission.prefix_list_ids().iter().filter_map(|list| list.prefix_list_id());
    groups.chain(ranges).chain(ranges6).chain(lists)
}
