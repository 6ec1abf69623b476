//! What the kinds of Elastic Load Balancing share: tags, and finding the stack's load balancers.

use crate::Aws;
use crate::clients::Elb;
use crate::tags;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, ForwardActionConfig, Listener, LoadBalancer, Rule, TagDescription,
    TargetGroupTuple,
};
use futures::future::try_join_all;
use infra_engine::live::Tags;
use infra_engine::ownership::found;
use infra_engine::{Failure, Found, Resource};
use infra_wire::sdk_error::SdkResult;
use std::collections::HashMap;

/// `DescribeTags` takes at most so many resources.
const ARNS_PER_CALL: usize = 20;

/// Something with an ARN and the name it has in the account.
pub struct Named {
    /// The ARN.
    pub arn: String,
    /// The name.
    pub name: String,
}

/// The tags of those of these resources that are there, by ARN.
pub async fn tags_of(aws: &Aws, arns: &[String]) -> Result<HashMap<String, Tags>, Failure> {
    let asked = arns.chunks(ARNS_PER_CALL).map(async |arns| match described_tags(aws, arns).await? {
        Some(tags) => Ok(tags),
        // One that is gone spoils the answer for all.
        None => {
            let alone = arns.iter().map(|arn| described_tags(aws, std::slice::from_ref(arn)));
            Ok::<_, Failure>(try_join_all(alone).await?.into_iter().flatten().flatten().collect())
        }
    });
    let by_arn = |described: TagDescription| {
        (described.resource_arn.clone().unwrap_or_default(), tags::from(described.tags()))
    };
    Ok(try_join_all(asked).await?.into_iter().flatten().map(by_arn).collect())
}

/// `None` if one of them is gone.
async fn described_tags(aws: &Aws, arns: &[String]) -> Result<Option<Vec<TagDescription>>, Failure> {
    let answer = aws.client::<Elb>().describe_tags().set_resource_arns(Some(arns.to_vec())).send().await;
    let gone = ["LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound", "RuleNotFound"];
    let answer = answer.none_if(&gone, "describe tags of load balancing")?;
    Ok(answer.map(|answer| answer.tag_descriptions.unwrap_or_default()))
}

/// Those of these resources that carry the stack's tags.
pub fn ours<R: Resource>(
    stack: &str,
    candidates: impl IntoIterator<Item = Named>,
    tags: &HashMap<String, Tags>,
) -> Vec<Found> {
    let found = |it: Named| found::<R>(stack, tags.get(&it.arn)?, &it.name, &it.arn);
    candidates.into_iter().filter_map(found).collect()
}

/// The load balancers that may be the stack's: all that are named for it.
pub async fn load_balancers_of(aws: &Aws, stack: &str) -> Result<Vec<LoadBalancer>, Failure> {
    let pages = aws.client::<Elb>().describe_load_balancers().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.or_failure("list load balancers")?;
    let prefix = format!("{stack}-");
    let named =
        |balancer: &LoadBalancer| balancer.load_balancer_name().is_some_and(|name| name.starts_with(&prefix));
    Ok(all.into_iter().filter(named).collect())
}

/// The ARNs of these load balancers, in the order in which their tags are asked for.
pub fn arns_of(balancers: &[LoadBalancer]) -> Vec<String> {
    balancers.iter().filter_map(|balancer| balancer.load_balancer_arn().map(str::to_owned)).collect()
}

/// The listeners of one load balancer; none when it is gone.
pub async fn listeners_of(aws: &Aws, load_balancer_arn: &str) -> Result<Vec<Listener>, Failure> {
    let request = aws.client::<Elb>().describe_listeners().load_balancer_arn(load_balancer_arn);
    let listeners = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let gone = ["LoadBalancerNotFound", "ListenerNotFound"];
    Ok(listeners.none_if(&gone, "describe listeners")?.unwrap_or_default())
}

/// The rules of one listener; none when it is gone. The default rule, which belongs to the listener itself, is not among
/// them.
pub async fn rules_of(aws: &Aws, listener_arn: &str) -> Result<Vec<Rule>, Failure> {
    let request = aws.client::<Elb>().describe_rules().listener_arn(listener_arn);
    let rules = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let mut rules = rules.none_if(&["ListenerNotFound"], "describe listener rules")?.unwrap_or_default();
    rules.retain(|rule| rule.is_default() != Some(true));
    Ok(rules)
}

/// A listener of a load balancer that may be the stack's.
pub struct Behind {
    /// The load balancer's name.
    pub balancer: String,
    /// The listener.
    pub listener: Listener,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// All listeners that may be the stack's, with their rules.
pub async fn listeners_and_rules(aws: &Aws, stack: &str) -> Result<Vec<Behind>, Failure> {
    let balancers = load_balancers_of(aws, stack).await?;
    let listeners = try_join_all(balancers.iter().map(async |balancer| {
        let listeners = listeners_of(aws, balancer.load_balancer_arn().unwrap_or_default()).await?;
        let name = balancer.load_balancer_name().unwrap_or_default();
        Ok::<_, Failure>(
            listeners.into_iter().map(|listener| (name.to_owned(), listener)).collect::<Vec<_>>(),
        )
    }));
    let listeners = listeners.await?.into_iter().flatten();
    let with_rules = listeners.map(async |(balancer, listener)| {
        let rules = rules_of(aws, listener.listener_arn().unwrap_or_default()).await?;
        Ok::<_, Failure>(Behind { balancer, listener, rules })
    });
    try_join_all(with_rules).await
}

/// The tags of these listeners and of their rules, all asked for at once.
pub async fn tags_behind(aws: &Aws, behind: &[Behind]) -> Result<HashMap<String, Tags>, Failure> {
    let listeners = behind.iter().filter_map(|it| it.listener.listener_arn().map(str::to_owned));
    let rules = behind.iter().flat_map(|it| &it.rules).filter_map(|rule| rule.rule_arn().map(str::to_owned));
    let mut arns: Vec<String> = listeners.chain(rules).collect();
    arns.sort();
    tags_of(aws, &arns).await
}

/// What metrics call a load balancer or target group: the end of its ARN, `app/<name>/<id>` or `targetgroup/<name>/<id>`.
pub fn resource_label(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    resource.strip_prefix("loadbalancer/").unwrap_or(resource)
}

/// The one target group that an action list forwards to; empty where it does anything else.
pub fn forwards_to(actions: &[Action]) -> String {
    let [action] = actions else { return String::new() };
    let grouped = action.forward_config().and_then(|forward| match forward.target_groups() {
        [only] => only.target_group_arn(),
        _ => None,
    });
    action.target_group_arn().or(grouped).unwrap_or_default().to_owned()
}

/// The action that forwards to one target group.
pub fn forward_to(target_group_arn: &str) -> Action {
    Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(target_group_arn).build()
}

/// The target groups that an action list forwards to, each with its weight.
pub fn weights_of(actions: &[Action]) -> Vec<(String, i32)> {
    let groups =
        actions.iter().filter_map(Action::forward_config).flat_map(|forward| forward.target_groups());
    let weight =
        |group: &TargetGroupTuple| Some((group.target_group_arn()?.to_owned(), group.weight().unwrap_or(1)));
    groups.filter_map(weight).collect()
}

/// The action that forwards to the first of two target groups and knows the second, so that its targets' health is checked.
pub fn forward_between(first: &str, second: &str) -> Action {
    let group = |arn: &str, weight| TargetGroupTuple::builder().target_group_arn(arn).weight(weight).build();
    let forward =
        ForwardActionConfig::builder().target_groups(group(first, 100)).target_groups(group(second, 0));
    Action::builder().r#type(ActionTypeEnum::Forward).forward_config(forward.build()).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_label_is_the_end_of_the_arn() {
        let balancer = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/cloudfolks-alb/50dc6c495c0c9188";
        assert_eq!(resource_label(balancer), "app/cloudfolks-alb/50dc6c495c0c9188");
        let group = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/943f017f100becff";
        assert_eq!(resource_label(group), "targetgroup/web/943f017f100becff");
    }
}
