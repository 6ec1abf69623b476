//! Tags that somebody removes, of every kind that has some.

use e2e::aws_api::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use serde_json::{Value, json};

use super::edits::{Edit, Hand};
use super::places::Places;

const ACCOUNT: &str = "eu-west-1:123456789012";

/// Kinds whose tags nobody removes.
pub const NONE_OF: &[(&str, &str)] = &[
    ("default-vpc", "is found, never made"),
    ("kms-key", "is found, never made"),
    ("instance-subnets", "are found, never made"),
    ("image", "has no tags"),
    ("cluster-capacity", "has no tags"),
    ("launch-template", "moto goes on to show what was removed"),
    ("service-scaling", "nothing shows a scalable target's"),
];

/// The calls that remove one of our tags.
pub fn removed(at: &Places, key: &str) -> Vec<Edit> {
    [
        of_identity(at, key),
        of_ec2(at, key),
        of_load_balancing(at, key),
        of_containers(at, key),
        of_others(at, key),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_identity(at: &Places, key: &str) -> Vec<Edit> {
    let (role, profile) = (at.role("task"), format!("{}-instance-profile-eu-west-1", at.stack));
    let of_role = format!("RoleName={role}&TagKeys.member.1={key}");
    let of_profile = format!("InstanceProfileName={profile}&TagKeys.member.1={key}");
    vec![
        edit(format!("iam-role {role}"), key, Hand::Query(Iam, "UntagRole", of_role)),
        edit(
            format!("instance-profile {profile}"),
            key,
            Hand::Query(Iam, "UntagInstanceProfile", of_profile),
        ),
    ]
}

fn of_ec2(at: &Places, key: &str) -> Vec<Edit> {
    let call = |id: &str| Hand::Query(Ec2, "DeleteTags", format!("ResourceId.1={id}&Tag.1.Key={key}"));
    vec![
        edit(format!("security-group {}-tasks-sg", at.stack), key, call(&at.task_group)),
        edit(format!("gateway-endpoint {}-s3", at.stack), key, call(&at.endpoint)),
    ]
}

fn of_load_balancing(at: &Places, key: &str) -> Vec<Edit> {
    let (stack, listener) = (at.stack, format!("{}-alb:80", at.stack));
    [
        (format!("load-balancer {stack}-alb"), &at.load_balancer),
        (format!("target-group {}", at.target_group_name), &at.target_group),
        (format!("listener-rule {listener}/100"), &at.rule),
        (format!("listener {listener}"), &at.listener),
    ]
    .into_iter()
    .map(|(resource, arn)| {
        let parameters = format!("ResourceArns.member.1={arn}&TagKeys.member.1={key}");
        edit(resource, key, Hand::Query(LoadBalancing, "RemoveTags", parameters))
    })
    .collect()
}

fn of_containers(at: &Places, key: &str) -> Vec<Edit> {
    let cluster = format!("arn:aws:ecs:{ACCOUNT}:cluster/{}", at.cluster);
    let provider = format!("arn:aws:ecs:{ACCOUNT}:capacity-provider/{}", at.capacity_provider);
    let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (service, family) = (name(&at.php["serviceName"]), format!("{}-My-Web-App", at.stack));
    let web = name(&at.web["serviceName"]);
    let ecs = |arn: Value| Hand::Ecs("UntagResource", json!({ "resourceArn": arn, "tagKeys": [key] }));
    let repository = format!("{}-web-app", at.stack);
    let arn = format!("arn:aws:ecr:{ACCOUNT}:repository/{repository}");
    let ecr = Hand::Ecr("UntagResource", json!({ "resourceArn": arn, "tagKeys": [key] }));
    let revision = format!("arn:aws:ecs:{ACCOUNT}:task-definition/{family}");
    vec![
        edit(format!("cluster {}", at.cluster), key, ecs(json!(cluster))),
        edit(format!("capacity-provider {}", at.capacity_provider), key, ecs(json!(provider))),
        edit(format!("service {service}"), key, ecs(at.php["serviceArn"].clone())),
        edit(format!("ecr-repository {repository}"), key, ecr),
    ]
    .into_iter()
    .chain(of_task_definition(&web, &family, &revision, key))
    .collect()
}

/// Only the newest revision is looked at, whose number the first removal changes.
fn of_task_definition(service: &str, family: &str, arn: &str, key: &str) -> Vec<Edit> {
    let newest = if key.ends_with(":stack") { 2 } else { 1 };
    let untag = json!({ "resourceArn": format!("{arn}:{newest}"), "tagKeys": [key] });
    vec![
        edit(format!("task-definition {family}"), key, Hand::Ecs("UntagResource", untag)),
        // A revision with the tag comes, and the service is to run it.
        Edit::new(format!("service {service}"), &["taskDefinition"], Hand::Ecs("ListClusters", json!({}))),
    ]
}

fn of_others(at: &Places, key: &str) -> Vec<Edit> {
    let (bucket, group) = (at.bucket(), format!("/ecs/{}", at.stack));
    let other = match key.rsplit(':').next() {
        Some("stack") => ("ecs-image-app:resource", "bucket/images"),
        _ => ("ecs-image-app:stack", at.stack),
    };
    let tags = format!(
        "<Tagging><TagSet><Tag><Key>{}</Key><Value>{}</Value></Tag></TagSet></Tagging>",
        other.0, other.1
    );
    let arn = format!("arn:aws:logs:{ACCOUNT}:log-group:{group}");
    let instances = format!(
        "Tags.member.1.ResourceId={0}&Tags.member.1.ResourceType=auto-scaling-group&Tags.member.1.Key={key}",
        at.auto_scaling_group
    );
    vec![
        edit(format!("bucket {bucket}"), key, Hand::S3(format!("{bucket}?tagging"), Some(tags))),
        edit(
            format!("log-group {group}"),
            key,
            Hand::Logs("UntagResource", json!({ "resourceArn": arn, "tagKeys": [key] })),
        ),
        edit(
            format!("auto-scaling-group {}", at.auto_scaling_group),
            key,
            Hand::Query(AutoScaling, "DeleteTags", instances),
        ),
    ]
}

fn edit(resource: String, key: &str, hand: Hand) -> Edit {
    Edit::new(resource, &[&format!("tags.{key}")], hand)
}
