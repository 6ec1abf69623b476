//! Reads and writes target groups.

use super::elb::{Named, listeners_of, ours, resource_label, rules_of, tags_of};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, Matcher, ProtocolEnum, TargetGroup as Described, TargetGroupAttribute, TargetTypeEnum,
};
use infra_ecs::open_enum::OpenEnum;
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::ownership::Ownership;
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::target_group::{TargetGroupOutputs, TargetType};
use infra_resources::{HealthCheck, TargetGroup};
use infra_wire::poll::{Poll, poll_until};
use infra_wire::sdk_error::{SdkResult, problem_of};
use std::time::Duration;

const DEREGISTRATION_DELAY: &str = "deregistration_delay.timeout_seconds";
/// What AWS does unless it is set otherwise ("Target groups for your Application Load Balancers", Elastic Load Balancing).
const DEREGISTRATION_DELAY_SECONDS: u32 = 300;
const HEALTH_CHECK_PROTOCOL: &str = "HTTP";
const HEALTH_CHECK_PORT: &str = "traffic-port";
const HEALTHY_CODES: &str = "200";
const IN_USE_DEADLINE: Duration = Duration::from_secs(120);

/// Target groups.
pub struct TargetGroups(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for TargetGroups {
    type Resource = TargetGroup;

    const DELETED_BEFORE: Names = &[];
    const NOT_FOUND: Names = &["TargetGroupNotFound"];
    const ALREADY_EXISTS: Names = &["DuplicateTargetGroupName"];
    const OPERATIONS: Operations = Operations {
        reads: &[
            "DescribeListeners",
            "DescribeRules",
            "DescribeTags",
            "DescribeTargetGroupAttributes",
            "DescribeTargetGroups",
            "DescribeTargetHealth",
        ],
        creates: &["CreateTargetGroup"],
        changes: &["AddTags", "ModifyTargetGroup", "ModifyTargetGroupAttributes"],
        removes: &["DeleteTargetGroup"],
    };

    async fn read(&self, desired: &TargetGroup) -> ReadResult<TargetGroup> {
        let groups = self.groups_of(&self.0.stack).await?;
        let named = |group: &&Described| group.target_group_name() == Some(&desired.name);
        let Some(group) = groups.iter().find(named) else { return Ok(None) };
        let (arn, all) = (group.target_group_arn().unwrap_or_default(), arns_of(&groups));
        let (attributes, tags, ()) =
            tokio::try_join!(self.attributes(arn), tags_of(&self.0, &all), self.ask_for_health(arn))?;
        // The list has it already or still, and the group is not known yet or gone.
        let (Some(attributes), Some(tags)) = (attributes, tags.get(arn)) else { return Ok(None) };
        let delay = attributes.iter().find(|attribute| attribute.key() == Some(DEREGISTRATION_DELAY));
        let delay = delay.and_then(TargetGroupAttribute::value);
        let properties = TargetGroup {
            name: desired.name.clone(),
            vpc_id: group.vpc_id().unwrap_or_default().into(),
            port: group.port().and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
            target_type: group
                .target_type()
                .map_or(TargetType::Instance, |reported| TargetType::from_text(reported.as_str())),
            health_check: health_check(group),
            deregistration_delay_seconds: match delay {
                Some(delay) => delay.parse().unwrap_or_default(),
                None => DEREGISTRATION_DELAY_SECONDS,
            },
        };
        Ok(Some(Live { properties, outputs: outputs(group), tags: Some(tags.clone()) }))
    }

    async fn create(
        &self,
        desired: &TargetGroup,
        context: &Context<'_>,
    ) -> Result<TargetGroupOutputs, Failure> {
        let check = &desired.health_check;
        let created = self
            .0
            .client::<Elb>()
            .create_target_group()
            .name(&desired.name)
            .protocol(ProtocolEnum::Http)
            .port(i32::from(desired.port))
            .vpc_id(desired.vpc_id.get()?)
            .target_type(TargetTypeEnum::from(desired.target_type.as_str()))
            .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
            .health_check_port(&check.port)
            .health_check_path(&check.path)
            .health_check_interval_seconds(check.interval_seconds)
            .health_check_timeout_seconds(check.timeout_seconds)
            .healthy_threshold_count(check.healthy_threshold)
            .unhealthy_threshold_count(check.unhealthy_threshold)
            .matcher(matcher(check))
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the target group")?;
        let group = created.target_groups().first();
        let group = group.ok_or_else(|| Failure::new("the service answered without a target group"))?;
        self.put_deregistration_delay(group.target_group_arn().unwrap_or_default(), desired).await?;
        Ok(outputs(group))
    }

    async fn update(
        &self,
        desired: &TargetGroup,
        live: LiveOf<TargetGroup>,
        context: &Context<'_>,
    ) -> Result<TargetGroupOutputs, Failure> {
        let (arn, now, check) = (live.outputs.arn.get()?, &live.properties, &desired.health_check);
        if now.health_check != *check {
            let request = self
                .0
                .client::<Elb>()
                .modify_target_group()
                .target_group_arn(arn)
                .health_check_protocol(ProtocolEnum::from(check.protocol.as_str()))
                .health_check_port(&check.port)
                .health_check_path(&check.path)
                .matcher(matcher(check))
                .health_check_interval_seconds(check.interval_seconds)
                .health_check_timeout_seconds(check.timeout_seconds)
                .healthy_threshold_count(check.healthy_threshold)
                .unhealthy_threshold_count(check.unhealthy_threshold);
            request.send().await.or_failure("change the target group's health check")?;
        }
        if now.deregistration_delay_seconds != desired.deregistration_delay_seconds {
            self.put_deregistration_delay(arn, desired).await?;
        }
        tags::restore::<Elb>(&self.0, arn, &live.tags, context).await?;
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, context: &Context<'_>) -> Result<(), Failure> {
        poll_until(IN_USE_DEADLINE, context, async || {
            let deleted =
                self.0.client::<Elb>().delete_target_group().target_group_arn(&found.locator).send().await;
            match &deleted {
                Err(error) if problem_of(error).has_code(&["ResourceInUse"]) => {
                    return self.users(&found.locator).await.map(Poll::Pending);
                }
                _ => {}
            }
            deleted.none_if(Self::NOT_FOUND, "delete the target group")?;
            Ok(Poll::Ready(()))
        })
        .await
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let groups = self.groups_of(stack).await?;
        let candidates = groups.iter().filter_map(|group| {
            let (arn, name) = (group.target_group_arn()?, group.target_group_name()?);
            Some(Named { arn: arn.to_owned(), name: name.to_owned() })
        });
        let tags = tags_of(&self.0, &arns_of(&groups)).await?;
        Ok(ours::<TargetGroup>(stack, candidates, &tags))
    }
}

impl TargetGroups {
    /// What a deploy that waits will ask once everything is read.
    async fn ask_for_health(&self, arn: &str) -> Result<(), Failure> {
        if self.0.waits {
            let health = self.0.client::<Elb>().describe_target_health().target_group_arn(arn).send().await;
            health.none_if(Self::NOT_FOUND, "describe the health of the targets")?;
        }
        Ok(())
    }

    /// Those that may be the stack's: all that are named for it.
    async fn groups_of(&self, stack: &str) -> Result<Vec<Described>, Failure> {
        let pages = self.0.client::<Elb>().describe_target_groups().into_paginator().items().send();
        let mut groups = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list target groups")?;
        let prefix = format!("{stack}-");
        groups.retain(|group| group.target_group_name().is_some_and(|name| name.starts_with(&prefix)));
        Ok(groups)
    }

    /// What still sends requests to the target group, to be waited for.
    ///
    /// # Errors
    /// When it is somebody else's, who alone can take it away.
    async fn users(&self, arn: &str) -> Result<String, Failure> {
        let described = self.0.client::<Elb>().describe_target_groups().target_group_arns(arn).send().await;
        let described = described.none_if(Self::NOT_FOUND, "describe the target group")?;
        let groups = described.map(|answer| answer.target_groups.unwrap_or_default()).unwrap_or_default();
        let balancers: Vec<String> = groups.iter().flat_map(Described::load_balancer_arns).cloned().collect();
        let tags = tags_of(&self.0, &balancers).await?;
        let is_ours =
            |it: &&String| tags.get(*it).is_none_or(|it| Ownership::of(it, &self.0.stack) == Ownership::Ours);
        match balancers.iter().find(|it| !is_ours(it)) {
            None => Ok("a listener that still uses the target group".to_owned()),
            Some(balancer) => Err(used_by(balancer, &self.listeners_to(balancer, arn).await?)),
        }
    }

    /// The listeners and rules of a load balancer that forward to the target group.
    async fn listeners_to(&self, balancer: &str, arn: &str) -> Result<Vec<String>, Failure> {
        let forwards = |actions: &[Action]| {
            let forwarded =
                actions.iter().filter_map(Action::forward_config).flat_map(|it| it.target_groups());
            let mut arns = forwarded.filter_map(|it| it.target_group_arn());
            actions.iter().any(|it| it.target_group_arn() == Some(arn)) || arns.any(|it| it == arn)
        };
        let mut users = Vec::new();
        for listener in listeners_of(&self.0, balancer).await? {
            let of_listener = listener.listener_arn().unwrap_or_default();
            if forwards(listener.default_actions()) {
                users.push(of_listener.to_owned());
            }
            let rules = rules_of(&self.0, of_listener).await?;
            let rules =
                rules.into_iter().filter(|rule| rule.is_default() != Some(true) && forwards(rule.actions()));
            users.extend(rules.filter_map(|rule| rule.rule_arn));
        }
        Ok(users)
    }

    async fn attributes(&self, arn: &str) -> Result<Option<Vec<TargetGroupAttribute>>, Failure> {
        let answer =
            self.0.client::<Elb>().describe_target_group_attributes().target_group_arn(arn).send().await;
        let answer = answer.none_if(Self::NOT_FOUND, "describe the target group's attributes")?;
        Ok(answer.map(|answer| answer.attributes.unwrap_or_default()))
    }

    async fn put_deregistration_delay(&self, arn: &str, desired: &TargetGroup) -> Result<(), Failure> {
        let delay = desired.deregistration_delay_seconds.to_string();
        let attribute = TargetGroupAttribute::builder().key(DEREGISTRATION_DELAY).value(delay).build();
        let request = self
            .0
            .client::<Elb>()
            .modify_target_group_attributes()
            .target_group_arn(arn)
            .attributes(attribute);
        request.send().await.or_failure("set the deregistration delay")?;
        Ok(())
    }
}

fn used_by(balancer: &str, listeners: &[String]) -> Failure {
    let by = if listeners.is_empty() { "a listener".to_owned() } else { listeners.join(" and ") };
    Failure::new(format!(
        "it can't be deleted while {by} of load balancer {}, which is not of this stack, forwards to it",
        resource_label(balancer)
    ))
    .hint("change or delete that listener or rule, then run the same command again")
}

fn arns_of(groups: &[Described]) -> Vec<String> {
    groups.iter().filter_map(|group| group.target_group_arn().map(str::to_owned)).collect()
}

fn matcher(check: &HealthCheck) -> Matcher {
    Matcher::builder().http_code(&check.status_codes).build()
}

fn health_check(group: &Described) -> HealthCheck {
    let protocol = group.health_check_protocol().map(ProtocolEnum::as_str);
    let codes = group.matcher().and_then(|matcher| matcher.http_code());
    HealthCheck {
        protocol: protocol.unwrap_or(HEALTH_CHECK_PROTOCOL).to_owned(),
        port: group.health_check_port().unwrap_or(HEALTH_CHECK_PORT).to_owned(),
        path: group.health_check_path().unwrap_or_default().to_owned(),
        status_codes: codes.unwrap_or(HEALTHY_CODES).to_owned(),
        interval_seconds: group.health_check_interval_seconds().unwrap_or_default(),
        timeout_seconds: group.health_check_timeout_seconds().unwrap_or_default(),
        healthy_threshold: group.healthy_threshold_count().unwrap_or_default(),
        unhealthy_threshold: group.unhealthy_threshold_count().unwrap_or_default(),
    }
}

fn outputs(group: &Described) -> TargetGroupOutputs {
    let arn = group.target_group_arn().unwrap_or_default();
    TargetGroupOutputs { arn: arn.into(), resource_label: resource_label(arn).into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_leaves_out_of_a_health_check_has_its_own_value() {
        let check = health_check(&Described::builder().build());
        let read = [check.protocol, check.port, check.status_codes];
        assert_eq!(read, [HEALTH_CHECK_PROTOCOL, HEALTH_CHECK_PORT, HEALTHY_CODES]);
    }

    #[test]
    fn somebody_elses_listener_is_named() {
        let balancer = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/theirs/1";
        let failure = used_by(balancer, &["arn:of-a-rule".to_owned()]);
        assert!(failure.to_string().contains("arn:of-a-rule of load balancer app/theirs/1"), "{failure}");
        assert!(used_by(balancer, &[]).to_string().contains("a listener of load balancer app/theirs/1"));
    }
}
