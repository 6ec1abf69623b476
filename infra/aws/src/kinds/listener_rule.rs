//! Reads and writes listener rules.

use super::elb::{Named, forward_to, forwards_to, listeners_and_rules, ours, tags_behind};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{PathPatternConditionConfig, Rule, RuleCondition};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, ResourceKind};
use infra_resources::ListenerRule;
use infra_resources::listener_rule::ListenerRuleOutputs;
use infra_wire::sdk_error::SdkResult;

/// Listener rules.
pub struct ListenerRules(pub Aws);

#[async_trait(?Send)]
impl ResourceKind for ListenerRules {
    type Resource = ListenerRule;

    const DELETED_BEFORE: Names = &["listener", "target-group"];
    const NOT_FOUND: Names = &["RuleNotFound"];
    const ALREADY_EXISTS: Names = &["PriorityInUse"];
    const OPERATIONS: Operations = Operations {
        reads: &["DescribeListeners", "DescribeLoadBalancers", "DescribeRules", "DescribeTags"],
        creates: &["CreateRule"],
        changes: &["AddTags", "ModifyRule"],
        removes: &["DeleteRule"],
    };

    async fn read(&self, desired: &ListenerRule) -> ReadResult<ListenerRule> {
        let behind = listeners_and_rules(&self.0, &self.0.stack).await?;
        let (listener, priority) = (desired.listener_arn.get()?, desired.priority.to_string());
        let of_listener = behind.iter().filter(|it| it.listener.listener_arn() == Some(listener));
        let mut rules = of_listener.flat_map(|it| &it.rules);
        let Some(rule) = rules.find(|rule| rule.priority() == Some(&priority)) else { return Ok(None) };
        let arn = rule.rule_arn().unwrap_or_default();
        let properties = ListenerRule {
            path_patterns: path_patterns(rule),
            target_group_arn: forwards_to(rule.actions()).into(),
            ..desired.clone()
        };
        // A list has one already or still that is not known yet or gone.
        let Some(tags) = tags_behind(&self.0, &behind).await?.remove(arn) else { return Ok(None) };
        Ok(Some(Live { properties, outputs: ListenerRuleOutputs { arn: arn.into() }, tags: Some(tags) }))
    }

    async fn create(
        &self,
        desired: &ListenerRule,
        context: &Context<'_>,
    ) -> Result<ListenerRuleOutputs, Failure> {
        let created = self
            .0
            .client::<Elb>()
            .create_rule()
            .listener_arn(desired.listener_arn.get()?)
            .priority(i32::from(desired.priority))
            .conditions(condition(desired))
            .actions(forward_to(desired.target_group_arn.get()?))
            .set_tags(Some(tags::to(&context.tags())?))
            .send()
            .await
            .or_failure("create the listener rule")?;
        let arn = created.rules().first().and_then(|rule| rule.rule_arn());
        Ok(ListenerRuleOutputs { arn: arn.unwrap_or_default().into() })
    }

    async fn update(
        &self,
        desired: &ListenerRule,
        live: LiveOf<ListenerRule>,
        context: &Context<'_>,
    ) -> Result<ListenerRuleOutputs, Failure> {
        let (arn, now) = (live.outputs.arn.get()?, &live.properties);
        if now.path_patterns != desired.path_patterns || now.target_group_arn != desired.target_group_arn {
            let request = self.0.client::<Elb>().modify_rule().rule_arn(arn).conditions(condition(desired));
            let request = request.actions(forward_to(desired.target_group_arn.get()?));
            // What it led to is used until all nodes of the load balancer follow; whoever deletes that waits for them.
            request.send().await.or_failure("change the listener rule")?;
        }
        tags::restore::<Elb>(&self.0, arn, &live.tags, context).await?;
        Ok(live.outputs)
    }

    async fn delete(&self, found: &Found, _: &Context<'_>) -> Result<(), Failure> {
        let deleted = self.0.client::<Elb>().delete_rule().rule_arn(&found.locator).send().await;
        deleted.none_if(Self::NOT_FOUND, "delete the listener rule")?;
        Ok(())
    }

    async fn list(&self, stack: &str) -> Result<Vec<Found>, Failure> {
        let behind = listeners_and_rules(&self.0, stack).await?;
        let candidates = behind.iter().flat_map(|it| {
            let listener = format!("{}:{}", it.balancer, it.listener.port().unwrap_or_default());
            it.rules.iter().filter_map(move |rule| named(rule, &listener))
        });
        Ok(ours::<ListenerRule>(stack, candidates, &tags_behind(&self.0, &behind).await?))
    }
}

fn named(rule: &Rule, listener: &str) -> Option<Named> {
    Some(Named { arn: rule.rule_arn()?.to_owned(), name: format!("{listener}/{}", rule.priority()?) })
}

/// A condition of another kind is never ours; it says what it is, so that it shows as a difference.
fn path_patterns(rule: &Rule) -> Vec<String> {
    let values = rule.conditions().iter().flat_map(|condition| match condition.field() {
        Some("path-pattern") => match condition.path_pattern_config() {
            Some(config) => config.values().to_vec(),
            None => condition.values().to_vec(),
        },
        other => vec![format!("a condition of {}", other.unwrap_or("another kind"))],
    });
    values.collect()
}

fn condition(desired: &ListenerRule) -> RuleCondition {
    let patterns =
        PathPatternConditionConfig::builder().set_values(Some(desired.path_patterns.clone())).build();
    RuleCondition::builder().field("path-pattern").path_pattern_config(patterns).build()
}
