//! Whose a resource is: what is not the stack's is never touched, what is and is no longer in the code goes.

use e2e::aws_api::QueryService::{AutoScaling, Ec2, Iam, LoadBalancing};
use e2e::aws_api::{AwsApi, QueryService, without_ids};
use serde_json::{Value, json};

use super::{Moto, REGION};

const ACCOUNT: &str = "123456789012";
const STACK_TAG: &str = "ecs-image-app:stack";
const RESOURCE_TAG: &str = "ecs-image-app:resource";
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

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_made_is_refused_before_anything_is_written_and_adopted_on_request() {
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
async fn a_bucket_with_something_in_it_is_refused_before_anything_is_written() {
    let moto = Moto::start().await;
    let place = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
    for purpose in ["images", "lease"] {
        let bucket = format!("whose-{purpose}-{ACCOUNT}-{REGION}");
        moto.api().s3(&bucket, Some(place)).await;
        moto.put_object(&bucket, "theirs", "theirs").await;
        let refused = moto.without_a_write(DEPLOY, &[], 1).await;
        refused.says(&[&format!("bucket/{purpose}: "), &bucket, "--adopt"]);
    }
    moto.run(&format!("{DEPLOY} --adopt"), &[]).await.ends_with(0).await;
    moto.run("preview --stack whose", &[]).await.ends_with(0).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ours_and_no_longer_in_the_code_is_shown_and_deleted() {
    let moto = Moto::start().await;
    moto.deploy("orphans", &[]).await;
    let before = moto.api().everything_named("orphans").await;
    let made = make_orphans(&moto.api()).await;
    let preview = moto.run("preview --json --stack orphans", &[]).await.ends_with(2).await.json();
    let mut shown: Vec<_> = preview.as_array().into_iter().flatten().map(words).collect();
    shown.sort();
    assert_eq!(shown, made);
    moto.deploy("orphans", &[]).await;
    assert_eq!(moto.api().everything_named("orphans").await, before);
    moto.run("preview --stack orphans", &[]).await.ends_with(0).await;

    make_orphans(&moto.api()).await;
    moto.run("teardown --yes --stack orphans", &[]).await.ends_with(0).await;
    let left = moto.api().everything_named("orphans").await;
    assert!(left.is_empty(), "{left:#?}");
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

/// A launch template in place of the stack's. Moto tells a template's tags as they were when it was made,
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
fn value<'a>(xml: &'a str, element: &str, with: &str) -> &'a str {
    let open = format!("<{element}>");
    let values = xml.split(&open).skip(1).filter_map(|rest| rest.split('<').next());
    let mut values = values.filter(|value| value.contains(with));
    values.next().unwrap_or_else(|| panic!("there is no {element} with {with}: {xml}"))
}

/// Makes things by hand with the stack's tags; gives what a preview must say of them.
async fn make_orphans(aws: &AwsApi) -> Vec<String> {
    let [stack, resource] = [STACK_TAG, RESOURCE_TAG];
    let lower = |kind| json!([{ "key": stack, "value": "orphans" }, { "key": resource, "value": format!("{kind}/old") }]);
    let upper = |kind| json!([{ "Key": stack, "Value": "orphans" }, { "Key": resource, "Value": format!("{kind}/old") }]);
    let listed = |begin: &str, kind: &str| {
        format!(
            "{begin}.1.Key={stack}&{begin}.1.Value=orphans&{begin}.2.Key={resource}&{begin}.2.Value={kind}/old"
        )
    };
    let query = async |service: QueryService, action, parameters: String| {
        aws.query(service, action, &parameters).await
    };

    aws.logs(
        "CreateLogGroup",
        json!({
            "logGroupName": "/ecs/orphans-old", "tags": { stack: "orphans", resource: "log-group/old" },
        }),
    )
    .await;
    aws.ecr("CreateRepository", json!({ "repositoryName": "orphans-old", "tags": upper("ecr-repository") }))
        .await;
    let role = format!(
        "RoleName=orphans-old-{REGION}&Path=/orphans/&AssumeRolePolicyDocument=%7B%7D&{}",
        listed("Tags.member", "iam-role")
    );
    query(Iam, "CreateRole", role).await;
    let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGetObject%22%2C%22Resource%22%3A%22*%22%7D%5D%7D";
    query(
        Iam,
        "PutRolePolicy",
        format!("RoleName=orphans-old-{REGION}&PolicyName=p&PolicyDocument={policy}"),
    )
    .await;
    let group = format!(
        "GroupName=anything&GroupDescription=x&TagSpecification.1.ResourceType=security-group&{}",
        listed("TagSpecification.1.Tag", "security-group")
    );
    query(Ec2, "CreateSecurityGroup", group).await;
    let targets = format!(
        "Name=orphans-old&Protocol=HTTP&Port=80&VpcId={}&TargetType=ip&{}",
        vpc(aws).await,
        listed("Tags.member", "target-group")
    );
    query(LoadBalancing, "CreateTargetGroup", targets).await;
    let container = json!([{ "name": "c", "image": "i", "memory": 128 }]);
    let definition = json!({ "family": "orphans-old", "containerDefinitions": container, "tags": lower("task-definition") });
    aws.ecs("RegisterTaskDefinition", definition).await;
    let service = json!({
        "cluster": "orphans-ecs-cluster", "serviceName": "orphans-old", "taskDefinition": "orphans-old",
        "desiredCount": 0, "tags": lower("service"),
    });
    aws.ecs("CreateService", service).await;

    [
        "delete ecr-repository orphans-old",
        &format!("delete iam-role orphans-old-{REGION}"),
        "delete log-group /ecs/orphans-old",
        "delete security-group anything",
        "delete service orphans-old",
        "delete target-group orphans-old",
        "delete task-definition orphans-old",
    ]
    .map(str::to_owned)
    .to_vec()
}

async fn vpc(aws: &AwsApi) -> String {
    let vpcs = aws.query(Ec2, "DescribeVpcs", "Filter.1.Name=is-default&Filter.1.Value.1=true").await;
    value(&vpcs, "vpcId", "vpc-").to_owned()
}

/// A step of a preview's JSON.
fn words(step: &Value) -> String {
    let word = |name: &str| step[name].as_str().unwrap_or_default();
    format!("{} {} {}", word("action"), word("kind"), word("name"))
}
