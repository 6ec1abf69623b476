//! Reads and writes Auto Scaling groups, and replaces their instances when the launch template changes.

mod instances;
mod refresh;

use crate::Aws;
use crate::clients::AutoScaling;
use crate::tags::from;
use async_trait::async_trait;
use aws_sdk_autoscaling::types::{AutoScalingGroup as Described, LaunchTemplateSpecification, Tag};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::found;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::AutoScalingGroup;
use infra_resources::auto_scaling_group::AutoScalingGroupOutputs;
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::time::Duration;

/// A group goes when its last instance is terminated, which takes some minutes.
const GONE_DEADLINE: Duration = Duration::from_secs(900);
/// What was made a moment ago is not known everywhere at once.
const KNOWN_DEADLINE: Duration = Duration::from_secs(60);
/// ECS gives this tag to groups that it scales; without it it would differ from what we made.
const MANAGED_BY_ECS: &str = "AmazonECSManaged";

/// As many groups as are listed at once.
const PAGE: i32 = 100;

/// Auto Scaling groups.
pub struct AutoScalingGroups(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for AutoScalingGroups {
    type Resource = AutoScalingGroup;

    /// Its instances are members of the cluster, and have the profile's role, until they end.
    const DELETED_BEFORE: Names = &["cluster", "instance-profile", "launch-template"];
    /// Also of what else it refuses: whether the group is gone is looked up.
    const NOT_FOUND: Names = &["ValidationError"];
    const ALREADY_EXISTS: Names = &["AlreadyExists"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeAutoScalingGroups", "DescribeInstanceRefreshes", "DescribeScalingActivities"],
        creates: &["CreateAutoScalingGroup"],
        changes: &[
            "CreateOrUpdateTags",
            "SetInstanceProtection",
            "StartInstanceRefresh",
            "UpdateAutoScalingGroup",
        ],
        removes: &["DeleteAutoScalingGroup"],
    };

    async fn read(&self, desired: &AutoScalingGroup) -> ReadResult<AutoScalingGroup> {
        let groups = self.all().await?;
        let wanted = |group: &&Described| {
            group.auto_scaling_group_name() == Some(&desired.name) && !is_being_deleted(group)
        };
        let Some(group) = groups.iter().find(wanted) else { return Ok(None) };
        let properties = self.properties(group, desired).await?;
        Ok(Some(Live { properties, outputs: outputs(group), tags: Some(from(group.tags())) }))
    }

    async fn create(
        &self,
        desired: &AutoScalingGroup,
        context: &Context<'_>,
    ) -> Result<AutoScalingGroupOutputs, Failure> {
        poll_until(GONE_DEADLINE, context, async || {
            let request = self
                .0
                .client::<AutoScaling>()
                .create_auto_scaling_group()
                .auto_scaling_group_name(&desired.name)
                .launch_template(template(desired)?)
                .vpc_zone_identifier(desired.subnet_ids.get()?.join(","))
                .min_size(desired.min_size)
                .max_size(desired.max_size)
                .desired_capacity(desired.initial_size)
                .new_instances_protected_from_scale_in(desired.protect_from_scale_in)
                .set_tags(Some(tags(&desired.name, context)));
            let created = request.send().await;
            match &created {
                // The answer to a launch template with a profile that was made a moment ago.
                Err(error) if problem_of(error).says("Invalid IAM Instance Profile") => {
                    return Ok(Poll::Pending("the instance profile to be known everywhere".to_owned()));
                }
                Err(error) if problem_of(error).says("pending delete") => {
                    return Ok(Poll::Pending("the old group of this name to be gone".to_owned()));
                }
                _ => {}
            }
            created.or_failure("create the Auto Scaling group")?;
            Ok(Poll::Ready(()))
        })
        .await?;
        poll_until(KNOWN_DEADLINE, context, async || {
            let group = self.find(&desired.name).await?;
            let not_yet = || Poll::Pending("the new Auto Scaling group to be known".to_owned());
            Ok(group.as_ref().map(outputs).map_or_else(not_yet, Poll::Ready))
        })
        .await
    }

    async fn update(
        &self,
        desired: &AutoScalingGroup,
        live: LiveOf<AutoScalingGroup>,
        context: &Context<'_>,
    ) -> Result<AutoScalingGroupOutputs, Failure> {
        let now = AutoScalingGroup { outdated_instances: 0, ..live.properties.clone() };
        if now != *desired {
            let request = self
                .0
                .client::<AutoScaling>()
                .update_auto_scaling_group()
                .auto_scaling_group_name(&desired.name)
                .launch_template(template(desired)?)
                .vpc_zone_identifier(desired.subnet_ids.get()?.join(","))
                .min_size(desired.min_size)
                .max_size(desired.max_size)
                .new_instances_protected_from_scale_in(desired.protect_from_scale_in);
            request.send().await.or_failure("change the Auto Scaling group")?;
        }
        if context.missing_tags(&live.tags).is_some() {
            let tags = tags(&desired.name, context);
            let request = self.0.client::<AutoScaling>().create_or_update_tags().set_tags(Some(tags));
            request.send().await.or_failure("tag the Auto Scaling group")?;
        }
        if let Some(group) = self.find(&desired.name).await?
            && self.properties(&group, desired).await?.outdated_instances > 0
        {
            refresh::start(&self.0, &desired.name).await?;
        }
        Ok(live.outputs)
    }

    async fn wait_until_stable(
        &self,
        desired: &AutoScalingGroup,
        context: &Context<'_>,
    ) -> Result<(), Failure> {
        if !self.0.waits {
            return Ok(());
        }
        // The list is what the read of the whole account asks for: most of the time it says that nothing has to be waited for.
        let groups = self.all().await?;
        let named = |group: &&Described| group.auto_scaling_group_name() == Some(&desired.name);
        if let Some(group) = groups.iter().find(named)
            && instances::are_all_there(group, desired)
            && self.properties(group, desired).await?.outdated_instances == 0
        {
            return Ok(());
        }
        refresh::wait(self, desired, context).await?;
        instances::wait_for(self, desired, context).await
    }

    /// Services have left by now: what still runs on the instances is nobody's.
    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        let Some(group) = self.find(&found.name).await? else {
            return self.wait_until_gone(found, context).await;
        };
        instances::unprotect(&self.0, &group).await?;
        let request =
            self.0.client::<AutoScaling>().update_auto_scaling_group().auto_scaling_group_name(&found.name);
        let emptied = request.min_size(0).max_size(0).desired_capacity(0).send().await;
        emptied.none_if(Self::NOT_FOUND, "empty the Auto Scaling group")?;
        poll_until(GONE_DEADLINE, context, async || {
            let request = self
                .0
                .client::<AutoScaling>()
                .delete_auto_scaling_group()
                .auto_scaling_group_name(&found.name);
            let deleted = request.force_delete(true).send().await;
            match &deleted {
                Err(error) if problem_of(error).has_code(&["ScalingActivityInProgress", "ResourceInUse"]) => {
                    return Ok(Poll::Pending("the group to end what it is doing".to_owned()));
                }
                // So it says that there is no such group.
                Err(error) if problem_of(error).has_code(Self::NOT_FOUND) && self.is_gone(found).await? => {}
                _ => drop(deleted.or_failure("delete the Auto Scaling group")?),
            }
            Ok(Poll::Ready(()))
        })
        .await?;
        self.wait_until_gone(found, context).await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let found = |group: &Described| {
            let name = group.auto_scaling_group_name()?;
            found::<AutoScalingGroup>(stack, &from(group.tags()), name, name)
        };
        Ok(self.all().await?.iter().filter_map(found).collect())
    }
}

impl AutoScalingGroups {
    async fn all(&self) -> Result<Vec<Described>, Failure> {
        let request = self.0.client::<AutoScaling>().describe_auto_scaling_groups().max_records(PAGE);
        let pages = request.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>().await.or_failure("list Auto Scaling groups")
    }

    /// The group; one that is being deleted counts as gone.
    async fn find(&self, name: &str) -> Result<Option<Described>, Failure> {
        Ok(self.find_any(name).await?.filter(|group| !is_being_deleted(group)))
    }

    async fn find_any(&self, name: &str) -> Result<Option<Described>, Failure> {
        let request =
            self.0.client::<AutoScaling>().describe_auto_scaling_groups().auto_scaling_group_names(name);
        let answer = request.send().await.or_failure("describe the Auto Scaling group")?;
        let groups = answer.auto_scaling_groups.unwrap_or_default();
        Ok(groups.into_iter().find(|group| group.auto_scaling_group_name() == Some(name)))
    }

    async fn is_gone(&self, found: &Found) -> Result<bool, Failure> {
        Ok(self.find_any(&found.name).await?.is_none())
    }

    async fn wait_until_gone(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        poll_until(GONE_DEADLINE, context, async || {
            let group = self.find_any(&found.name).await?;
            let instances = group.as_ref().map_or(0, |group| group.instances().len());
            Ok(match group {
                None => Poll::Ready(()),
                Some(_) => Poll::Pending(format!("{instances} instances of the group to end")),
            })
        })
        .await
    }

    async fn properties(
        &self,
        group: &Described,
        desired: &AutoScalingGroup,
    ) -> Result<AutoScalingGroup, Failure> {
        let template = group.launch_template();
        let id = template.and_then(|it| it.launch_template_id()).unwrap_or_default();
        let version = template.and_then(|it| it.version()).unwrap_or_default();
        let subnets = group.vpc_zone_identifier().unwrap_or_default().split(',');
        let subnets: Vec<String> =
            subnets.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
        Ok(AutoScalingGroup {
            name: desired.name.clone(),
            launch_template_id: id.into(),
            launch_template_version: version.into(),
            subnet_ids: subnets.into(),
            min_size: group.min_size().unwrap_or_default(),
            max_size: group.max_size().unwrap_or_default(),
            initial_size: desired.initial_size,
            protect_from_scale_in: group.new_instances_protected_from_scale_in().unwrap_or_default(),
            outdated_instances: instances::outdated(group),
        })
    }
}

fn is_being_deleted(group: &Described) -> bool {
    group.status().is_some_and(|status| status.starts_with("Delete"))
}

fn template(desired: &AutoScalingGroup) -> Result<LaunchTemplateSpecification, Failure> {
    Ok(LaunchTemplateSpecification::builder()
        .launch_template_id(desired.launch_template_id.get()?)
        .version(desired.launch_template_version.get()?)
        .build())
}

/// Our tags, which instances get from the launch template, and ECS's own, which they need.
fn tags(group: &str, context: &Context<'_>) -> Vec<Tag> {
    let tag = |key: &str, value: &str, propagates: bool| {
        let tag = Tag::builder().key(key).value(value).resource_id(group);
        tag.resource_type("auto-scaling-group").propagate_at_launch(propagates).build()
    };
    let ours = context.tags();
    let ours = ours.iter().map(|(key, value)| tag(key, value, false));
    ours.chain([tag(MANAGED_BY_ECS, "true", true)]).collect()
}

fn outputs(group: &Described) -> AutoScalingGroupOutputs {
    AutoScalingGroupOutputs { arn: group.auto_scaling_group_arn().unwrap_or_default().into() }
}
