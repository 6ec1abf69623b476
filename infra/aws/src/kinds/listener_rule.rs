//! Reads and writes listener rules.

use super::elb::{
    Named, forward_between, forward_to, forwards_to, listeners_and_rules, ours, tags_behind, weights_of,
};
use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use async_trait::async_trait;
use aws_sdk_elasticloadbalancingv2::types::{Action, PathPatternConditionConfig, Rule, RuleCondition};
use infra_engine::kind::{LiveOf, ReadResult};
use infra_engine::{Context, Failure, Found, Live, Names, Operations, Output, Resource, ResourceKind};
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
        let properties =
            ListenerRule { path_patterns: path_patterns(rule), ..forwarding(desired, rule.actions()) };
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
            .actions(action(desired, &desired.target_group_arn)?)
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
        let leads_elsewhere = now.target_group_arn != desired.target_group_arn
            || now.alternate_target_group_arn != desired.alternate_target_group_arn;
        if now.path_patterns != desired.path_patterns || leads_elsewhere {
            let request = self.0.client::<Elb>().modify_rule().rule_arn(arn).conditions(condition(desired));
            // Between two target groups the weights are ECS's, and stay.
            let request = if leads_elsewhere {
                request.actions(action(desired, &now.target_group_arn)?)
            } else {
                request
            };
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

/// Where a rule leads, as far as it is the deploy's to say: of two target groups ECS decides which one gets how much.
fn forwarding(desired: &ListenerRule, actions: &[Action]) -> ListenerRule {
    let only = || ListenerRule {
        target_group_arn: forwards_to(actions).into(),
        alternate_target_group_arn: None,
        ..desired.clone()
    };
    let Some(alternate) = &desired.alternate_target_group_arn else { return only() };
    let mut weights = weights_of(actions);
    if weights.is_empty() {
        return only();
    }
    let has =
        |group: &Output<String>| group.get().is_ok_and(|group| weights.iter().any(|(arn, _)| arn == group));
    if weights.len() == 2 && has(&desired.target_group_arn) && has(alternate) {
        return desired.clone();
    }
    weights.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    let mut groups = weights.into_iter().map(|(arn, _)| Output::from(arn));
    match groups.next() {
        Some(serving) => ListenerRule {
            target_group_arn: serving,
            alternate_target_group_arn: groups.next(),
            ..desired.clone()
        },
        None => only(),
    }
}

/// The action of a rule, where this target group serves. If ECS is to move the traffic, it goes on serving.
fn action(desired: &ListenerRule, serving: &Output<String>) -> Result<Action, Failure> {
    let first = desired.target_group_arn.get()?;
    let Some(alternate) = &desired.alternate_target_group_arn else { return Ok(forward_to(first)) };
    let (alternate, serving) = (alternate.get()?, serving.get()?);
    if serving == alternate {
        return Ok(forward_between(alternate, first));
    }
    if serving == first || serving.is_empty() {
        return Ok(forward_between(first, alternate));
    }
    Err(Failure::new(format!(
        "listener rule {} leads to {serving}, of another service, and a service whose traffic ECS moves can't take over \
         without a gap",
        desired.physical_name()
    ))
    .hint("deploy the move with the app's deployment.strategy=rolling first, and the other strategy after it"))
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

#[cfg(test)]
mod tests {
    use super::*;

    const LISTENER: &str = "the-alb:80";

    fn between_two() -> ListenerRule {
        ListenerRule {
            listener_name: LISTENER.to_owned(),
            listener_arn: "arn:listener".into(),
            priority: 200,
            path_patterns: vec!["*".to_owned()],
            target_group_arn: "first".into(),
            alternate_target_group_arn: Some("second".into()),
        }
    }

    fn to_one() -> ListenerRule {
        ListenerRule { alternate_target_group_arn: None, ..between_two() }
    }

    #[test]
    fn weights_between_two_target_groups_are_not_compared() {
        for live in [forward_between("first", "second"), forward_between("second", "first")] {
            assert_eq!(forwarding(&between_two(), &[live]), between_two());
        }
    }

    #[test]
    fn a_rule_that_knows_one_group_or_another_one_differs() {
        assert_eq!(
            forwarding(&between_two(), &[forward_between("first", "third")]).target_group_arn,
            "first".into()
        );
        let live = forwarding(&between_two(), &[forward_between("third", "first")]);
        assert_eq!(
            (live.target_group_arn, live.alternate_target_group_arn),
            ("third".into(), Some("first".into()))
        );
        let live = forwarding(&between_two(), &[forward_to("first")]);
        assert_eq!((live.target_group_arn, live.alternate_target_group_arn), ("first".into(), None));
        // Once one group is wanted, the second has to go from the rule, or it could not be deleted.
        assert_ne!(
            forwarding(&to_one(), &[forward_between("first", "second")]).target_group_arn,
            "first".into()
        );
        assert_eq!(forwarding(&to_one(), &[forward_to("first")]), to_one());
    }

    #[test]
    fn the_group_that_serves_goes_on_serving() {
        let weights = |serving: &str| weights_of(&[action(&between_two(), &serving.into()).unwrap()]);
        let expected = |first: &str, second: &str| vec![(first.to_owned(), 100), (second.to_owned(), 0)];
        assert_eq!(weights("first"), expected("first", "second"));
        assert_eq!(weights("second"), expected("second", "first"));
        assert_eq!(weights(""), expected("first", "second"));
    }

    #[test]
    fn another_services_requests_are_not_taken_over() {
        let error = action(&between_two(), &"of-another-place".into()).unwrap_err();
        assert!(error.to_string().contains("of-another-place"), "{error}");
        assert!(error.what_to_do().is_some_and(|hint| hint.contains("deployment.strategy=rolling")));
        action(&to_one(), &"of-another-place".into()).unwrap();
    }
}
