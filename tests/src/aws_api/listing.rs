//! Everything that a stack may have left behind, found by AWS's own listings and by nothing that a deploy wrote down.

use std::collections::BTreeSet;

use reqwest::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use super::{AwsApi, Call, ECR, ECS, LOGS, json_of};

/// Ended instances are described for a while.
const NOT_TERMINATED: &str = "Filter.1.Name=instance-state-name&Filter.1.Value.1=pending&Filter.1.Value.2=running\
                              &Filter.1.Value.3=shutting-down&Filter.1.Value.4=stopping&Filter.1.Value.5=stopped";
/// `DescribeServices` takes at most so many.
const SERVICES_PER_CALL: usize = 10;

impl AwsApi {
    /// Everything whose name, ARN or tag has this text in it, each with the call that shows it.
    pub async fn everything_named(&self, text: &str) -> BTreeSet<String> {
        let mut found = self.clusters_named(text).await;
        found.extend(self.capacity_providers_named(text).await);
        found.extend(self.listeners_and_rules_named(text).await);
        found.extend(self.scaling_named(text).await);
        for call in every_listing() {
            for page in self.pages(&call).await {
                found.extend(words(&page, text).map(|word| format!("{}: {word}", call.name())));
            }
        }
        for (call, id) in listings_by_tag() {
            for page in self.pages(&call).await {
                let items = items(&page).into_iter().filter(|item| item.contains(text));
                found.extend(
                    items.flat_map(|item| values(item, id)).map(|id| format!("{}: {id}", call.name())),
                );
            }
        }
        found
    }

    /// Clusters with their services and the capacity providers of one's own that they have.
    async fn clusters_named(&self, text: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for cluster in self.clusters().await {
            let name = text_of(&cluster["clusterName"]);
            let own = attached(&cluster).filter(|provider| name.contains(text) || provider.contains(text));
            found.extend(own.map(|provider| format!("DescribeClusters: {name} has {provider}")));
            if name.contains(text) {
                let services = self.services(name).await;
                let names = services.iter().map(|service| text_of(&service["serviceName"]));
                found.extend(names.map(|name| format!("DescribeServices: {name}")));
                found.insert(format!("DescribeClusters: {name}"));
            }
        }
        found
    }

    /// Deleted clusters are remembered for a while, as inactive ones. Tags are always asked for, here and of services: one
    /// answer of moto's without them takes them from those that it makes at the same time, for the command under test.
    async fn clusters(&self) -> Vec<Value> {
        let listed = self.ecs("ListClusters", json!({})).await;
        let body = json!({ "clusters": listed["clusterArns"], "include": ["TAGS"] });
        let described = self.ecs("DescribeClusters", body).await;
        array(&described["clusters"]).filter(|cluster| cluster["status"] != "INACTIVE").cloned().collect()
    }

    /// The service of an app, whose name ends in a hash.
    ///
    /// # Panics
    /// When there is none, or more than one.
    pub async fn service(&self, stack: &str, app: &str) -> Value {
        let name = format!("{stack}-{app}-");
        let mut services = self.services(&format!("{stack}-ecs-cluster")).await;
        services.retain(|service| text_of(&service["serviceName"]).starts_with(&name));
        assert_eq!(services.len(), 1, "services {name}...: {services:#?}");
        services.swap_remove(0)
    }

    async fn services(&self, cluster: &str) -> Vec<Value> {
        let listed = self.ecs("ListServices", json!({ "cluster": cluster, "maxResults": 100 })).await;
        let arns: Vec<_> = array(&listed["serviceArns"]).collect();
        let mut found = Vec::new();
        for services in arns.chunks(SERVICES_PER_CALL) {
            let body = json!({ "cluster": cluster, "services": services, "include": ["TAGS"] });
            let described = self.ecs("DescribeServices", body).await;
            let there = array(&described["services"]).filter(|service| service["status"] != "INACTIVE");
            found.extend(there.cloned());
        }
        found
    }

    /// moto answers 500 unless providers are named: there those that a cluster has are asked for, and the one whose
    /// name would be the stack's.
    async fn capacity_providers_named(&self, text: &str) -> BTreeSet<String> {
        let operation = "DescribeCapacityProviders";
        let call = |body| Call::Json { service: "ecs", target: ECS, operation, body };
        let all = call(json!({ "include": ["TAGS"] }));
        let (status, mut answer) = self.sent(&all).await;
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            let clusters = self.clusters().await;
            let mut names: BTreeSet<_> = clusters.iter().flat_map(attached).map(str::to_owned).collect();
            names.extend([format!("{text}-ec2"), format!("of-{text}-ec2")]);
            answer = self.answer(&call(json!({ "include": ["TAGS"], "capacityProviders": names }))).await;
        } else {
            assert!(status.is_success(), "{operation}: {status}: {answer}");
        }
        let described = json_of(&all, &answer);
        let there = array(&described["capacityProviders"]).filter(|it| it["status"] != "INACTIVE");
        let named = there.filter(|provider| provider.to_string().contains(text));
        named.map(|it| format!("{operation}: {}", text_of(&it["name"]))).collect()
    }

    async fn listeners_and_rules_named(&self, text: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let balancers = self.query(LoadBalancing, "DescribeLoadBalancers", "").await;
        for balancer in values(&balancers, "LoadBalancerArn").into_iter().filter(|arn| arn.contains(text)) {
            let parameters = parameter("LoadBalancerArn", balancer);
            let listeners = self.query(LoadBalancing, "DescribeListeners", &parameters).await;
            for listener in values(&listeners, "ListenerArn") {
                found.insert(format!("DescribeListeners: {listener}"));
                let parameters = parameter("ListenerArn", listener);
                let rules = self.query(LoadBalancing, "DescribeRules", &parameters).await;
                for rule in items(&rules) {
                    let [priority, paths] = ["Priority", "Values"].map(|name| values(rule, name).concat());
                    let targets = values(rule, "TargetGroupArn").into_iter().collect::<BTreeSet<_>>();
                    found.insert(format!("DescribeRules: {listener} {priority} {paths} {targets:?}"));
                }
            }
        }
        found
    }

    /// What Application Auto Scaling does with services.
    async fn scaling_named(&self, text: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (operation, list, shown) in [
            ("DescribeScalableTargets", "ScalableTargets", &["MinCapacity", "MaxCapacity"] as &[_]),
            (
                "DescribeScalingPolicies",
                "ScalingPolicies",
                &["PolicyName", "TargetTrackingScalingPolicyConfiguration"],
            ),
            (
                "DescribeScheduledActions",
                "ScheduledActions",
                &["ScheduledActionName", "Schedule", "Timezone", "ScalableTargetAction"],
            ),
        ] {
            let answer = self.scaling(operation, json!({ "ServiceNamespace": "ecs" })).await;
            for it in array(&answer[list]).filter(|it| text_of(&it["ResourceId"]).contains(text)) {
                let members: Vec<_> = shown.iter().map(|name| format!("{name} {}", it[*name])).collect();
                let id = text_of(&it["ResourceId"]);
                found.insert(format!("{operation}: {id} {}", members.join(", ")));
            }
        }
        found
    }
}

/// What was found, in order, with `ID` where AWS chose a name or a number itself: two stacks of the same name and
/// settings are then equal. A task definition's earlier revisions count with it, as they stay until teardown.
pub fn without_ids(found: &BTreeSet<String>) -> Vec<String> {
    let mut lines: Vec<_> = found.iter().map(|line| without_ids_in(line)).collect();
    lines.sort();
    lines.dedup_by(|a, b| a == b && a.ends_with(":REVISION"));
    lines
}

fn without_ids_in(line: &str) -> String {
    let of_load_balancing = line.contains(":elasticloadbalancing:");
    let is_id = |part: &str| {
        let is_hex = part.len() >= 12
            && part.chars().all(|c| c.is_ascii_hexdigit())
            && part.contains(|c: char| c.is_ascii_digit());
        // MiniStack writes these with all letters.
        is_hex || (of_load_balancing && part.len() == 16)
    };
    let mut parts = Vec::new();
    for piece in line.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let part = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let rest = &piece[part.len()..];
        parts.push(if is_id(part) { format!("ID{rest}") } else { piece.to_owned() });
    }
    let line = parts.concat();
    // A load balancer's name, a number, and the region.
    if let Some((host, rest)) = line.split_once('.').filter(|(_, rest)| rest.contains(".elb.")) {
        let name = host.rsplit_once('-').map_or(host, |(name, _)| name);
        return format!("{name}-ID.{rest}");
    }
    match line.rsplit_once(':') {
        Some((family, revision)) if line.contains(":task-definition/") && revision.parse::<u32>().is_ok() => {
            format!("{family}:REVISION")
        }
        _ => line,
    }
}

/// Listings whose names or ARNs say whose a thing is.
fn every_listing() -> Vec<Call> {
    let json = |service, target, operation, body| Call::Json { service, target, operation, body };
    let active = json!({ "status": "ACTIVE" });
    vec![
        json("ecs", ECS, "ListTaskDefinitions", active),
        json("ecr", ECR, "DescribeRepositories", json!({})),
        json("logs", LOGS, "DescribeLogGroups", json!({})),
        LoadBalancing.call("DescribeLoadBalancers", ""),
        LoadBalancing.call("DescribeTargetGroups", ""),
        Ec2.call("DescribeSecurityGroups", ""),
        Ec2.call("DescribeLaunchTemplates", ""),
        Iam.call("ListRoles", ""),
        Iam.call("ListInstanceProfiles", ""),
        Call::Buckets,
    ]
}

/// Listings of what tags name, each with the element that is its id.
fn listings_by_tag() -> Vec<(Call, &'static str)> {
    vec![
        (Ec2.call("DescribeInstances", NOT_TERMINATED), "instanceId"),
        (Ec2.call("DescribeVolumes", ""), "volumeId"),
        (AutoScaling.call("DescribeAutoScalingGroups", ""), "AutoScalingGroupName"),
    ]
}

fn words<'a>(answer: &'a str, text: &str) -> impl Iterator<Item = &'a str> {
    let is_word = |c: char| c.is_alphanumeric() || "-_/:.".contains(c);
    let words = answer.split(move |c| !is_word(c));
    words.filter(move |word| word.contains(text) && !is_random(word))
}

/// The outermost items of a list in XML: EC2 calls them `item`, the others `member`.
fn items(xml: &str) -> Vec<&str> {
    let (mut found, mut depth, mut begin) = (Vec::new(), 0_usize, 0);
    for (position, _) in xml.match_indices('<') {
        let tag = &xml[position + 1..];
        if tag.starts_with("item>") || tag.starts_with("member>") {
            if depth == 0 {
                begin = position;
            }
            depth += 1;
        } else if tag.starts_with("/item>") || tag.starts_with("/member>") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                found.push(&xml[begin..position]);
            }
        }
    }
    found
}

/// What elements of this name hold.
pub(super) fn values<'a>(xml: &'a str, element: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let after = xml.match_indices(&open).map(|(position, _)| &xml[position + open.len()..]);
    after.filter_map(|rest| rest.find(&close).map(|end| rest[..end].trim())).collect()
}

pub(super) fn parameter(name: &str, value: &str) -> String {
    format!("{name}={}", byte_serialize(value.as_bytes()).collect::<String>())
}

pub(super) fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The capacity providers of one's own that a cluster has.
fn attached(cluster: &Value) -> impl Iterator<Item = &str> {
    let providers = array(&cluster["capacityProviders"]).filter_map(Value::as_str);
    providers.filter(|provider| !provider.starts_with("FARGATE"))
}

pub(super) fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Whether a word is an id that was drawn, as of a request, an instance or a subnet: any short name may be a part of it by chance.
fn is_random(word: &str) -> bool {
    let is_hex = |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_uuid = word.len() == 36 && is_hex(&word.replace('-', ""));
    is_uuid || word.rsplit_once('-').is_some_and(|(kind, id)| !kind.contains('-') && is_hex(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_has_a_name_in_it_by_chance_is_not_named_so() {
        for id in ["fad41ca9-5505-4dbc-a0d0-12ba071e2e3f", "lt-0a1e2e3f4a5b6c7d8", "i-0e2e1234"] {
            assert!(is_random(id), "{id}");
        }
        for name in ["e2e", "e2e-alb", "e2e-web-7a1b", "/ecs/e2e", "e2e-ecs-instance-b68b"] {
            assert!(!is_random(name), "{name}");
        }
    }

    #[test]
    fn the_outermost_items_are_told_from_those_within() {
        let xml = "<set><item><id>1</id><tags><item>a</item></tags></item><item><id>2</id></item></set>";
        assert_eq!(items(xml).len(), 2);
        assert_eq!(items(xml).iter().flat_map(|item| values(item, "id")).collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn ids_and_revisions_are_left_out() {
        let line = "ListTaskDefinitions: arn:aws:ecs:eu-west-1:123456789012:task-definition/My-App:3";
        assert_eq!(
            without_ids_in(line),
            "ListTaskDefinitions: arn:aws:ecs:eu-west-1:ID:task-definition/My-App:REVISION"
        );
        assert_eq!(without_ids_in("DescribeInstances: i-0123456789abcdef0"), "DescribeInstances: i-ID");
        assert_eq!(without_ids_in("DescribeServices: moves-web-5e0c"), "DescribeServices: moves-web-5e0c");
        let rule =
            "DescribeListeners: arn:aws:elasticloadbalancing:eu-west-1:000000000000:listener/app/a-alb";
        assert_eq!(
            without_ids_in(&format!("{rule}/k1tdo52pkru54r9o/tanaidheleyiyyoq")),
            rule.replace("000000000000", "ID") + "/ID/ID"
        );
        assert_eq!(
            without_ids_in("DescribeLoadBalancers: a-alb-k1tdo52p.eu-west-1.elb.amazonaws.com"),
            "DescribeLoadBalancers: a-alb-ID.eu-west-1.elb.amazonaws.com"
        );
    }
}
