//! What the kinds of Elastic Load Balancing share: tags, and finding the stack's load balancers.

use crate::aws::Aws;
use crate::explain::Explain;
use crate::tags;
use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, FixedResponseActionConfig, Listener, LoadBalancer,
};
use infra_engine::live::Tags;
use infra_engine::ownership::{Ownership, id_from};
use infra_engine::{Context, Failure, Found};
use infra_resources::listener::FixedResponse;
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

/// The tags of these resources, by ARN.
pub async fn tags_of(aws: &Aws, arns: &[String]) -> Result<HashMap<String, Tags>, Failure> {
    let mut all = HashMap::new();
    for arns in arns.chunks(ARNS_PER_CALL) {
        let answer = aws.elb.describe_tags().set_resource_arns(Some(arns.to_vec())).send().await;
        let gone = ["LoadBalancerNotFound", "TargetGroupNotFound", "ListenerNotFound", "RuleNotFound"];
        let Some(answer) = answer.unless(&gone, "describe tags of load balancing")? else { continue };
        for described in answer.tag_descriptions() {
            let tags = described.tags().iter();
            let tags =
                tags.filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned()))).collect();
            all.insert(described.resource_arn().unwrap_or_default().to_owned(), tags);
        }
    }
    Ok(all)
}

/// The tags of one resource.
pub async fn tags_of_one(aws: &Aws, arn: &str) -> Result<Tags, Failure> {
    Ok(tags_of(aws, &[arn.to_owned()]).await?.remove(arn).unwrap_or_default())
}

/// Puts our tags on a resource that lacks them.
pub async fn settle_tags(
    aws: &Aws,
    arn: &str,
    live: Option<&Tags>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let tags = context.tags();
    if live.is_some_and(|live| tags.iter().all(|(key, value)| live.get(key) == Some(value))) {
        return Ok(());
    }
    let request = aws.elb.add_tags().resource_arns(arn).set_tags(Some(tags::elb(&tags)));
    request.send().await.explain("tag a resource of load balancing")?;
    Ok(())
}

/// Those of these resources that carry the stack's tags.
pub async fn ours(aws: &Aws, kind: &str, stack: &str, candidates: Vec<Named>) -> Result<Vec<Found>, Failure> {
    let arns: Vec<String> = candidates.iter().map(|named| named.arn.clone()).collect();
    let mut tags = tags_of(aws, &arns).await?;
    let found = candidates.into_iter().filter_map(|named| {
        let tags = tags.remove(&named.arn)?;
        let ours = Ownership::of(&tags, stack) == Ownership::Ours;
        ours.then(|| Found { id: id_from(&tags, kind, &named.name), name: named.name, locator: named.arn })
    });
    Ok(found.collect())
}

/// The load balancers that may be the stack's: all that are named for it.
pub async fn load_balancers_of(aws: &Aws, stack: &str) -> Result<Vec<LoadBalancer>, Failure> {
    let pages = aws.elb.describe_load_balancers().into_paginator().items().send();
    let all = pages.collect::<Result<Vec<_>, _>>().await.explain("list load balancers")?;
    let prefix = format!("{stack}-");
    let named =
        |balancer: &LoadBalancer| balancer.load_balancer_name().is_some_and(|name| name.starts_with(&prefix));
    Ok(all.into_iter().filter(named).collect())
}

/// The listeners of one load balancer; none when it is gone.
pub async fn listeners_of(aws: &Aws, load_balancer_arn: &str) -> Result<Vec<Listener>, Failure> {
    let request = aws.elb.describe_listeners().load_balancer_arn(load_balancer_arn);
    let listeners = request.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    let gone = ["LoadBalancerNotFound", "ListenerNotFound"];
    Ok(listeners.unless(&gone, "describe listeners")?.unwrap_or_default())
}

/// What metrics call a load balancer or target group: the end of its ARN, `app/<name>/<id>` or `targetgroup/<name>/<id>`.
pub fn resource_label(arn: &str) -> &str {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    resource.strip_prefix("loadbalancer/").unwrap_or(resource)
}

/// The action that answers itself.
pub fn answer(response: &FixedResponse) -> Action {
    let config = FixedResponseActionConfig::builder()
        .status_code(response.status_code.to_string())
        .content_type("text/plain")
        .message_body(&response.message)
        .build();
    Action::builder().r#type(ActionTypeEnum::FixedResponse).fixed_response_config(config).build()
}

/// The answer that an action list gives; an empty one where it does anything else.
pub fn answered(actions: &[Action]) -> FixedResponse {
    let config = match actions {
        [action] => action.fixed_response_config(),
        _ => None,
    };
    FixedResponse {
        status_code: config.and_then(|config| config.status_code()?.parse().ok()).unwrap_or_default(),
        message: config.and_then(|config| config.message_body()).unwrap_or_default().to_owned(),
    }
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
