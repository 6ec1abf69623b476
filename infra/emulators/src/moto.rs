//! What moto's answers are made.

use crate::answers;
use crate::asked::Asked;
use crate::exchange::{Answered, Exchange, Mended};
use crate::ministack::every_zone;
use crate::text;
use aws_smithy_runtime_api::client::result::ConnectorError;
use futures::future::{FutureExt, try_join};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What the names of targets of calls begin with.
const ECS: &str = "AmazonEC2ContainerServiceV20141113";
const SCALING: &str = "AnyScaleFrontendService";

/// What is in the name of a group, and what is there in the name of its capacity provider.
const GROUP_AND_PROVIDER: (&str, &str) = ("-ecs-asg-", "-ec2-");

/// The calls that list and delete what belongs to a scalable target, the list, and what each of it is known by.
const RULES: [[&str; 4]; 2] = [
    ["DescribeScalingPolicies", "DeleteScalingPolicy", "ScalingPolicies", "PolicyName"],
    ["DescribeScheduledActions", "DeleteScheduledAction", "ScheduledActions", "ScheduledActionName"],
];

/// What stands around each place that offers a type.
const OFFERED: &str = "<location>";

/// So often is looked what a target has.
const LOOKS: usize = 3;

/// A target that goes with its policies and scheduled actions.
pub fn with_its_rules(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let (scaling, target) = (&exchange.asked.call.service, exchange.asked.json());
        // What was just made may not be listed yet where reads are late.
        let looks = std::iter::repeat_n(RULES, LOOKS).flatten();
        for [describe, delete, list, name] in looks {
            let listed = exchange.json(scaling, &format!("{SCALING}.{describe}"), target.clone()).await?;
            for rule in items(&listed[list]) {
                let mut one = target.clone();
                one[name] = rule[name].clone();
                exchange.json(scaling, &format!("{SCALING}.{delete}"), one).await?;
            }
        }
        exchange.answer().await
    }
    .boxed()
}

/// What a new service does not take.
const TAKEN_LATER: [&str; 9] = [
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
];

/// A new service that has all that was asked for.
pub fn with_all_members(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let answer = exchange.again().answer().await?;
        if answer.status == 200 {
            let asked = exchange.asked.json();
            let mut update = json!({ "cluster": asked["cluster"], "service": asked["serviceName"] });
            for member in TAKEN_LATER.iter().filter(|member| !asked[**member].is_null()) {
                update[*member] = asked[*member].clone();
            }
            exchange.json("ecs", &format!("{ECS}.UpdateService"), update).await?;
        }
        Ok(answer)
    }
    .boxed()
}

/// Services that have a launch type only where they have no strategy.
pub fn without_launch_type(_: &Asked, _: &str, answer: Answered) -> Answered {
    let Ok(mut json) = serde_json::from_str::<Value>(&answer.body) else { return answer };
    for service in json["services"].as_array_mut().into_iter().flatten() {
        if service["capacityProviderStrategy"].as_array().is_some_and(|strategy| !strategy.is_empty()) {
            service.as_object_mut().map(|members| members.remove("launchType"));
        }
    }
    Answered { body: json.to_string(), ..answer }
}

/// The tags of the cluster in which a scalable target's service is, as those of the target.
pub fn tags_of_the_cluster(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let (scaling, asked) = (&exchange.asked.call.service, exchange.asked.json());
        let target = format!("{SCALING}.DescribeScalableTargets");
        let targets = exchange.json(scaling, &target, json!({ "ServiceNamespace": "ecs" })).await?;
        let mut targets = items(&targets["ScalableTargets"]);
        let target = targets.find(|target| target["ScalableTargetARN"] == asked["ResourceARN"]);
        let id = target.and_then(|target| target["ResourceId"].as_str()).unwrap_or_default();
        // service/<cluster>/<service>
        let clusters = json!({ "clusters": [id.split('/').nth(1)], "include": ["TAGS"] });
        let clusters = exchange.json("ecs", &format!("{ECS}.DescribeClusters"), clusters).await?;
        let pair = |tag: &Value| Some((tag["key"].as_str()?.to_owned(), tag["value"].clone()));
        let tags: Map<_, _> = items(&clusters["clusters"][0]["tags"]).filter_map(pair).collect();
        Ok(Answered::new(200, json!({ "Tags": tags }).to_string()))
    }
    .boxed()
}

/// Groups whose instances say nothing of the template that they were started from.
pub fn without_templates_of_instances(_: &Asked, _: &str, answer: Answered) -> Answered {
    let body = text::between(&answer.body, "<Instances>", "</Instances>", |_, instances| {
        text::without(instances, "LaunchTemplate")
    });
    Answered { body, ..answer }
}

/// All capacity providers, which are asked for by their names.
pub fn all_by_name(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let mut asked = exchange.asked.json();
        if asked["capacityProviders"].as_array().is_some_and(|names| !names.is_empty()) {
            return exchange.answer().await;
        }
        asked["capacityProviders"] = likely_providers(&exchange).await?.into_iter().collect();
        exchange.answer_to(asked.to_string()).await
    }
    .boxed()
}

/// The names that clusters have, and those that the names of groups suggest.
async fn likely_providers(exchange: &Exchange<'_>) -> Result<BTreeSet<String>, ConnectorError> {
    let groups = "Action=DescribeAutoScalingGroups&Version=2011-01-01".to_owned();
    let listed = async {
        let arns = exchange.json("ecs", &format!("{ECS}.ListClusters"), json!({})).await?;
        // One answer without tags takes them from those that are made at the same time.
        let named = json!({ "clusters": arns["clusterArns"], "include": ["TAGS"] });
        exchange.json("ecs", &format!("{ECS}.DescribeClusters"), named).await
    };
    let (clusters, groups) = try_join(listed, exchange.query("autoscaling", groups)).await?;
    let attached = items(&clusters["clusters"]).flat_map(|cluster| items(&cluster["capacityProviders"]));
    let attached = attached.filter_map(|name| name.as_str().map(str::to_owned));
    let suggested = text::all(&groups, "AutoScalingGroupName").into_iter().flat_map(|group| {
        let name = group.replace(GROUP_AND_PROVIDER.0, GROUP_AND_PROVIDER.1);
        // Names that begin as AWS's own do have a word before them.
        [format!("of-{name}"), name]
    });
    Ok(attached.chain(suggested).filter(|name| !name.starts_with("FARGATE")).collect())
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// An attachment that is done where the policy is one of AWS's own.
pub fn without_policies_of_aws(asked: &Asked, _: &str, answer: Answered) -> Answered {
    if answer.status != 404 || !answer.body.contains("iam::aws:policy/") {
        return answer;
    }
    let (status, body) = answers::nothing_found(&asked.call);
    Answered { status, body, ..answer }
}

/// The zones that offer an instance type; all of them where moto knows no type at all, as in China.
pub fn zones_with_offers(exchange: Exchange<'_>) -> Mended<'_> {
    async move {
        let answer = exchange.again().answer().await?;
        if answer.status >= 400 || answer.body.contains(OFFERED) {
            return Ok(answer);
        }
        let of_any_type = "Action=DescribeInstanceTypeOfferings&Version=2016-11-15";
        if exchange.query("ec2", of_any_type.to_owned()).await?.contains(OFFERED) {
            return Ok(answer);
        }
        Ok(every_zone(exchange.asked, "", answer))
    }
    .boxed()
}

/// Whether a bucket keeps versions, in an element of S3's name.
pub fn versioning(_: &Asked, _: &str, answer: Answered) -> Answered {
    let body = answer.body.replace("GetBucketVersioningResponse", "VersioningConfiguration");
    Answered { body, ..answer }
}
