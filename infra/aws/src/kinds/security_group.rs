//! Reads and writes security groups.

mod by_rule_id;
mod egress;
mod users;

use crate::Aws;
use crate::clients::Ec2;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, ResourceType, SecurityGroup as Group, UserIdGroupPair,
};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::{Ownership, STACK_TAG, found};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::security_group::SecurityGroupOutputs;
use infra_resources::{Ingress, SecurityGroup, TrafficSource};
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::time::Duration;

/// Network interfaces of stopped tasks and of a deleted load balancer linger for minutes and hold their group.
const IN_USE_DEADLINE: Duration = Duration::from_secs(600);

/// What was made a moment ago is not known everywhere at once.
const KNOWN_DEADLINE: Duration = Duration::from_secs(60);

/// Security groups.
pub struct SecurityGroups(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for SecurityGroups {
    type Resource = SecurityGroup;

    /// A group can't go while another group's rule names it; `delete` waits for that.
    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["InvalidGroup.NotFound"];
    const ALREADY_EXISTS: Names = &["InvalidGroup.Duplicate"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeNetworkInterfaces", "DescribeSecurityGroupRules", "DescribeSecurityGroups"],
        creates: &["CreateSecurityGroup"],
        changes: &["AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateTags"],
        removes: &["DeleteSecurityGroup", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"],
    };

    async fn read(&self, desired: &SecurityGroup) -> ReadResult<SecurityGroup> {
        let ours = self.tagged(&self.0.stack).await?;
        let listed = ours.into_iter().find(|group| is(group, desired.vpc_id.get().ok(), &desired.name));
        // One that somebody else made, or whose tags somebody removed, is not in the list.
        let Some(group) = (match listed {
            Some(group) => Some(group),
            None => self.find(desired).await?,
        }) else {
            return Ok(None);
        };
        let properties = SecurityGroup {
            name: desired.name.clone(),
            vpc_id: desired.vpc_id.clone(),
            ingress: group.ip_permissions().iter().flat_map(rules_of).map(|(ingress, _)| ingress).collect(),
            all_egress: egress::is_open(&group),
        };
        Ok(Some(Live { properties, outputs: outputs(&group), tags: Some(tags::from(group.tags())) }))
    }

    async fn create(
        &self,
        desired: &SecurityGroup,
        context: &Context<'_>,
    ) -> Result<SecurityGroupOutputs, Failure> {
        let request = self
            .0
            .client::<Ec2>()
            .create_security_group()
            .group_name(&desired.name)
            .vpc_id(desired.vpc_id.get()?);
        let created = request
            .description(format!("{} of stack {}", desired.name, context.stack))
            .tag_specifications(tags::of_new(&context.tags(), ResourceType::SecurityGroup)?)
            .send()
            .await
            .or_failure("create the security group")?;
        let id = created.group_id().unwrap_or_default().to_owned();
        self.authorize(&id, desired.ingress.iter(), context).await?;
        if !desired.all_egress {
            egress::close(&self.0, &id).await?;
        }
        Ok(SecurityGroupOutputs { group_id: id.into() })
    }

    async fn update(
        &self,
        desired: &SecurityGroup,
        live: LiveOf<SecurityGroup>,
        context: &Context<'_>,
    ) -> Result<SecurityGroupOutputs, Failure> {
        let id = live.outputs.group_id.get()?;
        tags::restore::<Ec2>(&self.0, id, &live.tags, context).await?;
        let missing = desired.ingress.iter().filter(|rule| !live.properties.ingress.contains(rule));
        self.authorize(id, missing, context).await?;
        self.revoke_others(desired, id).await?;
        match (live.properties.all_egress, desired.all_egress) {
            (false, true) => egress::open(&self.0, id).await?,
            (true, false) => egress::close(&self.0, id).await?,
            _ => {}
        }
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        // Two groups whose rules name each other could never go otherwise.
        self.revoke_all(&found.locator).await?;
        poll_until(IN_USE_DEADLINE, context, async || {
            let deleted =
                self.0.client::<Ec2>().delete_security_group().group_id(&found.locator).send().await;
            match &deleted {
                Err(error) if problem_of(error).has_code(&["DependencyViolation"]) => {
                    // Who may delete it may not be allowed to look who has it: it is waited for without that.
                    let users = users::of(&self.0, &found.locator).await.unwrap_or_default();
                    return match users.in_the_way(context.stack) {
                        Some(failure) => Err(failure),
                        None => Ok(Poll::Pending(users.words())),
                    };
                }
                _ => {}
            }
            deleted.none_if(Self::NOT_FOUND, "delete the security group")?;
            Ok(Poll::Ready(()))
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let found = |group: &Group| {
            found::<SecurityGroup>(stack, &tags::from(group.tags()), group.group_name()?, group.group_id()?)
        };
        Ok(self.tagged(stack).await?.iter().filter_map(found).collect())
    }
}

impl SecurityGroups {
    /// Those that carry the stack's tags.
    async fn tagged(&self, stack: &str) -> Result<Vec<Group>, Failure> {
        let filter = Filter::builder().name(format!("tag:{STACK_TAG}")).values(stack).build();
        let pages =
            self.0.client::<Ec2>().describe_security_groups().filters(filter).into_paginator().items().send();
        let mut groups = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list security groups")?;
        groups.retain(|group| Ownership::of(&tags::from(group.tags()), stack) == Ownership::Ours);
        Ok(groups)
    }

    async fn find(&self, desired: &SecurityGroup) -> Result<Option<Group>, Failure> {
        let by = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
        let groups = self
            .0
            .client::<Ec2>()
            .describe_security_groups()
            .filters(by("group-name", &desired.name))
            .filters(by("vpc-id", desired.vpc_id.get()?))
            .send()
            .await
            .or_failure("describe the security group")?;
        Ok(groups.security_groups().iter().find(|group| group.group_name() == Some(&desired.name)).cloned())
    }

    async fn authorize(
        &self,
        id: &str,
        rules: impl Iterator<Item = &Ingress>,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        let permissions = rules.map(permission).collect::<Result<Vec<_>, _>>()?;
        if permissions.is_empty() {
            return Ok(());
        }
        poll_until(KNOWN_DEADLINE, context, async || {
            let request = self.0.client::<Ec2>().authorize_security_group_ingress().group_id(id);
            let authorized = request.set_ip_permissions(Some(permissions.clone())).send().await;
            match &authorized {
                Err(error) if problem_of(error).has_code(Self::NOT_FOUND) => {
                    return Ok(Poll::Pending("the new security group to be known".to_owned()));
                }
                _ => {}
            }
            authorized.none_if(&["InvalidPermission.Duplicate"], "let traffic into the security group")?;
            Ok(Poll::Ready(()))
        })
        .await
    }

    /// Takes back every rule that is not desired, including kinds of rule that we never make.
    async fn revoke_others(&self, desired: &SecurityGroup, id: &str) -> Result<(), Failure> {
        let Some(group) = self.find(desired).await? else { return Ok(()) };
        let rules = group.ip_permissions().iter().flat_map(rules_of);
        let unwanted =
            rules.filter(|(rule, _)| !desired.ingress.contains(rule)).map(|(_, permission)| permission);
        self.revoke(id, unwanted.collect()).await
    }

    async fn revoke_all(&self, id: &str) -> Result<(), Failure> {
        let described = self.0.client::<Ec2>().describe_security_groups().group_ids(id).send().await;
        let Some(groups) = described.none_if(Self::NOT_FOUND, "describe the security group")? else {
            return Ok(());
        };
        let rules = groups.security_groups().iter().flat_map(|group| group.ip_permissions().to_vec());
        self.revoke(id, rules.collect()).await
    }

    async fn revoke(&self, id: &str, permissions: Vec<IpPermission>) -> Result<(), Failure> {
        if permissions.is_empty() {
            return Ok(());
        }
        let request = self.0.client::<Ec2>().revoke_security_group_ingress().group_id(id);
        let revoked = request.set_ip_permissions(Some(permissions.clone())).send().await;
        match &revoked {
            // This group is gone, or one that a rule names.
            Err(error) if problem_of(error).has_code(Self::NOT_FOUND) => {
                return by_rule_id::revoke(&self.0, id, &permissions).await;
            }
            _ => {}
        }
        revoked.none_if(&["InvalidPermission.NotFound"], "take rules out of the security group")?;
        Ok(())
    }
}

/// Each single rule of a permission, in our words and as the permission that has only it.
fn rules_of(permission: &IpPermission) -> Vec<(Ingress, IpPermission)> {
    let ranges = permission.ip_ranges().iter().map(|range| {
        let single = bare(permission).ip_ranges(range.clone()).build();
        (described(permission, range.cidr_ip().unwrap_or_default()), single)
    });
    let ranges6 = permission.ipv6_ranges().iter().map(|range| {
        let single = bare(permission).ipv6_ranges(range.clone()).build();
        (described(permission, range.cidr_ipv6().unwrap_or_default()), single)
    });
    let lists = permission.prefix_list_ids().iter().map(|list| {
        let single = bare(permission).prefix_list_ids(list.clone()).build();
        (described(permission, list.prefix_list_id().unwrap_or_default()), single)
    });
    let groups = permission.user_id_group_pairs().iter().map(|pair| {
        let single = bare(permission).user_id_group_pairs(pair.clone()).build();
        let source = TrafficSource::SecurityGroup(pair.group_id().unwrap_or_default().into());
        (Ingress { from: source, ..described(permission, "") }, single)
    });
    ranges.chain(ranges6).chain(lists).chain(groups).collect()
}

fn bare(permission: &IpPermission) -> aws_sdk_ec2::types::builders::IpPermissionBuilder {
    IpPermission::builder()
        .set_ip_protocol(permission.ip_protocol().map(str::to_owned))
        .set_from_port(permission.from_port())
        .set_to_port(permission.to_port())
}

/// A rule for another protocol than TCP is never ours; its source says so, so that it shows as a difference.
fn described(permission: &IpPermission, source: &str) -> Ingress {
    let port = |port: Option<i32>| port.and_then(|port| u16::try_from(port).ok()).unwrap_or(0);
    let source = match permission.ip_protocol() {
        Some("tcp") => source.to_owned(),
        other => format!("{} {source}", other.unwrap_or("any")),
    };
    Ingress {
        from_port: port(permission.from_port()),
        to_port: port(permission.to_port()),
        from: TrafficSource::network(&source),
    }
}

fn permission(rule: &Ingress) -> Result<IpPermission, Failure> {
    let ports = IpPermission::builder()
        .ip_protocol("tcp")
        .from_port(i32::from(rule.from_port))
        .to_port(i32::from(rule.to_port));
    Ok(match &rule.from {
        TrafficSource::Cidr(range) => ports.ip_ranges(IpRange::builder().cidr_ip(range).build()).build(),
        TrafficSource::SecurityGroup(group) => {
            ports.user_id_group_pairs(UserIdGroupPair::builder().group_id(group.get()?).build()).build()
        }
    })
}

fn is(group: &Group, vpc_id: Option<&String>, name: &str) -> bool {
    vpc_id.is_some_and(|vpc| group.vpc_id() == Some(vpc)) && group.group_name() == Some(name)
}

fn outputs(group: &Group) -> SecurityGroupOutputs {
    SecurityGroupOutputs { group_id: group.group_id().unwrap_or_default().into() }
}
