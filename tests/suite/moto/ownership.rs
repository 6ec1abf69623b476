//! Whose a resource is: what is not the stack's is never touched.

use e2e::aws_api::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use e2e::aws_api::{AwsApi, without_ids};
use e2e::sdk::assert_every_kind;
use serde_json::{Value, json};

use super::{Moto, REGION};

const ACCOUNT: &str = "123456789012";
pub(super) const STACK_TAG: &str = "ecs-image-app:stack";
pub(super) const RESOURCE_TAG: &str = "ecs-image-app:resource";
const DEPLOY: &str = "deploy --yes --no-wait --stack whose";

/// What a deploy makes and anybody may have made before, the other way round than it is planned: whatever is somebody else's
/// is then the first that the plan comes to.
const KINDS: [&str; 15] = [
    "listener-rule/php",
    "service/php",
    "target-group/php",
    "task-definition/php",
    "capacity-provider/ec2",
    "auto-scaling-group/ec2",
    "launch-template/ec2",
    "instance-profile/ec2",
    "iam-role/ec2",
    "listener/http",
    "load-balancer/main",
    "cluster/main",
    "log-group/tasks",
    "ecr-repository/php",
    "security-group/load-balancer",
];

/// What nobody else makes, or has no tags.
const NONE_OF: &[(&str, &str)] = &[
    ("bucket", "has a test of its own, below"),
    ("cluster-capacity", "has no tags"),
    ("default-vpc", "is found, never made"),
    ("kms-key", "is found, never made"),
    ("gateway-endpoint", "serves whosever it is: `gateway_endpoint`"),
    ("image", "has no tags"),
    ("instance-subnets", "are found, never made"),
    ("service-scaling", "belongs to who has the service"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_made_is_refused_before_anything_is_written_and_adopted_on_request() {
    let tested = KINDS.iter().filter_map(|id| id.split('/').next());
    assert_every_kind("moto::ownership", tested, NONE_OF).await;
    let moto = Moto::start().await;
    moto.deploy("whose", &[]).await;
    let listing = without_ids(&moto.api().everything_named("whose").await);
    for kind in KINDS {
        disown(&moto, kind).await;
        let refused = moto.without_a_write(DEPLOY, &["logs.retention_in_days=30"], 1).await;
        refused.says(&[&format!("{kind}: "), "exists already", "--adopt"]);
    }
    assert_eq!(without_ids(&moto.api().everything_named("whose").await), listing);
    delete_template(&moto.api()).await;
    moto.run(&format!("{DEPLOY} --adopt"), &[]).await.ends_with(0).await;
    moto.run("preview --stack whose", &[]).await.ends_with(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_with_something_in_it_is_refused_and_nothing_is_made() {
    let moto = Moto::start().await;
    let place = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    for purpose in ["images", "lease"] {
        let bucket = format!("whose-{purpose}-{ACCOUNT}-{REGION}");
        moto.api().s3(&bucket, Some(place)).await;
        moto.put_object(&bucket, "theirs", "theirs").await;
        let tag = "<Tagging><TagSet><Tag><Key>team</Key><Value>theirs</Value></Tag></TagSet></Tagging>";
        moto.api().s3(&format!("{bucket}?tagging"), Some(tag)).await;
        let refused = moto.without_a_write(DEPLOY, &[], 1).await;
        refused.says(&[&format!("bucket/{purpose}: "), &bucket, "--adopt"]);
    }
    moto.run(&format!("{DEPLOY} --adopt"), &[]).await.ends_with(0).await;
    moto.run("preview --stack whose", &[]).await.ends_with(0).await;
    for purpose in ["images", "lease"] {
        let tags = moto.api().s3_part(&format!("whose-{purpose}-{ACCOUNT}-{REGION}?tagging")).await;
        assert!(tags.contains("<Key>team</Key><Value>theirs</Value>"), "{purpose}: {tags}");
        assert!(tags.contains(STACK_TAG), "{purpose}: {tags}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_stack_is_not_even_adopted() {
    let moto = Moto::start().await;
    moto.deploy("whose", &[]).await;
    let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/whose");
    let tags = json!({ "resourceArn": arn, "tags": { STACK_TAG: "theirs" } });
    moto.api().logs("TagResource", tags).await;
    let refused = moto.without_a_write(&format!("{DEPLOY} --adopt"), &[], 1).await;
    refused.says(&["log-group/tasks: ", "belongs to stack theirs"]);
}

/// Takes the stack's tags from a resource: with that it is as anybody's of that name.
async fn disown(moto: &Moto, kind: &str) {
    let aws = moto.api();
    let query = async |service, action, parameters: String| aws.query(service, action, &parameters).await;
    let ecs = async |resource: String| {
        let arn = format!("arn:aws:ecs:{REGION}:{ACCOUNT}:{resource}");
        aws.ecs("UntagResource", json!({ "resourceArn": arn, "tagKeys": [STACK_TAG, RESOURCE_TAG] })).await;
    };
    match kind {
        "service/php" => ecs(format!("service/whose-ecs-cluster/{}", service_name(&aws).await)).await,
        "task-definition/php" => ecs("task-definition/whose-My-Php-App:1".to_owned()).await,
        "capacity-provider/ec2" => ecs(format!("capacity-provider/{}", provider_name(&aws).await)).await,
        "cluster/main" => ecs("cluster/whose-ecs-cluster".to_owned()).await,
        "target-group/php" => untag(&aws, "DescribeTargetGroups", "TargetGroupArn", "/whose-php-").await,
        "load-balancer/main" => untag(&aws, "DescribeLoadBalancers", "LoadBalancerArn", "/whose-alb").await,
        "listener/http" => {
            let balancers = aws.query(LoadBalancing, "DescribeLoadBalancers", "").await;
            let arn = value(&balancers, "LoadBalancerArn", "/whose-alb");
            let found = query(LoadBalancing, "DescribeListeners", format!("LoadBalancerArn={arn}")).await;
            remove_tags(&aws, value(&found, "ListenerArn", "/whose-alb")).await;
        }
        "listener-rule/php" => {
            let balancers = aws.query(LoadBalancing, "DescribeLoadBalancers", "").await;
            let arn = value(&balancers, "LoadBalancerArn", "/whose-alb");
            let found = query(LoadBalancing, "DescribeListeners", format!("LoadBalancerArn={arn}")).await;
            let listener = format!("ListenerArn={}", value(&found, "ListenerArn", "/whose-alb"));
            let rules = query(LoadBalancing, "DescribeRules", listener).await;
            remove_tags(&aws, php_rule(&rules)).await;
        }
        "launch-template/ec2" => made_by_hand(&aws).await,
        "auto-scaling-group/ec2" => {
            let group = moto.group_of("whose").await;
            let tag = |n, key| {
                format!(
                    "Tags.member.{n}.ResourceId={group}&Tags.member.{n}.ResourceType=auto-scaling-group&Tags.member.{n}.Key={key}"
                )
            };
            let tags = format!("{}&{}", tag(1, STACK_TAG), tag(2, RESOURCE_TAG));
            query(AutoScaling, "DeleteTags", tags).await;
        }
        "security-group/load-balancer" => {
            let by_name = "Filter.1.Name=group-name&Filter.1.Value.1=whose-alb-sg".to_owned();
            let found = query(Ec2, "DescribeSecurityGroups", by_name).await;
            untag_ec2(&aws, value(&found, "groupId", "sg-")).await;
        }
        "instance-profile/ec2" => {
            let name = format!("InstanceProfileName=whose-instance-profile-{REGION}");
            query(Iam, "UntagInstanceProfile", format!("{name}&{}", keys())).await;
        }
        "iam-role/ec2" => {
            query(Iam, "UntagRole", format!("RoleName=whose-instance-role-{REGION}&{}", keys())).await;
        }
        "log-group/tasks" => {
            let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/whose");
            aws.logs("UntagResource", json!({ "resourceArn": arn, "tagKeys": [STACK_TAG, RESOURCE_TAG] }))
                .await;
        }
        "ecr-repository/php" => {
            let arn = format!("arn:aws:ecr:{REGION}:{ACCOUNT}:repository/whose-php-app");
            aws.ecr("UntagResource", json!({ "resourceArn": arn, "tagKeys": [STACK_TAG, RESOURCE_TAG] }))
                .await;
        }
        other => panic!("nobody knows how to disown {other}"),
    }
}

async fn untag(aws: &AwsApi, action: &'static str, element: &str, with: &str) {
    let found = aws.query(LoadBalancing, action, "").await;
    remove_tags(aws, value(&found, element, with)).await;
}

async fn remove_tags(aws: &AwsApi, arn: &str) {
    let parameters = format!("ResourceArns.member.1={arn}&{}", keys());
    aws.query(LoadBalancing, "RemoveTags", &parameters).await;
}

async fn untag_ec2(aws: &AwsApi, id: &str) {
    let parameters = format!("ResourceId.1={id}&Tag.1.Key={STACK_TAG}&Tag.2.Key={RESOURCE_TAG}");
    aws.query(Ec2, "DeleteTags", &parameters).await;
}

fn keys() -> String {
    format!("TagKeys.member.1={STACK_TAG}&TagKeys.member.2={RESOURCE_TAG}")
}

/// The ARN of the rule that leads to the PHP app.
fn php_rule(rules: &str) -> &str {
    let rule = rules.split("<RuleArn>").find(|rule| rule.contains("<member>/php/*</member>"));
    rule.and_then(|rule| rule.split('<').next()).unwrap_or_else(|| panic!("no rule for /php: {rules}"))
}

/// A launch template in place of the stack's. Moto reports a template's tags as they were when it was made,
/// so one that was adopted would still seem somebody else's.
async fn made_by_hand(aws: &AwsApi) {
    let name = delete_template(aws).await;
    let theirs = "LaunchTemplateData.InstanceType=t3.nano&TagSpecification.1.ResourceType=launch-template\
                  &TagSpecification.1.Tag.1.Key=owner&TagSpecification.1.Tag.1.Value=whose";
    aws.query(Ec2, "CreateLaunchTemplate", &format!("{name}&{theirs}")).await;
}

/// Gives its name, as a parameter.
async fn delete_template(aws: &AwsApi) -> String {
    let templates = aws.query(Ec2, "DescribeLaunchTemplates", "").await;
    let name = format!("LaunchTemplateName={}", value(&templates, "launchTemplateName", "whose-"));
    aws.query(Ec2, "DeleteLaunchTemplate", &name).await;
    name
}

async fn service_name(aws: &AwsApi) -> String {
    aws.service("whose", "php").await["serviceName"].as_str().unwrap_or_default().to_owned()
}

async fn provider_name(aws: &AwsApi) -> String {
    let clusters = aws.ecs("DescribeClusters", json!({ "clusters": ["whose-ecs-cluster"] })).await;
    let providers = clusters["clusters"][0]["capacityProviders"].as_array().into_iter().flatten();
    let own = providers.filter_map(Value::as_str).find(|name| name.starts_with("whose-"));
    own.unwrap_or_default().to_owned()
}

/// The first value of an element that has this text in it.
pub(super) fn value<'a>(xml: &'a str, element: &str, with: &str) -> &'a str {
    let open = format!("<{element}>");
    let values = xml.split(&open).skip(1).filter_map(|rest| rest.split('<').next());
    let mut values = values.filter(|value| value.contains(with));
    values.next().unwrap_or_else(|| panic!("there is no {element} with {with}: {xml}"))
}
